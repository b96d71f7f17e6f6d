/** Many per-type loads -> few packed batches: a DataLoader whose loads wait for the gate and settle as their batch lands. */
import DataLoader from 'dataloader';
import { ConnectError, QueryError, type QueryFailure } from '../errors.ts';
import type { Outcome } from '../pace/controller.ts';
import type { Batch, Gate } from '../pace/gate.ts';
import { type BatchResult, type Lookup, type LookupAnswer, runBatch } from './batch.ts';
import { createQueue } from './queue.ts';
import type { Retries } from './retry.ts';
import type { TwoWays } from './twoWays.ts';

export interface LoaderOptions {
  /** One for each loader: it learns what this lookup costs. */
  gate: Gate;
  /** One for all loaders of a source. */
  retries: Retries;
  /** The work that a type is, at least 1: its number of cells. */
  weightOf: (type: string) => number;
  /** How many cells a type has, for answers that say what they were made of; null: not known. */
  cellsOf?: ((type: string) => number | null) | undefined;
  /** Where the lookup can be asked in two ways. */
  ways?: TwoWays | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Called for each answer, also where one batch was asked twice. */
  onAnswer?: (answer: LookupAnswer<unknown>) => void;
  /** Called as the types of a batch are settled, answered or failed. */
  onSettled?: (types: readonly string[]) => void;
  /** Called as a batch that failed is halved. */
  onSplit?: () => void;
}

export interface Loader<Value> {
  /**
   * Loads asked for in one tick travel together. A type that cannot be answered alone rejects with an error of its
   * own; a source that went away for good or a wrong question rejects all that wait with one. Neither is remembered.
   */
  load(type: string): Promise<Value>;
}

/** So many types alone must fail with one message to show that it is the question, or the server, and not the types. */
const ALONE_BY_DATA = 2;
const ALONE_BY_LOAD = 5;

