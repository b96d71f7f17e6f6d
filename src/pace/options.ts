/** What a pace is to know beforehand: the job, the ceilings, a guess of the cost. */
import type { PaceModel } from './model.ts';

export interface PaceOptions {
  /** The work of the whole job. */
  totalWeight: number;
  /** Of a single type: no batch can be lighter than its heaviest (default 1). */
  heaviestWeight?: number;
  /** The ceiling: no plan exceeds it (default 8). */
  maxConcurrency?: number;
  /** What one reply may weigh, for the sake of memory (default 20,000). */
  maxBatchWeight?: number;
  /** What the lookup is thought to cost, within a factor of ten (default 8 ms and 0.1 ms a unit). */
  guess?: { aMs: number; bMsPerUnit: number };
  /** What an earlier run measured. */
  warm?: PaceModel | null;
  /** One empty round trip; 0 if unknown. */
  rttMs?: number;
  /** What a single query may take (default 60,000). */
  timeoutMs?: number;
  pinnedConcurrency?: number | undefined;
  pinnedBatchWeight?: number | undefined;
}

const DEFAULTS = {
  heaviestWeight: 1,
  maxConcurrency: 8,
  maxBatchWeight: 20_000,
  guess: { aMs: 8, bMsPerUnit: 0.1 },
  warm: null,
  rttMs: 0,
  timeoutMs: 60_000,
};

export type KnownOptions = PaceOptions & Required<Pick<PaceOptions, keyof typeof DEFAULTS>>;

/** @throws RangeError for a guess that is none */
export function withDefaults(given: PaceOptions): KnownOptions {
  const options = { ...DEFAULTS, ...given };
  const { aMs, bMsPerUnit } = options.guess;
  if (!(aMs > 0 && bMsPerUnit > 0))
    throw new RangeError(`Expected a guess of more than 0 ms, got ${aMs} ms and ${bMsPerUnit} ms a unit.`);
  return options;
}
