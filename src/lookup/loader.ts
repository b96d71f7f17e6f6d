/** Many per-type loads -> few packed batches: a DataLoader whose loads wait for the gate and settle as their batch lands. */
import DataLoader from 'dataloader';
import { isForAll, QueryError } from '../errors.ts';
import type { Outcome } from '../pace/controller.ts';
import type { Batch, Gate } from '../pace/gate.ts';
import { type BatchResult, type Lookup, type LookupAnswer, runBatch } from './batch.ts';
import { createQueue } from './queue.ts';
import type { Retries } from './retry.ts';
import type { Asked, TwoWays } from './twoWays.ts';

export interface LoaderOptions<Value = unknown> {
  /** One for each loader: it learns what this lookup costs. */
  gate: Gate;
  /** One for all loaders of a source. */
  retries: Retries;
  /** The work that a type is, at least 1: its number of cells. */
  weightOf: (type: string) => number;
  /** How many cells a type has, for answers that say what they were made of; null: not known. */
  cellsOf?: ((type: string) => number | null) | undefined;
  /** The way of asking, for lookups that have several; or two of them, of which the faster one is found. */
  way?: string | undefined;
  ways?: TwoWays | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Called for each answer, also where one batch was asked twice. */
  onAnswer?: (answer: LookupAnswer<unknown>) => void;
  /** Called with what a batch gave, before its types are settled. */
  onLanded?: (result: BatchResult<Value>) => void;
  /** Called as the types of a batch are settled: answered, or failed each by itself. */
  onSettled?: (types: readonly string[]) => void;
  /** Called as a batch that failed is halved. */
  onSplit?: () => void;
  /** Called as a type that was too much for the source alone is asked for again. */
  onRetry?: () => void;
}

export interface Loader<Value> {
  /**
   * Loads asked for in one tick travel together. A type that cannot be answered alone rejects with an error of its
   * own; a source that went away for good or a wrong question rejects all that wait with one. Nothing is remembered.
   */
  load(type: string): Promise<Value>;
}

/**
 * So many types alone must fail for one reason, and none be answered, to show that it is the question, or the server,
 * and not the types.
 */
const ALONE_BY_DATA = 2;
const ALONE_BY_LOAD = 5;

