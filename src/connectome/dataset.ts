/** Whether a source holds the dataset that was asked for. */
import { ConfigError } from '../errors.ts';

/** What a synthetic connectome calls itself, wherever it is kept. */
export const SAMPLE = 'sample';

interface Named {
  name: string;
  tag: string | null;
}

export function nameWithTag({ name, tag }: Named): string {
  return tag === null ? name : `${name}:${tag}`;
}

/**
 * @param wanted name or name:tag; undefined: any
 * @throws ConfigError if it is another
 */
export function requireDataset(held: Named, wanted: string | undefined): void {
  if (wanted === undefined || wanted === held.name || wanted === nameWithTag(held)) return;
  throw new ConfigError(`--dataset: the source holds ${nameWithTag(held)}; got ${JSON.stringify(wanted)}.`);
}
