/** Many per-type loads -> few packed batches: a DataLoader whose batches wait at the gate and settle one by one. */
import DataLoader from 'dataloader';
import type { Answer } from '../connectome/connectome.ts';
import { ConnectError } from '../errors.ts';
import type { Gate } from '../pace/gate.ts';
import { type Lookup, runBatch } from './batch.ts';
import { packByWeight } from './pack.ts';
import { withRetries } from './retry.ts';

export interface LoaderOptions {
  gate: Gate;
  /** The work that a type is, at least 1: its number of cells. */
  weightOf: (type: string) => number;
  /** The most work that a batch may be, unless a single type is more. */
  batchWeight: number;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  /** Called as each batch lands. */
  onBatch?: (types: readonly string[], answer: Answer<readonly unknown[]>) => void;
  /** Called as a batch is asked again. */
  onRetry?: () => void;
  /** Called as a batch that failed is halved. */
  onSplit?: () => void;
}

export interface Loader<Value> {
  /**
   * Loads asked for in one tick travel together. A type that cannot be answered alone rejects with an error of its
   * own; a lost connection or a wrong question rejects all that are left with one. Neither is remembered.
   */
  load(type: string): Promise<Value>;
}

export function createLoader<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  options: LoaderOptions,
): Loader<Value> {
  const { gate, signal, timeoutMs } = options;

  /** Sends the packs of one tick's loads; what failed among them says nothing of loads that come later. */
  const dispatch = (types: readonly string[]): Promise<Value>[] => {
    const waiting = new Map<string, { done: (value: Value) => void; failed: (error: unknown) => void }>();
    const failedAlone = new Set<string>();
    let hopeless: unknown;

    const rejectAll = (types: readonly string[], error: unknown): void => {
      for (const type of types) waiting.get(type)?.failed(error);
    };

    /**
     * A pack that fails is halved until what fails is alone, so that one bad type takes no other with it. When two
     * lone types fail for the same reason it is the question that is wrong: everything else fails with that error.
     */
    const runPack = async (types: readonly string[]): Promise<void> => {
      if (hopeless !== undefined) return rejectAll(types, hopeless);
      try {
        const { values, answer } = await gate.run(
          () => withRetries(() => runBatch(lookup, types, { signal, timeoutMs }), { signal, onRetry: options.onRetry }),
          signal,
        );
        for (const [type, value] of values) waiting.get(type)?.done(value);
        options.onBatch?.(types, answer);
      } catch (error) {
        if (signal?.aborted || error instanceof ConnectError) return rejectAll(types, error);
        if (types.length === 1) {
          const { message } = error as Error;
          if (failedAlone.has(message)) hopeless = error;
          failedAlone.add(message);
          return rejectAll(types, error);
        }
        options.onSplit?.();
        const half = Math.ceil(types.length / 2);
        // One after the other: a question that is wrong shows it by two lone types after some 20 halves, not by all.
        await runPack(types.slice(0, half));
        await runPack(types.slice(half));
      }
    };

    const promises = types.map(
      (type) => new Promise<Value>((done, failed) => void waiting.set(type, { done, failed })),
    );
    for (const pack of packByWeight(types, options.weightOf, options.batchWeight)) void runPack(pack);
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
