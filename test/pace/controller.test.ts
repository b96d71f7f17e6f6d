import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  modelOf,
  type Outcome,
  onLanded,
  onSent,
  type PaceState,
  planOf,
  startPace,
} from '../../src/pace/controller.ts';
import type { PaceOptions } from '../../src/pace/options.ts';

const options: PaceOptions = {
  totalWeight: 22_704,
  heaviestWeight: 600,
  maxConcurrency: 64,
  maxBatchWeight: 50_000,
  guess: { aMs: 8, bMsPerUnit: 0.01 },
  rttMs: 200,
  timeoutMs: 60_000,
};
const waiting = { weight: 22_704, heaviest: 600 };

/** Sends `count` batches at once and lands them together. */
function flight(state: PaceState, count: number, weight: number, latencyMs: number, outcome: Outcome): PaceState {
  const sentMs = state.nowMs;
  let next = state;
  for (let id = 0; id < count; id++) next = onSent(next, { id, weight, nowMs: sentMs });
  for (let id = 0; id < count; id++) next = onLanded(next, { id, nowMs: sentMs + latencyMs, outcome });
  return next;
}

describe('the pace', () => {
  test('starts a small job as one flight of real work', () => {
    const { concurrency, batchWeight } = planOf(startPace(options), waiting);
    expect(concurrency).toBe(8);
    expect(batchWeight).toBeCloseTo(22_704 / 8);
  });

  test('starts from what an earlier run measured', () => {
    const state = startPace({ ...options, warm: { aMs: 8, bMsPerUnit: 0.01, knee: 2 } });
    expect(planOf(state, waiting).concurrency).toBe(2);
  });

  test('lets pinned numbers win', () => {
    const state = startPace({ ...options, pinnedConcurrency: 3, pinnedBatchWeight: 77 });
    expect(planOf(state, waiting)).toEqual({ concurrency: 3, batchWeight: 77 });
    expect(planOf(flight(state, 3, 77, 60_000, 'timeout'), waiting)).toEqual({ concurrency: 3, batchWeight: 77 });
  });

  test('widens when the latencies show no queue', () => {
    expect(flight(startPace(options), 8, 2838, 236, 'success').concurrency).toBe(13);
  });

  test('does not widen what was not used up', () => {
    expect(flight(startPace(options), 5, 2838, 236, 'success').concurrency).toBe(8);
  });

  test('narrows when the latencies show one', () => {
    expect(flight(startPace(options), 8, 2838, 200 + 4 * 36, 'success').concurrency).toBeLessThan(8);
  });

  test('cuts once for a flight that times out, not once a batch', () => {
    const state = flight(startPace(options), 8, 2838, 60_000, 'timeout');
    expect(state.generation).toBe(1);
    expect(state.concurrency).toBe(5);
  });

  test('learns nothing from an error of the data', () => {
    const state = flight(startPace(options), 8, 2838, 236, 'ignored');
    expect(state.concurrency).toBe(8);
    expect(modelOf(state)).toBeNull();
  });

  test('keeps below the weight that was refused', () => {
    const state = flight(startPace(options), 8, 2838, 210, 'tooHeavy');
    expect(state.weightBudget).toBeCloseTo(0.75 * 8 * 2838);
    const { concurrency, batchWeight } = planOf(state, waiting);
    expect(concurrency * batchWeight).toBeLessThanOrEqual(0.75 * 8 * 2838);
  });

  test('tells a landing that it never sent', () => {
    expect(() => onLanded(startPace(options), { id: 7, nowMs: 0, outcome: 'success' })).toThrow(
      'Expected a batch that is in flight, got 7.',
    );
  });
});

describe('for any answers in any order', () => {
  const outcomes = fc.constantFrom<Outcome>(
    'success',
    'success',
    'success',
    'ignored',
    'timeout',
    'tooMany',
    'tooHeavy',
  );
  const step = fc.record({ pick: fc.nat(), waitMs: fc.double({ min: 0, max: 5000, noNaN: true }), outcome: outcomes });

  test('1 <= C <= max, W >= 1, at most one cut a generation, no more weight in flight than was found to be borne', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.integer({ min: 1, max: 64 }), (steps, maxConcurrency) => {
        let state = startPace({ ...options, maxConcurrency });
        const generationOf = new Map<number, number>();
        let id = 0;
        let nowMs = 0;
        for (const { pick, waitMs, outcome } of steps) {
          for (;;) {
            const plan = planOf(state, waiting);
            expect(plan.concurrency).toBeGreaterThanOrEqual(1);
            expect(plan.concurrency).toBeLessThanOrEqual(maxConcurrency);
            expect(plan.batchWeight).toBeGreaterThanOrEqual(1);
            if (state.flying.length >= plan.concurrency) break;
            const before = state;
            const weight = Math.max(plan.batchWeight, waiting.heaviest);
            state = onSent(state, { id, weight, nowMs });
            generationOf.set(id++, state.generation);
            const flyingWeight = state.flying.reduce((total, batch) => total + batch.weight, 0);
            if (before.weightBudget !== null && before.flying.length > 0)
              expect(flyingWeight).toBeLessThanOrEqual(before.weightBudget + 1e-6);
          }
          const landing = state.flying[pick % state.flying.length];
          if (!landing) throw new Error('Expected at least one batch in flight.');
          nowMs += waitMs;
          const before = state;
          state = onLanded(state, { id: landing.id, nowMs, outcome });
          const cuts = state.generation - before.generation;
          expect(cuts).toBeLessThanOrEqual((generationOf.get(landing.id) as number) < before.generation ? 0 : 1);
        }
      }),
      { numRuns: 60 },
    );
  });
});
