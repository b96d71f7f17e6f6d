import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectError, QueryError } from '../../src/errors.ts';
import type { Lookup } from '../../src/lookup/batch.ts';
import { createLoader } from '../../src/lookup/loader.ts';
import { createRetries } from '../../src/lookup/retry.ts';
import { createTwoWays } from '../../src/lookup/twoWays.ts';
import { createGate } from '../../src/pace/gate.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

interface Row {
  type: string;
  roi: number;
  count: number;
}

/** What befalls one question of a batch. */
type Fault = 'none' | 'passing' | 'busy' | 'memory' | 'timeout' | 'lost' | 'short';

const faults = fc.array(
  fc.record({
    fault: fc.constantFrom<Fault>('none', 'none', 'passing', 'busy', 'memory', 'timeout', 'lost', 'short'),
    delayMs: fc.integer({ min: 0, max: 500 }),
  }),
  { maxLength: 15 },
);

const types = fc.uniqueArray(
  fc.record({ name: fc.string({ maxLength: 6 }), cells: fc.integer({ min: 1, max: 200 }), isBad: fc.boolean() }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 60 },
);

const rowsOf = (type: string, cells: number): Row[] =>
  Array.from({ length: cells % 4 }, (_, roi) => ({ type, roi, count: cells * (roi + 1) }));
const sortedRows = (rows: readonly Row[]): string => JSON.stringify([...rows].sort((a, b) => a.roi - b.roi));

test('any order, split, retry, outage and way of asking gives the answers of one by one; a bad type fails alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      types,
      faults,
      fc.record({
        pinnedConcurrency: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        pinnedBatchWeight: fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
        maxConcurrency: fc.integer({ min: 1, max: 32 }),
      }),
      fc.boolean(),
      fc.integer(),
      async (given, script, pace, hasTwoWays, seed) => {
        const clock = createVirtualClock(seed);
        const cells = new Map(given.map((type) => [type.name, type.cells]));
        const bad = new Set(given.flatMap(({ name, isBad }) => (isBad ? [name] : [])));
        const numberOf = new Map(given.map(({ name }, i) => [name, 1000 + i]));
        const totalWeight = given.reduce((sum, type) => sum + type.cells, 0);
        let asked = 0;
        const timesOf = new Map<string, number>();
        let open = 0;
        let widest = 0;

        const answer = async (names: readonly string[]): Promise<{ value: Row[]; cells: Map<string, number> }> => {
          const { fault: scripted = 'none', delayMs = 10 } = script[asked++] ?? {};
          await clock.wait(delayMs);
          const key = JSON.stringify(names);
          timesOf.set(key, (timesOf.get(key) ?? 0) + 1);
          // A third failure of the same question would be taken for good, as it should.
          const fault = (timesOf.get(key) as number) > 2 ? 'none' : scripted;
          if (fault === 'lost') throw new ConnectError('lost', { isOutage: true });
          // A lone type that is too much for the server is one that cannot be had: that is another test's matter.
          const isAlone = names.length === 1;
          if (fault === 'passing' || fault === 'busy') throw new QueryError('later', { failure: fault });
          if (!isAlone && (fault === 'memory' || fault === 'timeout')) throw new QueryError('less', { failure: fault });
          const found = names.find((name) => bad.has(name));
          if (found !== undefined)
            throw new QueryError(`cell ${isAlone ? numberOf.get(found) : names.length} is damaged`);
          const told = fault === 'short' ? names.slice(1) : names;
          return {
            value: told.flatMap((name) => rowsOf(name, cells.get(name) as number)),
            cells: new Map(told.map((name) => [name, cells.get(name) as number])),
          };
        };
        const lookup: Lookup<Row, string> = {
          name: 'counts',
          valueOf: sortedRows,
          async ask(names) {
            widest = Math.max(widest, ++open);
            const { value, cells } = await answer(names).finally(() => open--);
            return { value, cells, rows: value.length, serverMs: null, roundTrips: 1 };
          },
        };
        const gate = createGate({ totalWeight, heaviestWeight: 200, ...pace }, clock);
        const settled: string[] = [];
        const loader = createLoader(lookup, {
          gate,
          retries: createRetries(clock, { ping: () => clock.wait(5) }),
          weightOf: (type) => cells.get(type) ?? 1,
          cellsOf: (type) => cells.get(type) ?? null,
          onSettled: (names) => settled.push(...names),
          ways: hasTwoWays
            ? createTwoWays({ ways: ['one', 'two'], totalWeight: 1e6, rttMs: 0, workMs: 1, clock })
            : undefined,
        });
        const outcomes = await Promise.allSettled(given.map(({ name }) => loader.load(name)));
        for (const [i, { name, cells, isBad }] of given.entries()) {
          expect(outcomes[i]).toMatchObject(
            isBad
              ? { status: 'rejected', reason: { message: `cell ${numberOf.get(name)} is damaged` } }
              : { status: 'fulfilled', value: sortedRows(rowsOf(name, cells)) },
          );
        }
        // Nothing is counted twice, and nothing is left.
        expect(settled.sort()).toEqual([...cells.keys()].sort());
        const most = pace.pinnedConcurrency ?? pace.maxConcurrency;
        // A comparison asks one batch twice.
        expect(widest).toBeLessThanOrEqual(hasTwoWays ? most + 1 : most);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);
