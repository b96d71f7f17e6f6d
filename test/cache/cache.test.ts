import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../src/cache/store.ts';
import { openStore } from '../../src/cache/stores.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { cacheContract } from '../contract/cache.ts';
import { temporaryFolder } from '../support/cli.ts';

const openBoth = async (folder: string): Promise<Cache> => createCache(await openStore(folder, () => undefined));

cacheContract('memory alone', async () => createCache(null));
cacheContract('memory over SQLite', async () => openBoth(temporaryFolder()));

describe('the disk level', () => {
  test('keeps what an earlier process stored, and counts where it was found', async () => {
    const folder = temporaryFolder();
    const first = await openBoth(folder);
    await first.set('key', { kept: true });
    await first.close();
    const second = await openBoth(folder);
    expect(await second.get('key')).toEqual({ kept: true });
    expect(await second.get('key')).toEqual({ kept: true });
    expect(await second.get('other')).toBeUndefined();
    expect(second.stats).toEqual({ l1: { hits: 1, misses: 2 }, l2: { hits: 1, misses: 1, faults: 0 } });
    await second.close();
  });

  test('that breaks in mid-run is counted and taken for a miss', async () => {
    const store = (await openStore(temporaryFolder(), () => undefined)) as Store;
    const cache = createCache(store);
    await store.close();
    expect(await cache.get('key')).toBeUndefined();
    await cache.set('key', 1);
    expect(await cache.get('key')).toBe(1);
    expect(cache.stats.l2).toEqual({ hits: 0, misses: 1, faults: 2 });
  });

  test('that is no database is refused on opening', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'neurodex.sqlite'), 'a text that is long enough to be taken for the head of a file');
    await expect(openStore(folder, () => undefined)).rejects.toThrow(/not a database/);
  });
});
