/** How many batches fly at once before any has landed. */
import type { PaceModel } from './model.ts';
import type { KnownOptions } from './options.ts';

/** More than this at once is earned by measuring. 12 cost 16 cores 1.29x the best fixed pace on 165,000 cells; 16 costs 2 cores 1.13x. */
export const MOST_AT_FIRST = 16;
/** In flight over the knee: the surplus keeps the server busy while answers travel. */
export const HEAD = 1.2;

/**
 * Too few leave cores idle, too many cost `a` each on a server with few: their sum is least at the square root of
 * work / a. For 22,704 cells that is 8 batches, which at 200 ms took 0.5 s where 99 took 2.7 s.
 */
export function coldConcurrency({
  totalWeight,
  heaviestWeight,
  guess: { aMs, bMsPerUnit },
  timeoutMs,
}: KnownOptions): number {
  const balanced = Math.sqrt((2 * totalWeight * bMsPerUnit) / aMs);
  // The heaviest go first: even a single core has to answer them in half the time limit.
  const safe = timeoutMs / 2 / (aMs + bMsPerUnit * heaviestWeight);
  return Math.min(MOST_AT_FIRST, balanced, safe);
}

/** A little over the knee; up to twice that if then one flight takes the whole job. */
export function warmConcurrency({ totalWeight, maxBatchWeight }: KnownOptions, { knee }: PaceModel): number {
  const flightOfAll = Math.ceil(totalWeight / maxBatchWeight);
  return flightOfAll <= 2 * HEAD * knee ? Math.max(HEAD * knee, flightOfAll) : HEAD * knee;
}
