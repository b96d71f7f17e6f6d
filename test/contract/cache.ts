/** What every cache must do, whatever keeps it. */
import { afterEach, beforeEach, describe, expect, type test as Test, test } from 'vitest';
import type { Cache } from '../../src/cache/twoLevel.ts';

/** @param open a cache that is empty, or no longer knows the keys that another test used */
export function cacheContract(name: string, open: () => Promise<Cache>, testHere: typeof Test = test): void {
  describe(`${name} as a cache`, () => {
    let cache: Cache | undefined;
    const opened = async (): Promise<Cache> => {
      cache = await open();
      return cache;
    };
    beforeEach(() => {
      cache = undefined;
    });
    afterEach(() => cache?.close());

    testHere('misses what was never stored', async () => {
      const cache = await opened();
      expect(await cache.get('no such key')).toBeUndefined();
      expect(await cache.getMany(['no such key', 'nor this'])).toEqual([undefined, undefined]);
    });

    testHere('gives back JSON as it was stored, null and empty ones included', async () => {
      const cache = await opened();
      const values = {
        object: { a: [1, 'ü🧠\u2028', null] },
        null: null,
        zero: 0,
        empty: [],
        text: ':base64:x',
        frame: { value: '","expires":1790000000000}', expires: 1 },
      };
      for (const [key, value] of Object.entries(values)) await cache.set(key, value);
      for (const [key, value] of Object.entries(values)) expect(await cache.get(key)).toEqual(value);
      expect(await cache.getMany(Object.keys(values))).toEqual(Object.values(values));
    });

    testHere('replaces what was stored before', async () => {
      const cache = await opened();
      await cache.set('key', 1);
      await cache.set('key', 2);
      expect(await cache.get('key')).toBe(2);
      await cache.setMany(new Map([['key', [3]]]));
      expect(await cache.get('key')).toEqual([3]);
    });

    testHere('answers by the many in the order of the keys, those twice included', async () => {
      const cache = await opened();
      const entries = new Map(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, { i, text: 'ü'.repeat(i % 7) }]));
      await cache.setMany(entries);
      const keys = ['none', ...[...entries.keys()].reverse(), 'key 5', 'none'];
      expect(await cache.getMany(keys)).toEqual(keys.map((key) => entries.get(key)));
    });

    testHere('takes and gives none at once', async () => {
      const cache = await opened();
      await cache.setMany(new Map());
      await cache.deleteMany([]);
      expect(await cache.getMany([])).toEqual([]);
      expect(cache.stats.l2.faults).toBe(0);
    });

    testHere('keeps keys apart that differ in case or hold odd characters', async () => {
      const cache = await opened();
      const keys = ['T1', 't1', "x' OR 1=1", 'a%', 'a_', 'ü', 'a', 'neurodex:a', 'neurodex::a', 'keys'];
      for (const key of keys) await cache.set(key, key);
      for (const key of keys) expect(await cache.get(key)).toBe(key);
      expect(await cache.getMany(keys)).toEqual(keys);
    });

    testHere('lists what begins with a text and nothing else, by key', async () => {
      const cache = await opened();
      const keys = ['a', 'a%', 'a%b', 'a_', 'a_b', 'ab', "a'", `a'"b`, 'A%', 'aü', 'aüb', 'b', '[a', '(a'];
      await cache.setMany(new Map(keys.map((key) => [key, key])));
      for (const prefix of ['', ...keys, 'aü', 'none', 'a%b and more']) {
        const listed = (await cache.list(prefix)).map(({ key }) => key);
        expect(listed, prefix).toEqual(keys.filter((key) => key.startsWith(prefix)).sort());
      }
    });

    testHere('tells of an entry how large it is and when it was written', async () => {
      const cache = await opened();
      const before = Date.now();
      await cache.set('key', 'x'.repeat(10_000));
      const [entry] = await cache.list('key');
      expect(entry?.bytes).toBeGreaterThan(10_000);
      expect(entry?.bytes).toBeLessThan(10_100);
      expect(entry?.writtenMs).toBeGreaterThanOrEqual(before);
      expect(entry?.writtenMs).toBeLessThanOrEqual(Date.now());
    });

    testHere('forgets what is deleted, and nothing beside', async () => {
      const cache = await opened();
      await cache.setMany(new Map(['a', 'b', 'c'].map((key) => [key, key])));
      await cache.deleteMany(['a', 'c', 'never stored']);
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 'b', undefined]);
      expect((await cache.list('')).map(({ key }) => key)).toEqual(['b']);
    });
  });
}
