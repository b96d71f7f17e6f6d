import { describe, expect, test } from 'vitest';
import { QueryError } from '../../src/errors.ts';
import type { Lookup } from '../../src/lookup/batch.ts';
import { createLoader, type Loader } from '../../src/lookup/loader.ts';
import { createRetries } from '../../src/lookup/retry.ts';
import { createTwoWays } from '../../src/lookup/twoWays.ts';
import { createGate } from '../../src/pace/gate.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

interface Row {
  type: string;
  count: number;
}

const CELLS = 20;

interface World {
  loader: Loader<number>;
  /** Types asked for by each way, a compared one by both. */
  asked: Record<string, number>;
  nowMs(): number;
  lost: string[];
}

/** 300 types of 20 cells at a source that takes so long a cell by each way, and answers `count`. */
function world(msPerCell: Record<string, number>, count: (way: string) => number = () => 1): World {
  const clock = createVirtualClock();
  const asked: Record<string, number> = { server: 0, client: 0 };
  const lost: string[] = [];
  const totalWeight = 300 * CELLS;
  const lookup: Lookup<Row, number> = {
    name: 'counts',
    async ask(types, { way = '' }) {
      asked[way] = (asked[way] ?? 0) + types.length;
      const value = types.map((type) => ({ type, count: count(way) }));
      await clock.wait(5 + types.length * CELLS * (msPerCell[way] as number));
      return { value, rows: value.length, serverMs: null, roundTrips: 1 };
    },
    valueOf: ([row]) => row?.count ?? 0,
  };
  const gate = createGate({ totalWeight, guess: { aMs: 5, bMsPerUnit: 1 } }, clock);
  const ways = createTwoWays({
    ways: ['server', 'client'],
    totalWeight,
    rttMs: 0,
    workMs: totalWeight,
    clock,
    onSwitch: () => gate.restart({ totalWeight, guess: { aMs: 5, bMsPerUnit: 1 } }),
    onLost: (way, error) => lost.push(`${way}: ${(error as Error).message}`),
  });
  const loader = createLoader(lookup, { gate, retries: createRetries(clock), weightOf: () => CELLS, ways });
  return { loader, asked, lost, nowMs: clock.now };
}

const names = Array.from({ length: 300 }, (_, i) => `T${i}`);
const loadAll = ({ loader }: World): Promise<number[]> => Promise.all(names.map((name) => loader.load(name)));

describe('two ways to ask', () => {
  test.each([
    ['client', { server: 3, client: 1 }],
    ['server', { server: 1, client: 8 }],
  ])('nine tenths of a small job go the faster way: the %s', async (faster, msPerCell) => {
    const { asked, ...rest } = world(msPerCell);
    expect(await loadAll({ asked, ...rest })).toEqual(names.map(() => 1));
    expect(asked[faster]).toBeGreaterThan(0.9 * names.length);
    // Both were tried.
    expect(Math.min(...Object.values(asked))).toBeGreaterThan(0);
  });

  test('stop the run when they give different answers, and show both', async () => {
    const outcome = await loadAll(world({ server: 1, client: 1 }, (way) => (way === 'server' ? 1 : 2))).catch(
      (error: unknown) => error,
    );
    expect(outcome).toBeInstanceOf(QueryError);
    expect((outcome as Error).message).toMatch(/^counts of "T\d+": two ways to ask differ\. server: 1; client: 2$/);
  });

  test('go on by the one when the other fails, and say so', async () => {
    const all = world({ server: 1, client: 1 }, (way) => {
      if (way === 'client') throw new QueryError('cannot be parsed here');
      return 1;
    });
    expect(await loadAll(all)).toEqual(names.map(() => 1));
    expect(all.lost).toEqual(['client: cannot be parsed here']);
  });
});