export function createLoader<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  options: LoaderOptions<Value>,
): Loader<Value> {
  const { gate, retries, weightOf, cellsOf, ways, timeoutMs } = options;
  const queue = createQueue(weightOf);
  const waiting = new Map<string, { done: (value: Value) => void; failed: (error: unknown) => void }>();
  const failedAlone = new Map<string, number>();
  /** Types that were too much for the source alone, and are asked for once more. */
  const triedAlone = new Set<string>();
  /** Something was: then it is not the question that is wrong. */
  let isAnswered = false;
  let stop = new AbortController();
  let inFlight = 0;

  /** Those that were answered, or failed by themselves. */
  const settle = (types: readonly string[], settleOne: (type: string) => void): void => {
    dismiss(types, settleOne);
    options.onSettled?.(types);
  };

  const dismiss = (types: readonly string[], settleOne: (type: string) => void): void => {
    for (const type of types) {
      settleOne(type);
      waiting.delete(type);
    }
    // What failed says nothing of loads that come later.
    if (waiting.size === 0) {
      failedAlone.clear();
      triedAlone.clear();
      isAnswered = false;
    }
  };

  /** Nothing that waits would fare better: all of it fails with this error, and what is under way is ended. */
  const giveUp = (error: unknown): void => {
    queue.clear();
    dismiss([...waiting.keys()], (type) => waiting.get(type)?.failed(error));
    stop.abort(error);
    stop = new AbortController();
  };

  /**
   * A pack that fails is halved until what fails is alone, so that one bad type takes no other with it. When several
   * lone types fail for the same reason and none was answered, it is not they: everything else fails with that error.
   */
  const fail = (types: readonly string[], error: unknown): void => {
    if (options.signal?.aborted || isForAll(error)) {
      giveUp(error);
      return;
    }
    if (types.length > 1) {
      options.onSplit?.();
      const [heavier, lighter] = halves(types, weightOf, queue.weigh(types) / 2);
      queue.putBack(lighter);
      queue.putBack(heavier);
      return;
    }
    const [type] = types as [string];
    // A source that others use too may just then have had too little time or memory to spare.
    if (outcomeOf(error) !== 'ignored' && !triedAlone.has(type)) {
      triedAlone.add(type);
      options.onRetry?.();
      queue.putBack(types);
      return;
    }
    const reason = reasonOf(error, type);
    const times = (failedAlone.get(reason) ?? 0) + 1;
    failedAlone.set(reason, times);
    settle(types, (type) => waiting.get(type)?.failed(error));
    if (!isAnswered && times >= (outcomeOf(error) === 'ignored' ? ALONE_BY_DATA : ALONE_BY_LOAD)) giveUp(error);
  };

  const done = (types: readonly string[], result: BatchResult<Value>): void => {
    isAnswered = true;
    options.onLanded?.(result);
    settle(types, (type) => waiting.get(type)?.done(result.values.get(type) as Value));
  };

  const runPack = async (types: readonly string[], isCompared: boolean): Promise<Outcome> => {
    const { signal: stopped } = stop;
    // One for each pack: Node takes more than 10 that listen to one signal for a leak.
    const signal = AbortSignal.any(options.signal ? [options.signal, stopped] : [stopped]);
    const current = ways?.state.current ?? options.way;
    const ask = async (way: string | undefined): Promise<Asked<Value>> => {
      let trouble: Outcome | null = null;
      const result = await retries.run(() => runBatch(lookup, types, { signal, timeoutMs, cellsOf, way }), {
        signal,
        final: ['busy', 'timeout'],
        onFailure(error) {
          trouble = outcomeOf(error);
        },
      });
      options.onAnswer?.(result.answer);
      return { result, trouble };
    };
    // The time of a batch that was asked twice, or by a way that is not gone any more, teaches nothing; nor do its failures.
    const taught = (outcome: Outcome): Outcome =>
      isCompared || (ways && current !== ways.state.current) ? 'ignored' : outcome;
    try {
      if (ways && isCompared) {
        const result = await ways.askBoth(lookup.name, ask);
        if (!stopped.aborted) done(types, result);
        return 'ignored';
      }
      const { result, trouble } = await ask(current);
      if (stopped.aborted) return 'ignored';
      done(types, result);
      return taught(trouble ?? 'success');
    } catch (error) {
      if (stopped.aborted) return 'ignored';
      if (error instanceof QueryError && error.failure === 'busy') {
        await retries.cool(error, signal);
        queue.putBack(types);
      } else fail(types, error);
      return taught(outcomeOf(error));
    }
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
      const weight = queue.weigh(types);
      ways?.sent({ weight, isCompared });
      inFlight++;
      const run = async (): Promise<Outcome> => {
        try {
          return await runPack(types, isCompared);
        } catch (error) {
          // A source that stays busy beyond all patience, or a callback of ours that throws: nobody may wait for ever.
          giveUp(error);
          return 'ignored';
        } finally {
          inFlight--;
        }
      };
      return { weight, run };
    },
  };

  const dispatch = (types: readonly string[]): Promise<Value>[] => {
    const weightless = types.find((type) => !(weightOf(type) >= 1));
    if (weightless !== undefined)
      throw new RangeError(
        `Expected a weight of 1 or more of ${JSON.stringify(weightless)}, got ${weightOf(weightless)}.`,
      );
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
    // Forgotten once settled: what is worth remembering is the cache's to keep, and 100,000 promises are 20 MB.
    for (const [i, promise] of promises.entries()) {
      const forget = (): unknown => loader.clear(types[i] as string);
      promise.then(forget, forget);
    }
    return promises as unknown as Value[];
  });

  return { load: (type) => loader.load(type) };
}

/** What failed, without the name of the type that it struck. */
function reasonOf(error: unknown, type: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(type, '');
}

/** What a failed batch teaches about the pace. */
function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof QueryError)) return 'ignored';
  if (error.failure === 'timeout') return 'timeout';
  if (error.failure === 'memory') return 'tooHeavy';
  return error.failure === 'busy' ? 'tooMany' : 'ignored';
}

/** Of about equal weight; types come heaviest first. */
function halves(types: readonly string[], weightOf: (type: string) => number, half: number): [string[], string[]] {
  let count = 0;
  for (let weight = 0; count < types.length - 1 && (count === 0 || weight < half); count++) {
    weight += weightOf(types[count] as string);
  }
  return [types.slice(0, count), types.slice(count)];
}
