/** Loads many types and tells those that failed by themselves from a source that failed. */
import { ConnectError } from '../errors.ts';
import type { Loader } from './loader.ts';

/**
 * The value of each type, or the error that is its own.
 * @throws the error that kept several types, or all of them, from being loaded: no type is to blame for it
 */
export async function loadAll<Value>(
  loader: Loader<Value>,
  types: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Value | Error>> {
  const outcomes = await Promise.allSettled(types.map((type) => loader.load(type)));
  signal?.throwIfAborted();
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const isShared = new Set(reasons).size < reasons.length || reasons.some((reason) => reason instanceof ConnectError);
  if (isShared || (types.length > 0 && reasons.length === types.length)) throw reasons.at(-1);
  return new Map(types.map((type, i) => [type, valueOrError(outcomes[i] as PromiseSettledResult<Value>)]));
}

function valueOrError<T>(outcome: PromiseSettledResult<T>): T | Error {
  if (outcome.status === 'fulfilled') return outcome.value;
  return outcome.reason instanceof Error ? outcome.reason : new Error(String(outcome.reason));
}
