import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import sqlite3 from 'sqlite3';
import { describe, expect, test } from 'vitest';
import { isNetworkDisk } from '../../src/cache/sqliteFile.ts';
import type { Store, StoreFault } from '../../src/cache/store.ts';
import { openStore } from '../../src/cache/stores.ts';
import { createCache } from '../../src/cache/twoLevel.ts';
import { openCache } from '../../src/commands/cache.ts';
import { createRun } from '../../src/report.ts';
import { runProgram, temporaryFolder } from '../support/cli.ts';
import { programOf } from '../support/library.ts';
import { testWithMounts } from '../support/require.ts';

const ASIDE = /^neurodex\.sqlite\.corrupt-\d{8}T\d{6}Z(-\d+)?$/;

interface Opened {
  store: Store;
  told: string[];
}

async function open(folder: string): Promise<Opened> {
  const told: string[] = [];
  return { store: (await openStore(folder, (text) => told.push(text))) as Store, told };
}

/** A closed cache of so many entries of 10 KB each, and its file. */
async function filled(entries = 100): Promise<{ folder: string; file: string }> {
  const folder = temporaryFolder();
  const { store } = await open(folder);
  await store.setMany(Array.from({ length: entries }, (_, i) => ({ key: `key ${i}`, text: textOf(i) })));
  await store.close();
  return { folder, file: join(folder, 'neurodex.sqlite') };
}

function textOf(i: number): string {
  return JSON.stringify({ i, text: 'x'.repeat(10_000) });
}

/** Runs SQL as another program would. */
async function sql<Row>(file: string, text: string): Promise<Row[]> {
  const database = new sqlite3.Database(file);
  const rows = await new Promise<Row[]>((done, failed) => {
    database.all<Row>(text, (error, found) => (error ? failed(error) : done(found)));
  });
  await new Promise((done) => database.close(done));
  return rows;
}

function overwrite(file: string, at: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

describe('a damaged file', () => {
  test.each<[string, (file: string) => void]>([
    ['cut off', (file) => truncateSync(file, 50_000)],
    ['cut off in its first page', (file) => truncateSync(file, 200)],
    ['with a hole of 64 KB', (file) => overwrite(file, 200_000, Buffer.alloc(65_536))],
    ['with its name damaged, which SQLite asks for', (file) => overwrite(file, 0, Buffer.from('nothing'))],
    ['with nonsense after its head', (file) => overwrite(file, 100, Buffer.alloc(8000, 'nonsense'))],
  ])('%s is set aside, told once, and the cache begins anew', async (_title, damage) => {
    const { folder, file } = await filled();
    damage(file);
    const bytes = readFileSync(file);
    const { store, told } = await open(folder);
    expect(told).toEqual([
      expect.stringMatching(/^\S*neurodex\.sqlite was damaged: set aside as neurodex\.sqlite\.corr/),
    ]);
    await store.setMany([{ key: 'new', text: '1' }]);
    expect(await store.getMany(['new', 'key 1'])).toEqual(['1', undefined]);
    await store.close();
    const aside = readdirSync(folder).filter((name) => ASIDE.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder, aside[0] ?? '')).equals(bytes)).toBe(true);
    expect((await open(folder)).told).toEqual([]);
  });

  test('is never put over one that was set aside before', async () => {
    const { folder, file } = await filled(10);
    for (let i = 0; i < 3; i++) {
      truncateSync(file, 8192);
      await (await open(folder)).store.close();
    }
    expect(readdirSync(folder).filter((name) => ASIDE.test(name))).toHaveLength(3);
  });

  test('is set aside when the cache is closed, if it was found only while reading', async () => {
    // More than the 2 MB that SQLite holds itself.
    const { folder, file } = await filled(500);
    const { store, told } = await open(folder);
    overwrite(file, 100_000, Buffer.alloc(4_000_000));
    const keys = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    const faults: string[] = [];
    const cache = createCache(store, { onFault: ({ message }) => faults.push(message) });
    expect(await cache.getMany(keys)).toEqual(keys.map(() => undefined));
    expect(faults).toEqual([expect.stringMatching(/neurodex\.sqlite is damaged$/)]);
    expect(told).toEqual([]);
    await cache.close();
    expect(told).toEqual([expect.stringContaining('was damaged: set aside')]);
    const again = await open(folder);
    expect(again.told).toEqual([]);
    expect(await again.store.list('')).toEqual([]);
  });

  test('that two processes find is set aside once, and neither takes the fresh one of the other', async () => {
    const { folder, file } = await filled();
    truncateSync(file, 50_000);
    const both = await Promise.all([open(folder), open(folder)]);
    expect(both.flatMap(({ told }) => told)).toHaveLength(1);
    for (const [i, { store }] of both.entries()) await store.setMany([{ key: `of ${i}`, text: '1' }]);
    for (const { store } of both) {
      expect((await store.list('')).map(({ key }) => key)).toEqual(['of 0', 'of 1']);
      await store.close();
    }
  });
});

