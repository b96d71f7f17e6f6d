/** What is compared: our controller, fixed paces, and two controllers of Netflix/concurrency-limits with a fixed batch weight. */
import { modelOf, onLanded, onSent, type PaceState, planOf, startPace } from '../../src/pace/controller.ts';
import type { PaceModel } from '../../src/pace/model.ts';
import type { PaceOptions } from '../../src/pace/options.ts';
import type { Pace } from './simulate.ts';

export interface OurPace extends Pace {
  state(): PaceState;
  model(): PaceModel | null;
}

export function ourPace(options: PaceOptions): OurPace {
  let state = startPace(options);
  return {
    plan: (waiting) => planOf(state, waiting),
    sent(batch) {
      state = onSent(state, batch);
    },
    landed(batch) {
      state = onLanded(state, batch);
    },
    state: () => state,
    model: () => modelOf(state),
  };
}

export function fixedPace(concurrency: number, batchWeight: number): Pace {
  return { plan: () => ({ concurrency, batchWeight }), sent: () => undefined, landed: () => undefined };
}

interface Flown {
  sentMs: number;
  inFlight: number;
}

/** A limit that each landing moves; `inFlight` counts the batch itself. */
function limitPace(
  batchWeight: number,
  move: (limit: number, sample: { latencyMs: number; inFlight: number; didDrop: boolean }) => number,
): Pace {
  let limit = 4;
  const flying = new Map<number, Flown>();
  return {
    plan: () => ({ concurrency: Math.max(1, Math.floor(limit)), batchWeight }),
    sent: ({ id, nowMs }) => {
      flying.set(id, { sentMs: nowMs, inFlight: flying.size + 1 });
    },
    landed({ id, nowMs, outcome }) {
      const { sentMs, inFlight } = flying.get(id) as Flown;
      flying.delete(id);
      if (outcome !== 'ignored')
        limit = move(limit, { latencyMs: nowMs - sentMs, inFlight, didDrop: outcome !== 'success' });
    },
  };
}

/** AIMDLimit: one more a sample that used half the limit, 10 % less at a drop or above 5 s. Least 1, first 4 rather than 20. */
export function aimdPace(batchWeight: number, maxConcurrency: number): Pace {
  return limitPace(batchWeight, (limit, { latencyMs, inFlight, didDrop }) => {
    if (didDrop || latencyMs > 5000) return Math.max(1, Math.floor(limit * 0.9));
    return inFlight * 2 >= limit ? Math.min(maxConcurrency, limit + 1) : limit;
  });
}

/** Gradient2Limit: long-term over short-term latency, tolerance 1.5, queue of 4, smoothing 0.2. Least 1, first 4 rather than 20. */
export function gradient2Pace(batchWeight: number, maxConcurrency: number): Pace {
  let longMs = 0;
  let count = 0;
  return limitPace(batchWeight, (limit, { latencyMs, inFlight }) => {
    count++;
    longMs = count <= 10 ? longMs + (latencyMs - longMs) / count : longMs + (latencyMs - longMs) * (2 / 601);
    if (longMs / latencyMs > 2) longMs *= 0.95;
    if (inFlight < limit / 2) return limit;
    const gradient = Math.max(0.5, Math.min(1, (1.5 * longMs) / latencyMs));
    return Math.max(1, Math.min(maxConcurrency, limit * 0.8 + 0.2 * (limit * gradient + 4)));
  });
}
