/** Many per-type loads -> few packed batches: a DataLoader whose batches wait at the gate and settle one by one. */
import DataLoader from 'dataloader';
import type { Answer } from '../connectome/connectome.ts';
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
}

export interface Loader<Value> {
  /** Loads asked for in one tick travel together. A failure rejects the types of its batch, and is not remembered. */
  load(type: string): Promise<Value>;
}

export function createLoader<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  options: LoaderOptions,
): Loader<Value> {
  const { gate, signal, timeoutMs } = options;

  const runPack = async (types: readonly string[]): Promise<Map<string, Value>> => {
    const { values, answer } = await gate.run(
      () => withRetries(() => runBatch(lookup, types, { signal, timeoutMs }), { signal, onRetry: options.onRetry }),
      signal,
    );
    options.onBatch?.(types, answer);
    return values;
  };

  // DataLoader resolves its keys all at once when the batch function returns; it returns promises, so that
  // each load settles when its own pack lands.
  const loader: DataLoader<string, Value> = new DataLoader(async (types) => {
    const promiseOf = new Map<string, Promise<Value>>();
    for (const pack of packByWeight(types, options.weightOf, options.batchWeight)) {
      const running = runPack(pack);
      for (const type of pack)
        promiseOf.set(
          type,
          running.then((values) => values.get(type) as Value),
        );
    }
    for (const [type, promise] of promiseOf) promise.catch(() => loader.clear(type));
    return types.map((type) => promiseOf.get(type)) as unknown as Value[];
  });

  return { load: (type) => loader.load(type) };
}