describe('a file that is gone when the cache is closed', () => {
  test.each<[string, (folder: string, file: string) => void]>([
    ['with its folder', (folder) => rmSync(folder, { recursive: true })],
    ['alone', (_folder, file) => rmSync(file)],
    ['for another', (_folder, file) => renameSync(`${file}.other`, file)],
  ])('%s is a fault, since nothing of what it took is kept', async (_title, remove) => {
    const { folder, file } = await filled(1);
    writeFileSync(`${file}.other`, '');
    const faults: StoreFault[] = [];
    const cache = createCache((await open(folder)).store, { onFault: (fault) => faults.push(fault) });
    await cache.set('before', 1);
    remove(folder, file);
    await cache.set('after', 1);
    await cache.close();
    expect(faults.map(({ message, so }) => `${message}; ${so}`)).toEqual([
      `${file} was removed or replaced while it was in use; nothing of this run is kept`,
    ]);
  });
});

describe('the file of', () => {
  test('an older neurodex is emptied', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'neurodex.sqlite');
    await sql(file, 'CREATE TABLE keyv(key VARCHAR(255) PRIMARY KEY, value TEXT)');
    await sql(file, `INSERT INTO keyv VALUES ('neurodex:old', '{"value":1}')`);
    await sql(file, `PRAGMA application_id = ${0x6e646578}`);
    const { store, told } = await open(folder);
    expect(await store.list('')).toEqual([]);
    await store.setMany([{ key: 'new', text: '1' }]);
    await store.close();
    const again = await open(folder);
    expect(await again.store.getMany(['new'])).toEqual(['1']);
    expect([...told, ...again.told]).toEqual([]);
    await again.store.close();
  });

  test('a newer neurodex is left as it is', async () => {
    const { folder, file } = await filled(1);
    await sql(file, 'PRAGMA user_version = 99');
    const bytes = readFileSync(file);
    await expect(open(folder)).rejects.toThrow(/neurodex\.sqlite was made by a newer neurodex; use that one, or/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test('another program, and one that may be ours but has lost its head, are left as they are', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'neurodex.sqlite');
    for (const bytes of [
      Buffer.from('a text that is long enough to be taken for the head of a file'),
      Buffer.alloc(8192),
    ]) {
      writeFileSync(file, bytes);
      await expect(open(folder)).rejects.toThrow(/neurodex\.sqlite is not a database of neurodex; move it away, or/);
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(readdirSync(folder)).toEqual(['neurodex.sqlite']);
    }
  });

  test('nobody, an empty one, is used', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'neurodex.sqlite'), '');
    const { store } = await open(folder);
    await store.setMany([{ key: 'key', text: '1' }]);
    await store.close();
    expect(await (await open(folder)).store.getMany(['key'])).toEqual(['1']);
  });
});

describe('where nothing can be kept the run goes on and is told once', () => {
  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a file where the folder must be',
      (folder) => writeFileSync(folder, ''),
      /a file stands where the folder must be/,
    ],
    [
      'a folder where the file must be',
      (folder) => mkdirSync(join(folder, 'neurodex.sqlite'), { recursive: true }),
      /neurodex\.sqlite is not a database of neurodex/,
    ],
  ])('%s', async (_title, prepare, reason) => {
    const folder = join(temporaryFolder(), 'cache');
    prepare(folder);
    const run = createRun('test', () => 0);
    const cache = await openCache({ cache: folder, fresh: false, offline: false }, run);
    await cache.set('key', 1);
    expect(await cache.get('key')).toBe(1);
    expect(cache.stats.l2).toEqual({ hits: 0, misses: 0, faults: 0 });
    expect(run.report.events).toEqual([expect.stringMatching(/^Nothing is kept for the next run: \S.*[^.]\.$/)]);
    expect(run.report.events[0]).toMatch(reason);
    await cache.close();
  });
});

describe('a disk', () => {
  /** What a run is told whose cache is in a folder with a mount of its own. */
  async function toldOn(mount: string, bytes: number): Promise<unknown> {
    const { folder } = await filled(3);
    const run = programOf(`
      const told = [];
      const cache = await openStore('cache', (text) => told.push(text))
        .then((l2) => createCache(l2, { onFault: ({ message }) => told.push(message) }))
        .catch(({ message }) => { told.push(message); return createCache(null); });
      await cache.set('large', 'x'.repeat(${bytes}));
      const kept = (await cache.getMany(['key 1', 'large'])).map((value) => value !== undefined);
      await cache.close();
      console.log(JSON.stringify({ told, kept, faults: cache.stats.l2.faults }));`);
    const words = run.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const script = `mkdir cache && mount -t tmpfs -o size=2m tmpfs cache && cp neurodex.sqlite cache && ${mount} && "${process.execPath}" ${words}`;
    const { stdout, stderr } = await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd: folder });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  testWithMounts('that is full keeps what it has, and the run is told once', async () => {
    expect(await toldOn('true', 5_000_000)).toEqual({
      told: ['cache/neurodex.sqlite is on a disk that is full'],
      kept: [true, true],
      faults: 1,
    });
  });

  testWithMounts('that is read-only is not used, and the run is told once', async () => {
    expect(await toldOn('mount -o remount,ro cache', 10)).toEqual({
      told: [expect.stringMatching(/^cache\/neurodex\.sqlite cannot be opened or written beside$/)],
      kept: [false, true],
      faults: 0,
    });
  });
});

