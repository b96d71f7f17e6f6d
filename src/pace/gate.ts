/** How much may be in flight: p-limit, whose width follows what the controller makes of each batch that lands. */
import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import { modelOf, type Outcome, onLanded, onSent, type PaceState, planOf, startPace } from './controller.ts';
import type { PaceModel } from './model.ts';
import type { PaceOptions } from './options.ts';

export interface Batch {
  weight: number;
  /** Never rejects: what went wrong is an outcome. */
  run(): Promise<Outcome>;
}

/** What there is to do, as the gate asks about it. */
export interface Work {
  /** The weight of all that waits; 0: nothing does. */
  readonly weight: number;
  readonly heaviest: number;
  /** A batch of about this weight. */
  next(batchWeight: number): Batch;
}

/** Of one lookup at one source, whose batches it learns from. */
export interface Gate {
  /** Starts as many batches of the work as there is room for, now and whenever one lands. */
  drain(work: Work): void;
  /** Begins anew with other expectations, when the same work is asked for in another way. */
  restart(options: PaceOptions): void;
  /** How many batches may be in flight. */
  readonly concurrency: number;
  /** What was measured since the last start; null if nothing landed. */
  readonly model: PaceModel | null;
}

export function createGate(options: PaceOptions, clock: Clock): Gate {
  let state: PaceState = startPace(options);
  let sent = 0;
  const limit = pLimit(state.concurrency);
  let only: Work | null = null;
  /** A step waits for room: one is enough, it takes as heavy a batch as is right when its turn has come. */
  let isQueued = false;

  const step = async (work: Work): Promise<void> => {
    isQueued = false;
    if (work.weight === 0) return;
    const plan = planOf(state, work);
    if (state.flying.length >= plan.concurrency) return;
    const batch = work.next(plan.batchWeight);
    const id = sent++;
    state = onSent(state, { id, weight: batch.weight, nowMs: clock.now() });
    drain(work);
    const outcome = await batch.run();
    state = onLanded(state, { id, nowMs: clock.now(), outcome });
    limit.concurrency = state.concurrency;
    // Where a batch was refused there is no room until another has landed.
    if (outcome !== 'tooMany' || state.flying.length === 0) drain(work);
  };

  const drain = (work: Work): void => {
    only ??= work;
    if (only !== work)
      throw new RangeError('Expected a gate of its own for each loader: it learns what one lookup costs.');
    if (isQueued) return;
    isQueued = true;
    void limit(step, work);
  };

  return {
    drain,
    restart(next) {
      state = { ...startPace(next), flying: state.flying, nowMs: state.nowMs, loadMs: state.loadMs };
      limit.concurrency = state.concurrency;
    },
    get concurrency() {
      return state.concurrency;
    },
    get model() {
      return modelOf(state);
    },
  };
}
