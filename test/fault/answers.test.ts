/** Failures that a server answers with, one query at a time: the run gives what it gives without them. */
import { expect, test } from 'vitest';
import { describeFaults, expectWhole } from './faulted.ts';
import { everyFifth, failure, isCatalogueQuery, isRoiQuery, keyOf, nth, typesOf } from './script.ts';

const DEADLOCK = 'Neo.TransientError.Transaction.DeadlockDetected';
const OUT_OF_MEMORY = 'Neo.TransientError.General.MemoryPoolOutOfMemoryError';
const TIMED_OUT = 'Neo.ClientError.Transaction.TransactionTimedOut';
const NO_THREADS = 'Neo.TransientError.Request.NoThreadsAvailable';

await describeFaults('5.26', 'a server that refuses single queries', (faulted) => {
  const { relay: startRelay, build } = faulted;

  test('every fifth question meets a deadlock: those are asked again, and only they', async () => {
    const relay = await startRelay(everyFifth(() => true, failure(DEADLOCK)));
    const built = await build(relay, { concurrency: '4', batchWeight: '500' });
    expectWhole(built, faulted.whole);
    const failed = relay.queries.filter(({ outcome }) => outcome === 'failed').length;
    expect(failed).toBeGreaterThan(5);
    expect(built.report).toMatchObject({ retries: failed, splits: 0, events: [] });
  });

  test('every fifth batch is too much for the memory: it is split, never asked again as it was', async () => {
    const isSeveral = (query: Parameters<typeof typesOf>[0]): boolean => (typesOf(query)?.length ?? 0) > 1;
    const relay = await startRelay(everyFifth(isSeveral, failure(OUT_OF_MEMORY)));
    const built = await build(relay, { concurrency: '4', batchWeight: '500' });
    expectWhole(built, faulted.whole);
    expect(new Set(relay.queries.map(keyOf)).size).toBe(relay.queries.length);
    const failed = relay.queries.filter(({ outcome }) => outcome === 'failed').length;
    expect(failed).toBeGreaterThan(5);
    expect(built.report).toMatchObject({ retries: 0, splits: failed, events: [] });
  });

  test('batches of more than 60 types are too much for the memory: they become smaller, each asked once', async () => {
    const relay = await startRelay((query) =>
      (typesOf(query)?.length ?? 0) > 60 ? failure(OUT_OF_MEMORY) : undefined,
    );
    const built = await build(relay);
    expectWhole(built, faulted.whole);
    expect(new Set(relay.queries.map(keyOf)).size).toBe(relay.queries.length);
    expect(built.report.retries).toBe(0);
    expect(built.report.splits).toBeGreaterThan(0);
  });

  test('batches of more than 1,000 cells run into the time limit: they become smaller', async () => {
    const cellsOf = new Map(faulted.whole.types.map(({ name, cells }) => [name, cells.total]));
    const relay = await startRelay((query) => {
      const types = typesOf(query) ?? [];
      const cells = types.reduce((sum, type) => sum + (cellsOf.get(type) as number), 0);
      return types.length > 1 && cells > 1000 ? { ...failure(TIMED_OUT), delayMs: 100 } : undefined;
    });
    const built = await build(relay);
    expectWhole(built, faulted.whole);
    expect(new Set(relay.queries.map(keyOf)).size).toBe(relay.queries.length);
    expect(built.report.retries).toBe(0);
    expect(built.report.splits).toBeGreaterThan(0);
  });

  test.each([
    ['full', {}],
    ['quick', { quick: true }],
  ])('the whole catalogue runs into the time limit: it comes in ranges (%s)', async (mode, flags) => {
    const relay = await startRelay(nth(isCatalogueQuery, (n) => (n === 1 ? failure(TIMED_OUT) : undefined)));
    const expected = await build(faulted.server, flags);
    const built = await build(relay, flags);
    expect(built.catalog?.mode).toBe(mode);
    expectWhole(built, expected.catalog as typeof faulted.whole);
    expect(relay.queries.filter(isCatalogueQuery).length).toBeGreaterThan(4);
  });

  test('a range of the catalogue runs into the time limit, too: it is cut once more', async () => {
    const relay = await startRelay(nth(isCatalogueQuery, (n) => (n <= 3 ? failure(TIMED_OUT) : undefined)));
    expectWhole(await build(relay), faulted.whole);
    expect(relay.queries.filter(isCatalogueQuery).length).toBeGreaterThan(8);
  });

  test.each([
    ['', {}],
    [' as --concurrency asks for', { batchWeight: '400', concurrency: '16' }],
  ])('more than 3 queries at once%s are refused: fewer are asked at a time, no type suffers', async (_title, flags) => {
    const isOpen = ({ outcome }: { outcome: string }): boolean => outcome === 'running';
    const relay = await startRelay((query) => {
      if (!isRoiQuery(query)) return undefined;
      return relay.queries.filter(isOpen).length >= 3 ? failure(NO_THREADS) : { delayMs: 400 };
    });
    const built = await build(relay, flags);
    expectWhole(built, faulted.whole);
    const asked = relay.queries.filter(isRoiQuery).map(({ outcome }) => outcome);
    const refused = asked.filter((outcome) => outcome === 'failed').length;
    expect(refused).toBeGreaterThan(0);
    expect(built.report).toMatchObject({ retries: refused, splits: 0 });
    expect(built.report.pace[0]?.concurrency).toBeLessThan(6);
    // Learnt in the first half; after that it only looks now and then whether there is room again.
    expect(asked.slice(asked.length / 2).filter((outcome) => outcome === 'failed').length).toBeLessThan(6);
  });

  test('a server that is too busy for any query for seconds is waited for', async () => {
    let busyUntilMs = Infinity;
    const relay = await startRelay((query) => {
      if (!isRoiQuery(query)) return undefined;
      busyUntilMs = Math.min(busyUntilMs, performance.now() + 2_500);
      return performance.now() < busyUntilMs ? failure(NO_THREADS) : undefined;
    });
    const built = await build(relay);
    expectWhole(built, faulted.whole);
    expect(built.report.splits).toBe(0);
  });

  test('some answers lack rows: they are asked for again', async () => {
    for (const [sums, dropRows] of [
      ['client', 1],
      ['client', 'all'],
      ['server', 1],
      ['server', 'all'],
    ] as const) {
      const relay = await startRelay(everyFifth(isRoiQuery, { dropRows }));
      const built = await build(relay, { concurrency: '4', batchWeight: '500', sums });
      expectWhole(built, faulted.whole);
      expect(built.report.retries).toBe(Math.floor(new Set(relay.queries.filter(isRoiQuery).map(keyOf)).size / 5));
      expect(built.report).toMatchObject({ splits: 0, events: [] });
    }
  });

  test.each([1, 'all'] as const)('every answer lacks rows (%s): the run ends and says which', async (dropRows) => {
    const relay = await startRelay((query) => (isRoiQuery(query) ? { dropRows } : undefined));
    const { catalog, error } = await build(relay);
    expect(catalog).toBeNull();
    expect(error?.message).toMatch(/ROI counts of ".+": expected \d+ cells, got \d+/);
    expect(relay.queries.length).toBeLessThan(100);
  });
});

await describeFaults('4.4', 'a server of the version that neuPrint runs', (faulted) => {
  test('deadlocks, want of memory, short answers and lost connections in one run change nothing', async () => {
    const acts = [failure(DEADLOCK), failure(OUT_OF_MEMORY), { dropRows: 1 }, { cutAfterRows: 10 }, { reset: true }];
    const seen = new Set<string>();
    const relay = await faulted.relay((query) => {
      const isNew = (typesOf(query)?.length ?? 0) > 1 && seen.size < seen.add(keyOf(query)).size;
      return isNew && seen.size <= 3 * acts.length ? acts[seen.size % acts.length] : undefined;
    });
    const built = await faulted.build(relay, { concurrency: '4', batchWeight: '500' });
    expectWhole(built, faulted.whole);
    expect(built.report.retries).toBeGreaterThanOrEqual(12);
    expect(built.report.splits).toBe(3);
  });
});
