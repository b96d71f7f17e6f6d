import { describe, expect, test } from 'vitest';
import {
  type ChoiceState,
  comparisonOf,
  isHolding,
  onChosen,
  onCompared,
  onOtherFailed,
  otherWay,
  startChoice,
} from '../../src/pace/choice.ts';

type Way = 'server' | 'client';
const job = { ways: ['server', 'client'] as const, totalWeight: 20_000, rttMs: 0, workMs: 500 };

/** Sends batches of one weight until the ways are compared. */
function untilComparison(state: ChoiceState<Way>, weight: number): { state: ChoiceState<Way>; batches: number } {
  for (let batches = 0; batches < 10_000; batches++) {
    if (comparisonOf(state) !== null) return { state, batches };
    state = onChosen(state, { weight, isCompared: false });
  }
  return { state, batches: Infinity };
}

describe('the choice of a way', () => {
  test('compares at once, on 2 % of the job', () => {
    expect(comparisonOf(startChoice(job))).toBe(400);
  });

  test('does not compare on a job so small that it would cost more than a tenth, nor where it is known', () => {
    const small = startChoice({ ...job, totalWeight: 2_000 });
    expect(small.current).toBe('server');
    for (const choice of [small, startChoice({ ...job, remembered: 'client' })])
      expect(untilComparison(choice, 100).batches).toBeGreaterThan(job.totalWeight / 100);
  });

  test('takes what an earlier run found before anything is compared', () => {
    expect(startChoice({ ...job, totalWeight: 2_000, remembered: 'client' }).current).toBe('client');
  });

  test('goes the faster way, and leaves a guess more easily than what was measured', () => {
    const guess = startChoice(job);
    const found = onCompared(guess, { server: 120, client: 100 });
    expect(found.current).toBe('client');
    expect(onCompared(found, { server: 90, client: 100 }).current).toBe('client');
    expect(onCompared(found, { server: 70, client: 100 }).current).toBe('server');
    expect(onCompared(guess, { server: 100, client: 98 }).current).toBe('server');
  });

  test('compares again after 400,000 cells, not before the last comparison has landed', () => {
    let state = onChosen(startChoice({ ...job, totalWeight: 5_000_000 }), { weight: 2_000, isCompared: true });
    expect(untilComparison(state, 1_000).batches).toBe(Infinity);
    state = onCompared(state, { server: 1, client: 1 });
    expect(untilComparison(state, 1_000).batches).toBe(400);
  });

  test('has the source to itself: what is in flight lands first, and nothing is sent beside it', () => {
    const due = startChoice(job);
    expect([isHolding(due, 1), isHolding(due, 0)]).toEqual([true, false]);
    const comparing = onChosen(due, { weight: 400, isCompared: true });
    expect(isHolding(comparing, 1)).toBe(true);
    expect(isHolding(onCompared(comparing, { server: 1, client: 1 }), 3)).toBe(false);
  });

  test('waits for nothing where a round trip is long beside the work, and decides nothing then', () => {
    const far = onChosen(startChoice({ ...job, rttMs: 200 }), { weight: 400, isCompared: true });
    expect(isHolding(far, 1)).toBe(false);
    const compared = onCompared(far, { server: 100, client: 1 });
    expect(compared).toMatchObject({ current: 'server', isFounded: false, isComparing: false });
  });

  test('does not try a way again that failed', () => {
    const state = onOtherFailed(onChosen(startChoice(job), { weight: 400, isCompared: true }));
    expect(state.current).toBe('server');
    expect(otherWay(state)).toBe('client');
    expect(untilComparison(state, 1_000).batches).toBe(Infinity);
  });
});
