import { describe, expect, test } from 'vitest';
import {
  type ChoiceState,
  comparisonOf,
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

  test('does not compare on a job so small that it would cost more than a tenth', () => {
    const small = startChoice({ ...job, totalWeight: 2_000 });
    expect(untilComparison(small, 100).batches).toBe(Infinity);
    expect(small.current).toBe('server');
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

  test('looks again once a comparison has landed and three times as much was sent: seldom, however long the job', () => {
    let state = onChosen(startChoice({ ...job, totalWeight: 1_000_000 }), { weight: 2_000, isCompared: true });
    expect(untilComparison(state, 1_000).batches).toBe(Infinity);
    state = onCompared(state, { server: 1, client: 1 });
    const after: number[] = [];
    for (let i = 0; i < 5; i++) {
      const next = untilComparison(state, 1_000);
      after.push(next.state.sentWeight);
      state = onCompared(onChosen(next.state, { weight: 2_000, isCompared: true }), { server: 1, client: 1 });
    }
    expect(after).toEqual([6_000, 24_000, 78_000, 240_000, 726_000]);
  });

  test('waits for the first comparison, unless a round trip is long beside the work', () => {
    const near = startChoice(job);
    expect(near.isWaiting).toBe(true);
    expect(onCompared(near, { server: 1, client: 1 }).isWaiting).toBe(false);
    expect(startChoice({ ...job, rttMs: 200 }).isWaiting).toBe(false);
    expect(startChoice({ ...job, remembered: 'server' }).isWaiting).toBe(false);
  });

  test('does not try a way again that failed', () => {
    const state = onOtherFailed(onChosen(startChoice(job), { weight: 400, isCompared: true }));
    expect(state.current).toBe('server');
    expect(otherWay(state)).toBe('client');
    expect(untilComparison(state, 1_000).batches).toBe(Infinity);
  });
});
