/** What a run says where nobody chose a preset, and neither did the name of the dataset: which rules hold then. */
import { type Config, hasChosenPreset, presetOf } from '../config.ts';
import { SAMPLE } from '../connectome/dataset.ts';
import { nameWithoutTag } from '../datasetName.ts';
import type { Settings } from '../settings.ts';

/** @param dataset name with its tag */
export function tellOfPreset(dataset: string, config: Config, tell: (text: string) => void): void {
  const { settings } = config;
  const name = nameWithoutTag(dataset);
  if (hasChosenPreset(config) || name === SAMPLE) return;
  const preset = presetOf(dataset);
  if (preset === null)
    tell(
      `No preset is called ${JSON.stringify(name)}; the default one holds: ${rulesText(settings)}. Choose another by --preset.`,
    );
  else
    tell(
      `The source holds ${dataset}, which has a preset of its own; the default one holds: ${rulesText(settings)}. Use --preset ${preset}, or --dataset ${dataset}.`,
    );
}

const HALVES = ['(L)', '(R)', '_L', '_R'];

function rulesText({ sides, 'rois.halfSuffix': halfSuffix }: Settings): string {
  const halves = HALVES.filter((half) => `ME${half}`.replace(halfSuffix, '') === 'ME');
  const shown = halves.length > 0 ? halves.map((half) => JSON.stringify(half)).join(', ') : halfSuffix.source;
  return `sides from ${inOrder(sides.map(({ property }) => property))}; halves ${shown}`;
}

/** a, b, then c */
function inOrder(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')}, then ${names.at(-1)}`;
}
