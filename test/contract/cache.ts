/** What every cache must do, whatever keeps it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Cache } from '../../src/cache/twoLevel.ts';

export function cacheContract(name: string, open: () => Promise<Cache>): void {
  describe(`${name} as a cache`, () => {
    let cache: Cache;
    beforeEach(async () => {
      cache = await open();
    });
    afterEach(() => cache.close());

    test('misses what was never stored', async () => {
      expect(await cache.get('no such key')).toBeUndefined();
    });

    test('gives back JSON as it was stored, null and empty ones included', async () => {
      const values = { object: { a: [1, 'ü🧠\u2028', null] }, null: null, zero: 0, empty: [], text: ':base64:x' };
      for (const [key, value] of Object.entries(values)) await cache.set(key, value);
      for (const [key, value] of Object.entries(values)) expect(await cache.get(key)).toEqual(value);
    });

    test('replaces what was stored before', async () => {
      await cache.set('key', 1);
      await cache.set('key', 2);
      expect(await cache.get('key')).toBe(2);
    });

    test('keeps keys apart that differ in case or hold odd characters', async () => {
      const keys = ['T1', 't1', "x' OR 1=1", 'a%', 'a_', 'ü', 'neurodex:a'];
      for (const key of keys) await cache.set(key, key);
      for (const key of keys) expect(await cache.get(key)).toBe(key);
    });
  });
}
