/** What neuPrintHTTP does to a query before it sends it on: labels become those of one dataset, by plain search. */

/** In this order: the longer ones first, where one begins with another. */
const LABELS = ['Neuron', 'Segment', 'Meta', 'SynapseSet', 'Synapse', 'Cell', 'ElementSet', 'Element'];

/** Searched for wherever it stands, within a string too, and whatever follows it. */
export function withLabelsOf(dataset: string, cypher: string): string {
  if (dataset === '') return cypher;
  const name = dataset.split(':', 1)[0];
  // A relationship, which begins as a label does.
  let query = cypher.replaceAll(':SynapsesTo', ':XSynapsesTo');
  for (const written of [(label: string) => `:${label}`, (label: string) => `:\`${label}\``]) {
    for (const label of LABELS) query = query.replaceAll(written(label), () => `:\`${name}_${label}\``);
  }
  return query.replaceAll(':XSynapsesTo', ':SynapsesTo');
}
