/** A loader at the pace that its source bears: starts from what the last run measured, and keeps what this one does. */
import { z } from 'zod';
import { paceKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { Clock } from '../clock.ts';
import { createGate } from '../pace/gate.ts';
import type { PaceModel } from '../pace/model.ts';
import type { PaceOptions } from '../pace/options.ts';
import type { Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { sum } from '../sum.ts';
import type { BatchResult, Lookup } from './batch.ts';
import { createLoader, type Loader } from './loader.ts';
import type { Source } from './source.ts';
import { createTwoWays, type TwoWays } from './twoWays.ts';

export interface TunedParts {
  source: Source;
  cache: Cache;
  clock: Clock;
  run: Run;
  settings: Settings;
  signal?: AbortSignal | undefined;
}

/** Called with what each batch gave. */
export type OnLanded<Value> = (result: BatchResult<Value>) => void;

/** What a batch is thought to cost, within a factor of ten. */
export type Guess = NonNullable<PaceOptions['guess']>;

export interface TunedLookup<Row extends { type: string }, Value> extends Lookup<Row, Value> {
  /** By way of asking, the best guess first; a lookup with one way has one of any name. */
  guesses: Readonly<Record<string, Guess>>;
  /** The most that one reply may weigh (default 20,000). */
  mostInBatch?: number;
}

/** The most that one reply may weigh: 20,000 cells are 20 MB of roiInfo. */
const MOST_IN_BATCH = 20_000;

const keptPace = z.object({
  /** null: never compared, or so many runs ago that it is to be compared again. */
  way: z.string().nullable(),
  runs: z.number(),
  models: z.record(z.string(), z.object({ aMs: z.number(), bMsPerUnit: z.number(), knee: z.number() })),
});

/**
 * @param cells of each type that will be loaded
 * @param use loads what it wants; what was measured meanwhile is kept once it succeeds
 */
export async function withTunedLoader<Row extends { type: string }, Value, Result>(
  lookup: TunedLookup<Row, Value>,
  cells: ReadonlyMap<string, number>,
  { source, cache, clock, run, settings, signal }: TunedParts,
  use: (loader: Loader<Value>) => Promise<Result>,
  onLanded?: OnLanded<Value>,
): Promise<Result> {
  const { connectome, retries, rttMs } = source;
  const { timeoutMs } = settings;
  const key = paceKey(connectome.id, lookup.name);
  const kept = keptPace.safeParse(await cache.get(key)).data;
  const ways = Object.keys(lookup.guesses);
  const remembered = ways.find((name) => name === kept?.way) ?? null;
  const way = remembered ?? (ways[0] as string);
  const models: Record<string, PaceModel> = { ...kept?.models };

  const totalWeight = sum(cells.values());
  const heaviestWeight = [...cells.values()].reduce((most, weight) => Math.max(most, weight), 1);
  const paceOf = (way: string, totalWeight: number): PaceOptions => ({
    totalWeight,
    heaviestWeight,
    maxConcurrency: settings.maxConcurrency ?? connectome.maxInFlight,
    maxBatchWeight: lookup.mostInBatch ?? MOST_IN_BATCH,
    guess: lookup.guesses[way] as Guess,
    warm: models[way] ?? null,
    rttMs,
    timeoutMs,
    pinnedConcurrency: settings.concurrency,
    pinnedBatchWeight: settings.batchWeight,
  });
  const gate = createGate(paceOf(way, totalWeight), clock);
  const [first, second] = ways as [string, string | undefined];
  const keepModel = (way: string): void => {
    if (gate.model) models[way] = gate.model;
  };

  let batches = 0;
  let doneWeight = 0;
  const twoWays =
    second === undefined
      ? undefined
      : createTwoWays({
          ways: [first, second],
          remembered,
          totalWeight,
          rttMs,
          workMs: (lookup.guesses[first] as Guess).bMsPerUnit * totalWeight,
          clock,
          onSwitch(next, left) {
            keepModel(left);
            gate.restart(paceOf(next, totalWeight - doneWeight));
          },
          onLost: (lost, error) => run.tell(`${lookup.name} cannot be had by the ${lost}: ${(error as Error).message}`),
        });
  const current = (): string => twoWays?.state.current ?? way;
  const loader = createLoader(lookup, {
    gate,
    retries,
    way,
    ways: twoWays,
    weightOf: (type) => cells.get(type) ?? 1,
    cellsOf: (type) => cells.get(type) ?? null,
    signal,
    timeoutMs,
    onLanded: (result) => onLanded?.(result),
    onSplit: run.split,
    onRetry: run.retried,
    onAnswer(answer) {
      batches++;
      run.answered(lookup.name, answer);
    },
    onSettled(types) {
      doneWeight += sum(types.map((type) => cells.get(type) ?? 1));
      run.progress(doneWeight, totalWeight, lookup.unit ?? 'cells');
    },
  });
  const result = await use(loader);
  keepModel(current());
  run.paced({
    lookup: lookup.name,
    way: current(),
    batches,
    concurrency: gate.concurrency,
    model: models[current()] ?? null,
  });
  await cache.set(key, { ...choiceToKeep(kept, twoWays?.state), models });
  return result;
}

/** The link, the server or its load may be another by then. */
const RUNS_PER_COMPARISON = 10;

function choiceToKeep(
  kept: { way: string | null; runs: number } | undefined,
  state: TwoWays['state'] | undefined,
): { way: string | null; runs: number } {
  const before = kept ?? { way: null, runs: 0 };
  if (!state?.isFounded) return before;
  if (state.current !== before.way) return { way: state.current, runs: 1 };
  const runs = before.runs + 1;
  return runs < RUNS_PER_COMPARISON ? { way: state.current, runs } : { way: null, runs: 0 };
}
