/** Fingerprints of types, from one number a cell: see PRINTS in cypher.ts for the same in Cypher. */
import { hash } from 'node:crypto';
import type { Fingerprints } from './connectome.ts';

/** digest: of all that a cell's ROI counts are made of. sums: where the server cannot digest. */
export type FingerprintForm = 'digest' | 'sums';

export interface FingerprintSums {
  /** `print` of one cell, or the sum of several. */
  add(type: string, print: bigint): void;
  /** @param cells how many of each type were added */
  of(cells: ReadonlyMap<string, number>): Fingerprints;
}

export function createFingerprints(form: FingerprintForm): FingerprintSums {
  const sums = new Map<string, bigint>();
  return {
    add: (type, print) => void sums.set(type, (sums.get(type) ?? 0n) + print),
    of: (cells) => new Map([...sums].map(([type, sum]) => [type, `${form}:${cells.get(type)}:${sum}`])),
  };
}

/** The first 40 bits of a cell's digest. */
export function digestOf(cellText: string): bigint {
  return BigInt(Number.parseInt(hash('sha1', cellText).slice(0, 10), 16));
}

/** The roiInfo of a cell's text, which follows bodyId, pre and post; null if it has none. */
export function roiInfoIn(cellText: string): string | null {
  let start = 0;
  for (let i = 0; i < 3; i++) start = cellText.indexOf('/', start) + 1;
  return cellText.slice(start) || null;
}
