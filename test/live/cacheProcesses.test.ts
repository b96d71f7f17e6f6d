/** Whole processes on what is kept: without the source, and several at once on one cache. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/report.ts';
import { startBoltRelay } from '../support/boltRelay.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { startRedis, testWithRedis } from '../support/redis.ts';
import { describeEdited, type Edited, filesIn } from './edited.ts';

/** `create-index` into a folder of its own within `cwd`, saying nothing but what is wrong. */
async function createIndex(cwd: string, name: string, ...flags: string[]): Promise<Finished> {
  const always = ['--output', name, '--report', `${name}.json`, '--silent'];
  return await runCli(['create-index', ...always, ...flags], { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
}

function reportIn(cwd: string, name: string): Report {
  return JSON.parse(readFileSync(join(cwd, `${name}.json`), 'utf8')) as Report;
}

function indexIn(cwd: string, name: string): string {
  return readFileSync(join(cwd, name, 'data/index.json'), 'utf8');
}

const DONE: Finished = { code: 0, stdout: '', stderr: '' };

function offline(edited: Edited): void {
  /** A server that can be taken away from the one program that knows it. */
  const serverOf = async (): Promise<{ source: string; takeAway(): Promise<void> }> => {
    const relay = await startBoltRelay({ target: { host: '127.0.0.1', port: edited.server.port } });
    onTestFinished(() => relay.close());
    return { source: `bolt://127.0.0.1:${relay.port}`, takeAway: () => relay.close() };
  };

  test('builds the same from a full cache, the server being away', async () => {
    const cwd = temporaryFolder();
    const { source, takeAway } = await serverOf();
    expect(await createIndex(cwd, 'online', '--source', source)).toEqual(DONE);
    await takeAway();
    expect(await createIndex(cwd, 'offline', '--source', source, '--offline')).toEqual(DONE);
    expect(indexIn(cwd, 'offline')).toBe(indexIn(cwd, 'online'));
    expect(reportIn(cwd, 'offline')).toMatchObject({ roundTrips: 0, queries: 0, rows: 0 });
    expect(await createIndex(cwd, 'quick', '--source', source, '--offline', '--quick')).toEqual(DONE);
    expect(indexIn(cwd, 'quick')).toBe(await edited.coldIndex({ quick: true }));
  });

  test('says in a line what a cache lacks, and leaves the site alone', async () => {
    const cwd = temporaryFolder();
    const { source, takeAway } = await serverOf();
    const [some] = (await edited.typeNames()) as [string];
    expect(await createIndex(cwd, 'site', '--source', source, '--types', some)).toEqual(DONE);
    await takeAway();
    const site = filesIn(join(cwd, 'site'));
    for (const [said, ...flags] of [
      [/^neurodex: --offline: the cache holds no catalogue of bolt:.*; .*\n$/, '--cache', 'empty'],
      [/^neurodex: --offline: the cache lacks the ROI counts of 239 of 240 types \(.*\n$/],
    ] as const) {
      const { code, stdout, stderr } = await createIndex(cwd, 'site', '--source', source, '--offline', ...flags);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(said);
    }
    expect(filesIn(join(cwd, 'site'))).toEqual(site);
  });
}

/** @param cache as in --cache */
async function expectShared(edited: Edited, cwd: string, cache: string): Promise<void> {
  // A batch takes a while, so that all have some in flight at the same time.
  edited.script(() => ({ delayMs: 30 }));
  onTestFinished(() => edited.script(undefined));
  const flags = ['--source', edited.uri, '--cache', cache, '--batch-weight', '150'];
  const expectSame = async (names: readonly string[], report: object): Promise<void> => {
    const finished = await Promise.all(names.map((name) => createIndex(cwd, name, ...flags)));
    const index = await edited.coldIndex();
    for (const [i, name] of names.entries()) {
      expect(finished[i]).toEqual(DONE);
      expect(indexIn(cwd, name)).toBe(index);
      expect(reportIn(cwd, name)).toMatchObject({ events: [], retries: 0, cache: { l2: { faults: 0 } }, ...report });
    }
  };
  await expectSame(['a', 'b', 'c', 'd'], {});
  await expectSame(['e'], { roundTrips: 1, queries: 1 });
  // So much that each of them also writes anew what is left, and deletes what the others read.
  const altered = (await edited.typeNames()).slice(0, 200);
  await edited.alter(altered);
  await edited.renew();
  await expectSame(['a', 'b', 'c', 'd'], {});
  await expectSame(['e'], { roundTrips: 1, queries: 1 });
}

await describeEdited('what is kept of a Neo4j', { version: '5.26' }, (edited) => {
  describe('--offline', () => offline(edited));

  describe('four processes at once, on a cold cache and after an edit, and a fifth after them', () => {
    test('in a folder', async () => {
      const cwd = temporaryFolder();
      await expectShared(edited, cwd, 'cache');
      expect(readdirSync(join(cwd, 'cache')).filter((name) => !name.startsWith('neurodex.sqlite'))).toEqual([]);
    });

    testWithRedis('in a Redis server', async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      await expectShared(edited, temporaryFolder(), redis.uri);
    });
  });
});
