import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Store, StoreFault } from '../../src/cache/store.ts';
import { openStore } from '../../src/cache/stores.ts';
import { type CacheOptions, createCache } from '../../src/cache/twoLevel.ts';
import { cacheContract } from '../contract/cache.ts';
import { temporaryFolder } from '../support/cli.ts';
import { hasRedis, type RedisServer, startRedis, testWithRedis } from '../support/redis.ts';

const MUST_NOT_TELL = (text: string): never => expect.fail(text);

async function openFolder(folder: string): Promise<Store> {
  return (await openStore(folder, MUST_NOT_TELL)) as Store;
}

/** Nothing stays in memory, so that what is read is what the store gave. */
const WITHOUT_L1: CacheOptions = { l1Bytes: 1 };

cacheContract('memory', async () => createCache(null));
cacheContract('SQLite', async () => createCache(await openFolder(temporaryFolder()), WITHOUT_L1));
cacheContract('memory over SQLite', async () => createCache(await openFolder(temporaryFolder())));

describe('a server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    if (hasRedis) server = await startRedis();
  });
  afterAll(() => server?.stop());
  const openServer = async (): Promise<Store> => {
    server.command('flushall');
    return (await openStore(server.uri, MUST_NOT_TELL)) as Store;
  };
  cacheContract('Redis', async () => createCache(await openServer(), WITHOUT_L1), testWithRedis);
  cacheContract('memory over Redis', async () => createCache(await openServer()), testWithRedis);
});

describe('two levels', () => {
  test('keep what an earlier process stored, and count where it was found', async () => {
    const folder = temporaryFolder();
    const first = createCache(await openFolder(folder));
    await first.setMany(new Map([['key', { kept: true }] as const, ['more', null] as const]));
    await first.close();
    const second = createCache(await openFolder(folder));
    expect(await second.getMany(['key', 'more', 'other'])).toEqual([{ kept: true }, null, undefined]);
    expect(await second.get('key')).toEqual({ kept: true });
    expect(second.stats).toEqual({ l1: { hits: 1, misses: 3 }, l2: { hits: 2, misses: 1, faults: 0 } });
    await second.close();
  });

  test('ask the disk once for all that memory does not hold', async () => {
    const asked: string[][] = [];
    const store = await openFolder(temporaryFolder());
    const getMany: Store['getMany'] = (keys) => {
      asked.push([...keys]);
      return store.getMany(keys);
    };
    await store.setMany(['a', 'b', 'c'].map((key) => ({ key, text: '1' })));
    const cache = createCache({ ...store, getMany });
    await cache.get('b');
    await cache.getMany(['a', 'b', 'c']);
    await cache.getMany(['a', 'b', 'c']);
    expect(asked).toEqual([['b'], ['a', 'c']]);
    await cache.close();
  });

  test('hold no more in memory than they may, and nothing that is larger than that', async () => {
    const cache = createCache(null, { l1Bytes: 1000 });
    for (let i = 0; i < 10; i++) await cache.set(`key ${i}`, 'x'.repeat(298));
    expect((await cache.list('')).map(({ key }) => key)).toEqual(['key 7', 'key 8', 'key 9']);
    await cache.set('large', 'x'.repeat(1000));
    expect(await cache.get('large')).toBeUndefined();
    expect(await cache.get('key 7')).toHaveLength(298);
  });

  test('that are to be fresh give only what this run stored, and list all', async () => {
    const folder = temporaryFolder();
    const first = createCache(await openFolder(folder));
    await first.setMany(new Map([['old', 1] as const, ['both', 1] as const]));
    await first.close();
    const second = createCache(await openFolder(folder), { isFresh: true, ...WITHOUT_L1 });
    await second.set('both', 22);
    await second.set('new', 22);
    expect(await second.getMany(['old', 'both', 'new'])).toEqual([undefined, 22, 22]);
    expect((await second.list('')).map(({ key }) => key)).toEqual(['both', 'new', 'old']);
    expect(second.stats.l2).toEqual({ hits: 2, misses: 1, faults: 0 });
    await second.close();
  });

  test('count a disk that breaks in mid-run, tell of it once, and go on from memory', async () => {
    const store = await openFolder(temporaryFolder());
    const told: string[] = [];
    const cache = createCache(store, { onFault: ({ message }) => told.push(message) });
    await store.close();
    expect(await cache.get('key')).toBeUndefined();
    await cache.setMany(new Map([['key', 1] as const, ['more', 2] as const]));
    expect(await cache.getMany(['key', 'more'])).toEqual([1, 2]);
    expect((await cache.list('')).map(({ key }) => key)).toEqual(['key', 'more']);
    await cache.deleteMany(['key']);
    expect(await cache.get('key')).toBeUndefined();
    expect(cache.stats.l2).toEqual({ hits: 0, misses: 2, faults: 5 });
    expect(told).toEqual([expect.stringMatching(/neurodex\.sqlite failed \(.*closed\)$/)]);
    await cache.close();
  });

  test('tell of each kind of trouble once, as it is', async () => {
    const troubles = ['entry', 'away', 'away', 'full', 'entry'] as const;
    const left = [...troubles];
    const store = await openFolder(temporaryFolder());
    const getMany: Store['getMany'] = () => Promise.reject(new StoreFault('it', left.shift() ?? 'other'));
    const told: string[] = [];
    const cache = createCache({ ...store, getMany }, { onFault: ({ trouble }) => told.push(trouble) });
    for (const key of troubles) await cache.get(key);
    expect(told).toEqual(['entry', 'away', 'full']);
    expect(cache.stats.l2.faults).toBe(5);
    await cache.close();
  });

  test('do not give an older value where a newer one did not reach the disk', async () => {
    const store = await openFolder(temporaryFolder());
    const cache = createCache({ ...store, setMany: () => Promise.reject(new Error('full')) }, WITHOUT_L1);
    await store.setMany([{ key: 'key', text: '11' }]);
    expect(await cache.get('key')).toBe(11);
    await cache.set('key', 22);
    expect(await cache.get('key')).toBeUndefined();
    await cache.close();
  });

  test.each(['', '{"value":{"a":', 'nonsense', '{"value":1}', '{"value":nonsense,"expires":1990000000000}', '5'])(
    'take a kept text that was damaged (%j) for a fault and a miss, and read the others',
    async (text) => {
      const folder = temporaryFolder();
      const store = await openFolder(folder);
      await store.setMany(['bad', 'good'].map((key) => ({ key, text: '"value"' })));
      await store.close();
      const { default: sqlite3 } = await import('sqlite3');
      const database = new sqlite3.Database(`${folder}/neurodex.sqlite`);
      await new Promise((done) => database.run("UPDATE keyv SET value = ? WHERE key = 'bad'", text, done));
      await new Promise((done) => database.close(done));
      const told: string[] = [];
      const cache = createCache(await openFolder(folder), { onFault: ({ message }) => told.push(message) });
      expect(await cache.getMany(['bad', 'good'])).toEqual([undefined, 'value']);
      expect(cache.stats.l2).toEqual({ hits: 1, misses: 1, faults: 1 });
      expect(told).toEqual([expect.stringMatching(/neurodex\.sqlite holds an entry that is damaged \(bad\)$/)]);
      expect((await cache.list('')).map(({ key }) => key)).toEqual(['bad', 'good']);
      await cache.close();
    },
  );
});
