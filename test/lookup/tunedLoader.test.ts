import { describe, expect, test } from 'vitest';
import { createCache } from '../../src/cache/twoLevel.ts';
import { loadConfig } from '../../src/config.ts';
import type { Connectome } from '../../src/connectome/connectome.ts';
import { QueryError } from '../../src/errors.ts';
import { loadAll } from '../../src/lookup/loadAll.ts';
import { roiCountsLookup } from '../../src/lookup/lookups.ts';
import { createSource } from '../../src/lookup/source.ts';
import { type TunedLookup, type TunedParts, withTunedLoader } from '../../src/lookup/tunedLoader.ts';
import { createRun } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

interface Row {
  type: string;
  count: number;
}

const sizes = (types: number): Map<string, number> =>
  new Map(Array.from({ length: types }, (_, i) => [`T${i}`, 1 + (i % 9)]));

function partsOf(cache = createCache(null), clock = createVirtualClock()): TunedParts {
  const run = createRun('test', clock.now);
  const connectome = { id: 'test', maxInFlight: 32 } as Connectome;
  const source = createSource({ connectome, clock, run, timeoutMs: 60_000 });
  return { source, cache, clock, run, settings: loadConfig({}).settings };
}

/** Answers each type by its length after 1 ms a cell, and refuses what is asked beyond so many at once. */
function lookupOf(
  { clock }: TunedParts,
  cells: ReadonlyMap<string, number>,
  mostAtOnce = Infinity,
): TunedLookup<Row, number> {
  let open = 0;
  return {
    name: 'counts',
    guesses: { server: { aMs: 8, bMsPerUnit: 1 } },
    async ask(types) {
      open++;
      try {
        if (open > mostAtOnce) {
          await clock.wait(5);
          throw new QueryError('too many', { failure: 'busy' });
        }
        await clock.wait(8 + types.reduce((sum, type) => sum + (cells.get(type) ?? 0), 0));
      } finally {
        open--;
      }
      const value = types.map((type) => ({ type, count: type.length }));
      return { value, rows: value.length, serverMs: null, roundTrips: 1 };
    },
    valueOf: ([row]) => row?.count ?? 0,
  };
}

const load = (
  parts: TunedParts,
  cells: Map<string, number>,
  mostAtOnce?: number,
): Promise<Map<string, number | Error>> =>
  withTunedLoader(lookupOf(parts, cells, mostAtOnce), cells, parts, (loader) => loadAll(loader, cells));

describe('a loader at a measured pace', () => {
  test.each([[['server']], [['client']], [['server', 'client']]] as const)(
    'lets those add up who may: %j',
    async (ways) => {
      const asked = new Set<string | undefined>();
      const parts = partsOf();
      const connectome = {
        ...parts.source.connectome,
        roiCounts: async (types, _rois, ask) => {
          asked.add(ask?.sums);
          return { value: [], rows: 0, serverMs: null, roundTrips: 1, cells: new Map(types.map((type) => [type, 1])) };
        },
      } as Connectome;
      const cells = new Map(Array.from({ length: 9_000 }, (_, i) => [`T${i}`, 1]));
      const lookup = roiCountsLookup(connectome, [], ways);
      await withTunedLoader(lookup, cells, parts, (loader) => loadAll(loader, cells));
      expect([...asked].sort()).toEqual([...ways].sort());
    },
  );

  test('says how much was answered, not how much was given up', async () => {
    const parts = partsOf();
    const cells = sizes(100);
    const progress: number[] = [];
    parts.run.progress = (done) => void progress.push(done);
    const lookup = lookupOf(parts, cells);
    let asked = 0;
    const lost: typeof lookup = {
      ...lookup,
      ask: async (types, ask) => {
        if (asked++ > 0) throw new QueryError('wrong', { failure: 'question' });
        return lookup.ask(types, ask);
      },
    };
    const pinned = { ...parts, settings: { ...parts.settings, batchWeight: 10, concurrency: 1 } };
    const loading = withTunedLoader(lost, cells, pinned, (loader) => loadAll(loader, cells));
    await expect(loading).rejects.toThrow('wrong');
    const total = [...cells.values()].reduce((all, weight) => all + weight, 0);
    expect(progress).toHaveLength(1);
    expect(progress[0]).toBeLessThan(total / 2);
  });

  test('comes to terms with a server that bears three questions at once', async () => {
    const parts = partsOf();
    const cells = sizes(3_000);
    const values = await load(parts, cells, 3);
    expect([...values].every(([type, value]) => value === type.length)).toBe(true);
    expect(parts.run.report.pace[0]?.concurrency).toBeLessThanOrEqual(4);
  });

  test('a run of a few types leaves the pace that a run of all has found', async () => {
    const cache = createCache(null);
    const concurrencyOf = async (types: number): Promise<number> => {
      const parts = partsOf(cache);
      await load(parts, sizes(types));
      return parts.run.report.pace[0]?.concurrency ?? 0;
    };
    const found = await concurrencyOf(3_000);
    expect(found).toBeGreaterThan(10);
    await concurrencyOf(3);
    expect(await concurrencyOf(3_000)).toBeGreaterThanOrEqual(0.8 * found);
  });

  test('a run at a pinned pace says nothing of what the source bears', async () => {
    const cache = createCache(null);
    const pinned = partsOf(cache);
    await load({ ...pinned, settings: { ...pinned.settings, concurrency: 1 } }, sizes(3_000));
    const free = partsOf(cache);
    await load(free, sizes(3_000));
    expect(free.run.report.pace[0]?.concurrency).toBeGreaterThan(10);
  });
});
