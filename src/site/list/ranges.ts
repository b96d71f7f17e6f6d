/** Ranges of counts, as facets offer them and as the hash of the URL spells them: "3", "6-10", "501-". */

import { thousands } from '../../text.ts';

/** Both ends are in it. */
export interface Range {
  from: number;
  /** Infinity: no upper end. */
  to: number;
}

/** Lower ends of the ranges of cells per type; each reaches to the next one, so that no count is in two of them. */
export const CELL_RANGES: readonly number[] = [1, 2, 3, 4, 6, 11, 21, 51, 101, 501];

/** The same for synapses per type: a hundred to some millions. */
export const SYNAPSE_RANGES: readonly number[] = [0, 1, 100, 1000, 10_000, 100_000, 1_000_000];

/** The ranges between lower ends, in their order. */
export function rangesFrom(ends: readonly number[]): Range[] {
  return ends.map((from, index) => ({ from, to: (ends[index + 1] ?? Number.POSITIVE_INFINITY) - 1 }));
}

export function rangeText({ from, to }: Range): string {
  if (from === to) return String(from);
  return to === Number.POSITIVE_INFINITY ? `${from}-` : `${from}-${to}`;
}

/** "6 to 10", "over 500", "any number of". */
export function rangeLabel({ from, to }: Range): string {
  if (from === to) return thousands(from);
  if (from === 0 && to === Number.POSITIVE_INFINITY) return 'any number of';
  if (to === Number.POSITIVE_INFINITY) return `over ${thousands(from - 1)}`;
  return `${thousands(from)} to ${thousands(to)}`;
}

/** Null for what is no range. */
export function rangeOf(text: string): Range | null {
  const [, first, dash, last] = /^(\d{1,15})(?:(-)(\d{1,15})?)?$/.exec(text) ?? [];
  if (first === undefined) return null;
  const from = Number(first);
  const to = dash === undefined ? from : last === undefined ? Number.POSITIVE_INFINITY : Number(last);
  return to < from ? null : { from, to };
}
