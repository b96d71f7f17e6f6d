/** Neurotransmitters as the pages show them: short text and colour. */

export interface Transmitter {
  short: string;
  /** The class of the style sheet that gives the colour (Okabe and Ito's set). */
  tone: string;
}

const KNOWN = new Map<string, Transmitter>([
  ['acetylcholine', { short: 'ACh', tone: 'ach' }],
  ['glutamate', { short: 'Glu', tone: 'glu' }],
  ['gaba', { short: 'GABA', tone: 'gaba' }],
  ['dopamine', { short: 'DA', tone: 'da' }],
  ['serotonin', { short: '5-HT', tone: 'serotonin' }],
  ['octopamine', { short: 'OA', tone: 'oa' }],
  ['histamine', { short: 'His', tone: 'his' }],
  ['unclear', { short: 'unclear', tone: 'unclear' }],
]);

/** Names that are not in the set are shown as given. */
export function transmitterOf(name: string): Transmitter {
  return KNOWN.get(name.toLowerCase()) ?? { short: name, tone: 'other' };
}
