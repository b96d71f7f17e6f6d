import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openAnswers } from '../../src/cache/answers.ts';
import { answersPrefixes } from '../../src/cache/keys.ts';
import { openStore } from '../../src/cache/stores.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { temporaryFolder } from '../support/cli.ts';

const COLLECTION = { dataset: 'd:v1', source: 's', lookup: 'l', variant: 'v' };
const PREFIX = answersPrefixes(COLLECTION).own;
const answersIn = (cache: Cache): ReturnType<typeof openAnswers> => openAnswers(cache, COLLECTION, Math.random);
const row = (text: string, fingerprint: string | null = null): { text: string; fingerprint: string | null } => ({
  text,
  fingerprint,
});
const any = (): boolean => true;

describe('kept answers', () => {
  test('are there for a process that opens them later', async () => {
    const folder = temporaryFolder();
    const first = createCache(await openStore(folder, () => undefined));
    const answers = await answersIn(first);
    answers.keep(new Map([['T1', row('[1]', 'f1')]]), 'e1');
    answers.keep(
      new Map([
        ['T2', row('[2]')],
        ['__proto__', row('[3]')],
      ]),
      'e1',
    );
    await answers.written();
    await first.close();
    const second = createCache(await openStore(folder, () => undefined));
    const found = await answersIn(second);
    expect([...found.types].sort()).toEqual(['T1', 'T2', '__proto__']);
    const stamps = new Map<string, object>();
    const selected = found.select((type, stamp) => Boolean(stamps.set(type, stamp)), 'e1');
    expect(new Map([...selected].sort())).toEqual(
      new Map([
        ['T1', '[1]'],
        ['T2', '[2]'],
        ['__proto__', '[3]'],
      ]),
    );
    expect(stamps.get('T1')).toEqual({ state: 'e1', fingerprint: 'f1' });
    expect(stamps.get('T2')).toEqual({ state: 'e1', fingerprint: null });
    await second.close();
  });

  test('of several edits are told apart by their stamps', async () => {
    const cache = createCache(null);
    const answers = await answersIn(cache);
    answers.keep(new Map([['T', row('old', 'f1')]]), 'e1');
    answers.keep(new Map([['T', row('new', 'f2')]]), 'e2');
    await answers.written();
    const later = await answersIn(cache);
    expect(later.states).toEqual(new Set(['e1', 'e2']));
    expect(later.select((_type, { fingerprint }) => fingerprint === 'f2', 'e2')).toEqual(new Map([['T', 'new']]));
  });

  test('of the last run count, also where the clock went back since the one before', async () => {
    const folder = temporaryFolder();
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const store = await openStore(folder, () => undefined);
    for (const [year, text] of [
      [2030, 'old'],
      [2026, 'new'],
    ] as const) {
      vi.setSystemTime(new Date(year, 1, 1));
      const answers = await answersIn(createCache(store));
      answers.keep(new Map([['T', row(text)]]), 'e');
      await answers.written();
    }
    expect((await answersIn(createCache(store))).select(any, 'e')).toEqual(new Map([['T', 'new']]));
    await store?.close();
  });

  test('that hold are written together once most do not', async () => {
    const cache = createCache(null);
    const answers = await answersIn(cache);
    for (let i = 0; i < 5; i++)
      answers.keep(
        new Map([
          ['T1', row(`${i}`, `f${i}`)],
          [`gone ${i}`, row('x')],
        ]),
        `e${i}`,
      );
    await answers.written();
    const later = await answersIn(cache);
    const isCurrent = (type: string, { state }: { state: string }): boolean => type === 'T1' && state === 'e4';
    expect(later.select(isCurrent, 'e5')).toEqual(new Map([['T1', '4']]));
    await later.written();
    const merged = await answersIn(cache);
    expect(await cache.list(PREFIX)).toHaveLength(1);
    expect(merged.states).toEqual(new Set(['e5']));
    expect(merged.select((_type, { fingerprint }) => fingerprint === 'f4', 'e5')).toEqual(new Map([['T1', '4']]));
  });

  test('in very many shards are written into few, without loss', async () => {
    const cache = createCache(null);
    const answers = await answersIn(cache);
    for (let i = 0; i < 300; i++) answers.keep(new Map([[`T${i}`, row(`${i}`)]]), 'e');
    await answers.written();
    const later = await answersIn(cache);
    expect(later.select(any, 'e').size).toBe(300);
    await later.written();
    expect(await cache.list(PREFIX)).toHaveLength(1);
    expect((await answersIn(cache)).types.size).toBe(300);
  });

  test('are not touched by a collection beside them', async () => {
    const cache = createCache(null);
    const beside = await openAnswers(cache, { ...COLLECTION, lookup: 'l/v' }, Math.random);
    beside.keep(new Map([['T', row('1')]]), 'e');
    await beside.written();
    const other = await answersIn(cache);
    expect(other.types.size).toBe(0);
    await other.written();
    expect(await cache.list('')).toHaveLength(1);
  });

  test('of an earlier variant are neither read nor left', async () => {
    const cache = createCache(null);
    const before = await openAnswers(cache, { ...COLLECTION, variant: 'before' }, Math.random);
    before.keep(new Map([['T', row('1')]]), 'e');
    await before.written();
    const now = await answersIn(cache);
    expect(now.types.size).toBe(0);
    await now.written();
    expect(await cache.list('')).toEqual([]);
  });

  test('that were asked for anew replace those that were there', async () => {
    const cache = createCache(null);
    const old = await answersIn(cache);
    old.keep(new Map([['T', row('old')]]), 'e');
    await old.written();
    const anew = await answersIn(cache);
    anew.keep(new Map([['T', row('new')]]), 'e');
    anew.dropOld();
    await anew.written();
    expect((await answersIn(cache)).select(any, 'e')).toEqual(new Map([['T', 'new']]));
  });

  test.each([
    ['no object', 7],
    ['texts that are none', { state: 'e', types: ['T'], fingerprints: [null], texts: [1] }],
    ['fewer texts than types', { state: 'e', types: ['T'], fingerprints: [null], texts: [] }],
    ['a state that is none', { state: 1, types: [], fingerprints: [], texts: [] }],
  ])('that are damaged (%s) are counted, left out and deleted', async (_what, shard) => {
    const cache = createCache(null);
    await cache.set(`${PREFIX}a`, shard);
    const answers = await answersIn(cache);
    expect(answers.types.size).toBe(0);
    await answers.written();
    expect(cache.stats.l2.faults).toBe(1);
    expect(await cache.list(PREFIX)).toEqual([]);
  });

  test('that hold are not lost where what was to take their place could not be written', async () => {
    const folder = temporaryFolder();
    const [store, other] = [await openStore(folder, () => undefined), await openStore(folder, () => undefined)];
    if (store === null || other === null) throw new Error('Expected stores.');
    const first = await answersIn(createCache(store));
    for (let i = 0; i < 300; i++) first.keep(new Map([[`T${i}`, row(`${i}`)]]), 'e');
    await first.written();
    // What a disk that is full does to a write: the merge is lost.
    const full = createCache({ ...other, setMany: () => Promise.reject(new Error('its disk is full')) });
    const merging = await answersIn(full);
    expect(merging.select(any, 'e').size).toBe(300);
    await merging.written();
    expect(full.stats.l2.faults).toBeGreaterThan(0);
    expect((await answersIn(createCache(store))).types.size).toBe(300);
    await Promise.all([store.close(), other.close()]);
  });

  test('that could not be read this time are left for the next', async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder, () => undefined);
    if (store === null) throw new Error('Expected a store.');
    const first = await answersIn(createCache(store));
    for (let i = 0; i < 20; i++) first.keep(new Map([[`T${i}`, row(`${i}`)]]), 'e');
    await first.written();
    let reads = 0;
    const once = createCache({
      ...store,
      getMany: (keys) => (reads++ === 0 ? Promise.reject(new Error('locked')) : store.getMany(keys)),
    });
    const answers = await answersIn(once);
    answers.select(() => false, 'later');
    await answers.written();
    expect((await answersIn(createCache(store))).types.size).toBe(16);
    await store.close();
  });
});