export function createLoader<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  options: LoaderOptions,
): Loader<Value> {
  const { gate, retries, weightOf, cellsOf, ways, timeoutMs } = options;
  const queue = createQueue(weightOf);
  const waiting = new Map<string, { done: (value: Value) => void; failed: (error: unknown) => void }>();
  const failedAlone = new Map<string, number>();
  let stop = new AbortController();
  let inFlight = 0;

  const settle = (types: readonly string[], settleOne: (type: string) => void): void => {
    for (const type of types) {
      settleOne(type);
      waiting.delete(type);
    }
    options.onSettled?.(types);
    // What failed says nothing of loads that come later.
    if (waiting.size === 0) failedAlone.clear();
  };

  const reject = (types: readonly string[], error: unknown): void =>
    settle(types, (type) => waiting.get(type)?.failed(error));

  /** Nothing that waits would fare better: all of it fails with this error, and what is under way is ended. */
  const giveUp = (error: unknown): void => {
    queue.clear();
    reject([...waiting.keys()], error);
    stop.abort(error);
    stop = new AbortController();
  };

  /**
   * A pack that fails is halved until what fails is alone, so that one bad type takes no other with it. When several
   * lone types fail for the same reason, it is not they: everything else fails with that error.
   */
  const fail = (types: readonly string[], error: unknown): void => {
    if (options.signal?.aborted || isForAll(error)) {
      giveUp(error);
      return;
    }
    if (types.length > 1) {
      options.onSplit?.();
      const [heavier, lighter] = halves(types, weightOf);
      queue.putBack(lighter);
      queue.putBack(heavier);
      return;
    }
    const message = (error as Error).message;
    const times = (failedAlone.get(message) ?? 0) + 1;
    failedAlone.set(message, times);
    reject(types, error);
    if (times >= (outcomeOf(error) === 'ignored' ? ALONE_BY_DATA : ALONE_BY_LOAD)) giveUp(error);
  };

  const runPack = async (types: readonly string[], isCompared: boolean): Promise<Outcome> => {
    const { signal: stopped } = stop;
    const signal = options.signal ? AbortSignal.any([options.signal, stopped]) : stopped;
    const current = ways?.state.current;
    let trouble: Outcome | null = null;
    let isGivenBack = false;
    const askOnce = async (way: string | undefined): Promise<BatchResult<Value>> => {
      const result = await runBatch(lookup, types, { signal, timeoutMs, cellsOf, way });
      options.onAnswer?.(result.answer);
      return result;
    };
    const ask = (way: string | undefined): Promise<BatchResult<Value>> =>
      retries.run(
        () => askOnce(way),
        signal,
        (error) => {
          trouble = outcomeOf(error);
          // It is our own batches that the server is busy with: once the gate has narrowed, there is room for it.
          isGivenBack = trouble === 'tooMany' && inFlight > 1 && !isCompared;
          return isGivenBack;
        },
      );
    let result: BatchResult<Value>;
    try {
      result = ways && isCompared ? await ways.askBoth(lookup.name, ask) : await ask(current);
    } catch (error) {
      if (!stopped.aborted) {
        if (isGivenBack) queue.putBack(types);
        else fail(types, error);
      }
      return trouble ?? 'ignored';
    }
    if (stopped.aborted) return 'ignored';
    settle(types, (type) => waiting.get(type)?.done(result.values.get(type) as Value));
    if (trouble) return trouble;
    // Its time was that of two questions, or of a way that is not gone any more: it teaches nothing.
    return isCompared || current !== ways?.state.current ? 'ignored' : 'success';
  };

  const work = {
    get weight() {
      return ways?.isHolding(inFlight) ? 0 : queue.weight;
    },
    get heaviest() {
      return queue.heaviest;
    },
    next(batchWeight: number): Batch {
      const { weight: wanted, isCompared } = ways?.plan(batchWeight) ?? { weight: batchWeight, isCompared: false };
      const types = isCompared ? queue.takeSample(wanted) : queue.take(wanted);
      const weight = types.reduce((total, type) => total + weightOf(type), 0);
      ways?.sent({ weight, isCompared });
      inFlight++;
      return { weight, run: () => runPack(types, isCompared).finally(() => inFlight--) };
    },
  };

  const dispatch = (types: readonly string[]): Promise<Value>[] => {
    const promises = types.map(
      (type) => new Promise<Value>((done, failed) => void waiting.set(type, { done, failed })),
    );
    queue.add(types);
    gate.drain(work);
    return promises;
  };

  // DataLoader resolves its keys all at once when the batch function returns; it returns promises, so that
  // each load settles when its own pack lands.
  const loader: DataLoader<string, Value> = new DataLoader(async (types) => {
    const promises = dispatch(types);
    for (const [i, promise] of promises.entries()) promise.catch(() => loader.clear(types[i] as string));
    return promises as unknown as Value[];
  });

  return { load: (type) => loader.load(type) };
}

/** A server that was busy for as long as it was waited for is so for any question. */
const FOR_ALL: ReadonlySet<QueryFailure> = new Set(['question', 'unknownFunction', 'busy']);

/** Whether no other question to the source would fare better. */
function isForAll(error: unknown): boolean {
  if (error instanceof ConnectError) return true;
  return error instanceof QueryError && FOR_ALL.has(error.failure);
}

/** What a failed batch teaches about the pace. */
function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof QueryError)) return 'ignored';
  if (error.failure === 'timeout') return 'timeout';
  if (error.failure === 'memory') return 'tooHeavy';
  return error.failure === 'busy' ? 'tooMany' : 'ignored';
}

/** Of about equal weight; types come heaviest first. */
function halves(types: readonly string[], weightOf: (type: string) => number): [string[], string[]] {
  const half = types.reduce((total, type) => total + weightOf(type), 0) / 2;
  let count = 0;
  for (let weight = 0; count < types.length - 1 && (count === 0 || weight < half); count++) {
    weight += weightOf(types[count] as string);
  }
  return [types.slice(0, count), types.slice(count)];
}