describe('a folder', () => {
  test('holds a single file once the cache is closed', async () => {
    const { folder } = await filled(1);
    expect(readdirSync(folder)).toEqual(['neurodex.sqlite']);
  });

  test('where the log cannot be made is used without one', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'neurodex.sqlite-shm'));
    const { store } = await open(folder);
    await store.setMany([{ key: 'key', text: '1' }]);
    expect(await store.getMany(['key'])).toEqual(['1']);
    await store.close();
    expect(await (await open(folder)).store.getMany(['key'])).toEqual(['1']);
  });

  test('that was cleared of much is small again', async () => {
    const { folder, file } = await filled(500);
    const { store } = await open(folder);
    await store.deleteMany(Array.from({ length: 499 }, (_, i) => `key ${i}`));
    await store.shrink();
    expect(await store.getMany(['key 499'])).toEqual([textOf(499)]);
    expect(readFileSync(file).length).toBeLessThan(100_000);
    expect(readFileSync(`${file}-wal`).length).toBe(0);
    await store.close();
  });

  test.each([
    ['NFS', 0x6969, true],
    ['SMB', 0xff534d42, true],
    ['SMB, with a sign', 0xff534d42 | 0, true],
    ['9p', 0x01021997, true],
    ['sshfs', 0x65735546, true],
    ['ext4', 0xef53, false],
    ['XFS', 0x58465342, false],
    ['Btrfs', 0x9123683e, false],
    ['overlay', 0x794c7630, false],
    ['memory', 0x01021994, false],
    ['a system that does not say', 0, false],
  ])('on %s: %s shared by machines: %s', (_title, type, isShared) => {
    expect(isNetworkDisk(type)).toBe(isShared);
  });
});

describe('entries', () => {
  test('of 180 days ago are missed, without a fault', async () => {
    const { folder, file } = await filled(2);
    await sql(
      file,
      `UPDATE keyv SET value = replace(value, ',"expires":' || expires, ',"expires":1500000000000')
                     WHERE key = 'key 0'`,
    );
    const { store } = await open(folder);
    const cache = createCache(store);
    expect(await cache.getMany(['key 0', 'key 1'])).toEqual([undefined, JSON.parse(textOf(1))]);
    expect(cache.stats.l2).toEqual({ hits: 1, misses: 1, faults: 0 });
    await cache.close();
  });

  test('of four processes that write at once are all kept', async () => {
    const folder = join(temporaryFolder(), 'made by them');
    const runs = await Promise.all(
      [1, 2, 3, 4].map((writer) => runProgram(process.execPath, writing(folder, writer), {})),
    );
    expect(runs).toEqual(runs.map(() => ({ code: 0, stdout: '0 faults', stderr: '' })));
    const { store } = await open(folder);
    expect(await store.list('')).toHaveLength(4 * 500);
    await store.close();
  });

  test('of a process that is killed while it writes are kept all or none', async () => {
    const folder = temporaryFolder();
    for (let i = 0; i < 4; i++) {
      const child = spawn(process.execPath, killed(folder), { stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((begun) => child.stdout.once('data', begun));
      await new Promise((done) => setTimeout(done, 30 * i));
      child.kill('SIGKILL');
      await new Promise((done) => child.once('close', done));
      const { store, told } = await open(folder);
      expect([0, 300]).toContain((await store.list('')).length);
      expect(told).toEqual([]);
      await store.close();
    }
  });
});

function writing(folder: string, writer: number): string[] {
  return programOf(`
    const cache = createCache(await openStore(${JSON.stringify(folder)}, console.log));
    for (let i = 0; i < 500; i++) await cache.set('${writer}/' + i, 'x'.repeat(1000));
    await cache.close();
    process.stdout.write(cache.stats.l2.faults + ' faults');`);
}

function killed(folder: string): string[] {
  return programOf(`
    const cache = createCache(await openStore(${JSON.stringify(folder)}, console.log));
    const entries = new Map(Array.from({ length: 300 }, (_, i) => ['key ' + i, 'x'.repeat(100_000)]));
    process.stdout.write('begun');
    await cache.setMany(entries);
    setInterval(() => undefined, 1000);`);
}
