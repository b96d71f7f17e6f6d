/** Loads many types and tells those that failed by themselves from a source that failed. */
import { isForAll } from '../errors.ts';
import type { Loader } from './loader.ts';

/**
 * What waits is held by four windows of this many types: 100,000 pending loads at once held 45 MB. As one window ends
 * the other three keep the source busy.
 */
const WINDOW = 5_000;
const WINDOWS = 4;

/**
 * The value of each type, or the error that is its own.
 * @param weights of the types to load; the heaviest are asked for first, so that none of them is the last to land
 * @param areOthersKnown these are what is left of more: that none of them can be had does not blame the source
 * @throws the error that kept several types, or all there are, from being loaded: no type is to blame for it
 */
export async function loadAll<Value>(
  loader: Loader<Value>,
  weights: ReadonlyMap<string, number>,
  signal?: AbortSignal,
  areOthersKnown = false,
): Promise<Map<string, Value | Error>> {
  const values = new Map<string, Value | Error>();
  const reasons = new Set<unknown>();
  let failed = 0;
  const types = [...weights].sort(([, a], [, b]) => b - a).map(([type]) => type);
  const windows = windowsOf(types);
  const feed = async (): Promise<void> => {
    for (const window of windows) {
      const outcomes = await Promise.allSettled(window.map((type) => loader.load(type)));
      signal?.throwIfAborted();
      for (const [i, type] of window.entries()) {
        const outcome = outcomes[i] as PromiseSettledResult<Value>;
        if (outcome.status === 'rejected') {
          failed++;
          reasons.add(outcome.reason);
        }
        values.set(type, outcome.status === 'fulfilled' ? outcome.value : errorOf(outcome.reason));
      }
      if (isShared(reasons, failed)) throw lastOf(reasons);
    }
  };
  await Promise.all(Array.from({ length: WINDOWS }, feed));
  if (failed > 0 && failed === types.length && !areOthersKnown) throw lastOf(reasons);
  return values;
}

function* windowsOf(types: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < types.length; i += WINDOW) yield types.slice(i, i + WINDOW);
}

/** A type that fails by itself has an error of its own. */
function isShared(reasons: ReadonlySet<unknown>, failed: number): boolean {
  return reasons.size < failed || [...reasons].some(isForAll);
}

function lastOf(reasons: ReadonlySet<unknown>): unknown {
  return [...reasons].at(-1);
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
