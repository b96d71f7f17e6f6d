import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import type { Store } from '../../src/cache/store.ts';
import { openStore } from '../../src/cache/stores.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { openCache } from '../../src/commands/cache.ts';
import { shownValue } from '../../src/config.ts';
import { createRun, type Run } from '../../src/report.ts';
import { runProgram } from '../support/cli.ts';
import { programOf } from '../support/library.ts';
import { freePort, type RedisServer, startRedis, testWithRedis as test } from '../support/redis.ts';

async function started(settings: readonly string[] = [], port?: number): Promise<RedisServer> {
  const server = await startRedis(settings, port);
  onTestFinished(() => server.stop());
  return server;
}

async function open(uri: string): Promise<Store> {
  const store = (await openStore(uri, (text) => expect.fail(text))) as Store;
  onTestFinished(() => store.close());
  return store;
}

interface Told {
  run: Run;
  cache: Cache;
  events: readonly string[];
}

async function openTold(uri: string): Promise<Told> {
  const run = createRun('test', () => 0);
  const cache = await openCache({ cache: uri, fresh: false, offline: false }, run);
  onTestFinished(() => cache.close());
  return { run, cache, events: run.report.events };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Accepts connections and does to them what it is told. */
async function listening(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
  const port = await freePort();
  const server: Server = createServer(onConnection);
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return port;
}

describe('a Redis server that is no use at the start: the run goes on, told in one line and within 3 s', () => {
  const expectRefusal = async (uri: string, reason: RegExp): Promise<void> => {
    let told: Told | undefined;
    expect(await msOf(async () => (told = await openTold(uri)))).toBeLessThan(3000);
    expect(told?.events).toEqual([
      expect.stringMatching(/^Nothing is kept for the next run: (--cache )?rediss?:\S* [^\n]*[^.]\.$/),
    ]);
    expect(told?.events[0]).toMatch(reason);
    expect(told?.events[0]).not.toContain('hunter2');
    await told?.cache.set('key', 1);
    expect(await told?.cache.get('key')).toBe(1);
  };

  test('it is not there', async () => {
    const port = await freePort();
    await expectRefusal(
      `redis://me:hunter2@127.0.0.1:${port}/3`,
      /redis:\/\/\*\*\*@127.*ECONNREFUSED.*; start it, or name/,
    );
    await expectRefusal(`redis://me:hunter2@localhost:${port}`, /ECONNREFUSED/);
  });

  test('its host is not there', async () => {
    await expectRefusal('redis://:hunter2@no-such-host.invalid', /ENOTFOUND|EAI_AGAIN|no answer/);
  });

  test('it takes the connection and says nothing', async () => {
    const server = await started();
    server.signal('SIGSTOP');
    await expectRefusal(server.uri, /no answer within 2 s/);
  });

  test('it is another kind of server, or one that speaks TLS, or does not', async () => {
    const advice =
      / does not answer \(.+\); see that a Redis is there, and whether it takes redis:\/\/ or rediss:\/\/\.$/;
    const others = [
      await listening((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
      await listening((socket) => socket.destroy()),
      // As Neo4j does.
      await listening((socket) => socket.once('data', () => socket.end())),
    ];
    for (const port of others) {
      await expectRefusal(`redis://me:hunter2@127.0.0.1:${port}`, advice);
      await expectRefusal(`rediss://me:hunter2@127.0.0.1:${port}`, advice);
    }
    const server = await started();
    await expectRefusal(`rediss://me:hunter2@127.0.0.1:${server.port}`, advice);
  });

  test('it has no database of that number', async () => {
    const server = await started();
    await expectRefusal(
      `${server.uri}/99`,
      /\/99 refused \(ERR DB index is out of range\); name a database that it has/,
    );
  });

  test('the password is wrong, or missing', async () => {
    const server = await started(['--requirepass', 'right']);
    await expectRefusal(
      `redis://:hunter2@127.0.0.1:${server.port}`,
      / refused \(WRONGPASS [^;.]*\); check the user and the password\.$/,
    );
    await expectRefusal(`redis://me:hunter2@127.0.0.1:${server.port}`, /WRONGPASS/);
    await expectRefusal(
      server.uri,
      / refused \(NOAUTH [^;]*\); name its password, as in redis:\/\/:PASSWORD@HOST:PORT\.$/,
    );
  });

  test.each(['redis://me:hunter2@host:port', 'redis://me:hunter2@host/name', 'redis://me:hunter2@ho st'])(
    'the URI is wrong: %s',
    async (uri) => expectRefusal(uri, /./),
  );
});

test("the password of a cache's URI is not in the list of settings, nor where the URI is refused", () => {
  expect(shownValue('cache', 'redis://me:hunter2@host:6379/1')).toBe('"redis://***@host:6379/1"');
  expect(shownValue('cache', 'ftp://me:hunter2@host')).toBe('"ftp://***@host"');
  expect(shownValue('cache', 'a folder')).toBe('"a folder"');
});

describe('a Redis server that goes away in mid-run', () => {
  test('is a fault at once for each call, told once; when it is back it is used again', async () => {
    const server = await started();
    const { cache, events } = await openTold(server.uri);
    await cache.set('before', 1);
    expect(events).toEqual([]);
    await server.stop();
    const spentMs = await msOf(async () => {
      for (let i = 0; i < 50; i++) await cache.set(`key ${i}`, i);
      await Promise.all(Array.from({ length: 50 }, (_, i) => cache.get(`other ${i}`)));
    });
    expect(spentMs).toBeLessThan(1000);
    expect(cache.stats.l2).toEqual({ hits: 0, misses: 50, faults: 100 });
    expect(events).toEqual([
      expect.stringMatching(
        /^The cache redis:\/\/127\S+ does not answer \((the connection was closed|.*ECONN.*)\); what it cannot give is asked for again, and what it cannot take is not kept\.$/,
      ),
    ]);

    const back = await started([], server.port);
    await expect.poll(() => cache.set('after', 2).then(() => back.command('dbsize')), { timeout: 5000 }).toBe('2');
    const other = await open(back.uri);
    expect(await other.getMany(['after', 'before'])).toEqual(['2', undefined]);
    expect(events).toHaveLength(1);
  });

  test('lets the process end, without a word of its own', async () => {
    const server = await started();
    const text = `
      const faults = [];
      const l2 = await openStore('${server.uri}', console.log);
      const cache = createCache(l2, { onFault: ({ message }) => faults.push(message) });
      await cache.set('key', 'x'.repeat(1000));
      process.kill(${server.pid}, 'SIGKILL');
      await new Promise((done) => setTimeout(done, 300));
      await cache.getMany(['a', 'b']);
      await cache.close();
      await cache.close();
      console.log(faults.length, cache.stats.l2.faults);`;
    let ran: unknown;
    expect(await msOf(async () => (ran = await runProgram(process.execPath, programOf(text), {})))).toBeLessThan(5000);
    expect(ran).toEqual({ code: 0, stdout: '1 2\n', stderr: '' });
  });

  test('or falls silent holds a call for 5 s, the calls after it for no more than 2 s, and the end not at all', async () => {
    const server = await started();
    const { cache } = await openTold(server.uri);
    server.signal('SIGSTOP');
    expect(await msOf(() => cache.get('key'))).toBeLessThan(7000);
    expect(await msOf(() => cache.get('key'))).toBeLessThan(2500);
    expect(await msOf(() => cache.get('key'))).toBeLessThan(100);
    expect(await msOf(() => cache.close())).toBeLessThan(100);
    expect(cache.stats.l2.faults).toBe(3);
  });

  test('or falls silent does not hold the end of a run that waits for a call', async () => {
    const server = await started();
    const { cache } = await openTold(server.uri);
    server.signal('SIGSTOP');
    const asked = cache.get('key');
    expect(await msOf(() => cache.close())).toBeLessThan(100);
    expect(await asked).toBeUndefined();
  });
});

describe('a Redis server that others use, too', () => {
  test('keeps what is theirs, whatever is done to the cache', async () => {
    const server = await started();
    for (const key of ['theirs', 'key', 'neurodex', 'neurodexed::key']) server.command('set', key, 'theirs');
    const store = await open(server.uri);
    await store.setMany(['key', 'more'].map((key) => ({ key, text: '1' })));
    expect((await store.list('')).map(({ key }) => key)).toEqual(['key', 'more']);
    await store.deleteMany(['key', 'more', 'theirs']);
    await store.shrink();
    expect(server.command('keys', '*').split('\n').sort()).toEqual(['key', 'neurodex', 'neurodexed::key', 'theirs']);
  });

  test('lists no entry that was evicted or ran out, and forgets its key when the cache is shrunk', async () => {
    const server = await started();
    const store = await open(server.uri);
    await store.setMany(['a', 'b', 'c'].map((key) => ({ key, text: '1' })));
    server.command('del', 'neurodex::b');
    expect(Number(server.command('ttl', 'neurodex::a'))).toBeGreaterThan(179 * 86_400);
    expect((await store.list('')).map(({ key }) => key)).toEqual(['a', 'c']);
    await store.shrink();
    expect(server.command('zrange', 'neurodex:keys', '0', '-1')).toBe('a\nc');
  });

  test('takes all of the entries or none where its memory is full, and says why', async () => {
    const server = await started(['--maxmemory', '4mb', '--maxmemory-policy', 'noeviction']);
    const { cache, events } = await openTold(server.uri);
    await cache.setMany(new Map(Array.from({ length: 20 }, (_, i) => [`key ${i}`, 'x'.repeat(500_000)])));
    expect(cache.stats.l2.faults).toBe(20);
    expect(events).toEqual([
      expect.stringMatching(
        /^The cache \S+ has no memory left \(OOM .*\); what it cannot take is not kept: free space for it\.$/,
      ),
    ]);
    expect(server.command('dbsize')).toBe('0');
  });

  test('is let in as user:password of a database by its number, and the cache is there alone', async () => {
    const server = await started(['--user', 'me', 'on', '>p%40ss', '~neurodex*', '+@all']);
    const store = await open(`redis://me:p%2540ss@127.0.0.1:${server.port}/3`);
    await store.setMany([{ key: 'key', text: '1' }]);
    expect(store.name).toBe(`redis://***@127.0.0.1:${server.port}/3`);
    expect([server.command('dbsize'), server.command('-n', '3', 'dbsize')]).toEqual(['0', '2']);
  });

  test('keeps all that four processes write at once', async () => {
    const server = await started();
    const writing = (writer: number): string => `
      const cache = createCache(await openStore('${server.uri}', console.log));
      for (let i = 0; i < 500; i++) await cache.set('${writer}/' + i, 'x'.repeat(1000));
      await cache.close();
      process.stdout.write(cache.stats.l2.faults + ' faults');`;
    const runs = [1, 2, 3, 4].map((writer) => runProgram(process.execPath, programOf(writing(writer)), {}));
    expect(await Promise.all(runs)).toEqual(runs.map(() => ({ code: 0, stdout: '0 faults', stderr: '' })));
    expect(await (await open(server.uri)).list('')).toHaveLength(4 * 500);
  });

  test('that holds a damaged text of ours: a fault and a miss, the others are read', async () => {
    const server = await started();
    const cache = createCache(await open(server.uri));
    await cache.setMany(new Map(['a', 'b', 'c'].map((key) => [key, key])));
    server.command('set', 'neurodex::a', '{"value":');
    server.command('del', 'neurodex::b');
    server.command('lpush', 'neurodex::b', 'a list');
    const other = createCache(await open(server.uri));
    expect(await other.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, 'c']);
    expect(other.stats.l2).toEqual({ hits: 1, misses: 2, faults: 1 });
  });
});
