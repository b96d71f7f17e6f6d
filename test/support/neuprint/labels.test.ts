import { describe, expect, test } from 'vitest';
import { withLabelsOf } from './labels.ts';

describe('labels of a dataset', () => {
  test.each([
    ['MATCH (n:Neuron)', 'MATCH (n:`male-cns_Neuron`)'],
    ['MATCH (n :Segment {type: 1})', 'MATCH (n :`male-cns_Segment` {type: 1})'],
    [
      'MATCH (n:`Neuron`)-[:Contains]->(:SynapseSet)',
      'MATCH (n:`male-cns_Neuron`)-[:Contains]->(:`male-cns_SynapseSet`)',
    ],
    ['(:Synapse)-[:SynapsesTo]->(:Synapse)', '(:`male-cns_Synapse`)-[:SynapsesTo]->(:`male-cns_Synapse`)'],
    ['(:Cell)(:ElementSet)(:Element)', '(:`male-cns_Cell`)(:`male-cns_ElementSet`)(:`male-cns_Element`)'],
    // By plain search: strings are labels too, and what begins like one.
    ["RETURN 'a:Neuron'", "RETURN 'a:`male-cns_Neuron`'"],
    ['(n:NeuronX)', '(n:`male-cns_Neuron`X)'],
    // And what does not look like one is none.
    ['MATCH (n: Neuron), (m:`male-cns_Neuron`)', 'MATCH (n: Neuron), (m:`male-cns_Neuron`)'],
  ])('make of %s the query %s', (cypher, rewritten) => {
    expect(withLabelsOf('male-cns:v1.0', cypher)).toBe(rewritten);
  });

  test('are spelled as the request spells it, and are left alone where it names none', () => {
    expect(withLabelsOf('Male-CNS', '(n:Meta)')).toBe('(n:`Male-CNS_Meta`)');
    expect(withLabelsOf('$&', '(n:Meta)')).toBe('(n:`$&_Meta`)');
    expect(withLabelsOf('', '(n:Meta)')).toBe('(n:Meta)');
  });
});
