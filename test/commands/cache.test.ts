import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answersPrefixes, catalogueKey, lastRunKey, paceKey } from '../../src/cache/keys.ts';
import { openStore } from '../../src/cache/stores.ts';
import { cacheStatsText } from '../../src/cacheSummary.ts';
import type { CacheContents } from '../../src/commands/cacheStats.ts';
import {
  CLI,
  type Finished,
  runCli,
  runProgram,
  temporaryFolder,
  VECTORS,
  writeForeignDatabase,
} from '../support/cli.ts';
import { startRedis, testWithRedis } from '../support/redis.ts';
import { testWithMounts } from '../support/require.ts';

const SOURCE = ['--source', 'sample?types=50&cells=400'];

/** A cache as several runs may have left it. */
async function fill(cache: string, entries: Record<string, unknown>): Promise<void> {
  const store = await openStore(cache, (text) => expect.unreachable(text));
  for (const [key, value] of Object.entries(entries)) await store?.setMany([{ key, text: JSON.stringify(value) }]);
  await store?.close();
}

const answersKey = (dataset: string, key: string): string =>
  `${answersPrefixes({ dataset, source: 's', lookup: 'ROI counts', variant: '1' }).own}${key}`;

const LONG = 'x'.repeat(1_000_000);

const ENTRIES = {
  'answers/0/hemibrain%3Av1.2.1/s': LONG,
  [answersKey('hemibrain:v1.2.1', '1')]: LONG,
  [answersKey('hemibrain:v1.2.1', '2')]: 'y',
  [catalogueKey('hemibrain:v1.2.1', 's')]: [],
  [answersKey('hemibrain:v1.1', '1')]: 1,
  [answersKey('hemibrain-more:v1', '1')]: 1,
  [paceKey('s', 'ROI counts')]: {},
};

const cacheOf = async (cwd: string, ...args: string[]): Promise<Finished> => await runCli(['cache', ...args], { cwd });

async function contentsIn(cwd: string, ...args: string[]): Promise<CacheContents> {
  const { code, stdout, stderr } = await cacheOf(cwd, 'stats', '--json', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).cache;
}

async function datasetsIn(cwd: string, ...args: string[]): Promise<(string | null)[]> {
  return [...new Set((await contentsIn(cwd, ...args)).groups.map(({ dataset }) => dataset))];
}

async function refusal(cwd: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  return stderr.trim();
}

/** root may look everywhere: run as nobody in its place. */
async function runAsOther(args: readonly string[], cwd: string): Promise<Finished> {
  if (process.getuid?.() !== 0) return await runCli(args, { cwd });
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  return await runProgram('setpriv', [...nobody, process.execPath, CLI, ...args], { cwd });
}

describe('neurodex cache stats', () => {
  test('shows what is kept by kind and dataset, what only other versions read, and what it takes', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    const { code, stdout, stderr } = await cacheOf(cwd, 'stats');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/\d\.\d MB on disk/, 'N MB on disk')).toBe(
      `cache/neurodex.sqlite: 7 entries, 2.0 MB; N MB on disk

  entries    size      oldest      newest  kind            dataset            source
        1    35 B  < 1 minute  < 1 minute  ROI counts      hemibrain-more:v1  s
        1    35 B  < 1 minute  < 1 minute  ROI counts      hemibrain:v1.1     s
        2  1.0 MB  < 1 minute  < 1 minute  ROI counts      hemibrain:v1.2.1   s
        1    36 B  < 1 minute  < 1 minute  catalogue       hemibrain:v1.2.1   s
        1    36 B  < 1 minute  < 1 minute  pace                               s
        1  1.0 MB  < 1 minute  < 1 minute  older versions
`,
    );
  });

  test('tells ages as a person would', () => {
    const hour = 3_600_000;
    const ages = [-5, 59_999, 60_000, 119 * 60_000, 2 * hour, 47 * hour, 48 * hour, 400 * 24 * hour];
    const groups = ages.map((ms) => {
      const group = {
        kind: 'answers',
        dataset: 'd',
        source: 's',
        lookup: 'partners',
        entries: 1,
        bytes: 1,
        oldestMs: 0,
        newestMs: 0,
      } as const;
      return { ...group, oldestMs: 1e12 - ms, newestMs: 1e12 };
    });
    const contents = {
      name: 'c',
      diskBytes: 1,
      entries: 8,
      bytes: 8,
      groups,
      lastRun: null,
      setAside: { files: [], bytes: 0 },
    };
    const shown = cacheStatsText(contents, 1e12).match(/(?<=1 B +)\S.*?(?= +< 1 minute +partners)/g);
    expect(shown).toEqual([
      '< 1 minute',
      '< 1 minute',
      '1 minute',
      '119 minutes',
      '2 hours',
      '47 hours',
      '2 days',
      '400 days',
    ]);
  });

  test('says so where nothing is kept, and makes no folder and no file', async () => {
    const cwd = temporaryFolder();
    expect(await cacheOf(cwd, 'stats')).toEqual({
      code: 0,
      stdout: 'cache/neurodex.sqlite: nothing is kept there\n',
      stderr: '',
    });
    expect(await contentsIn(cwd)).toEqual({
      name: 'cache/neurodex.sqlite',
      diskBytes: 0,
      entries: 0,
      bytes: 0,
      groups: [],
      lastRun: null,
      setAside: { files: [], bytes: 0 },
    });
    for (const args of [['clear'], ['prune', '--max-size', '0']]) {
      expect(await cacheOf(cwd, ...args)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('nothing is left'),
      });
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('tells what the last run had of it, whichever command that was', async () => {
    const cwd = temporaryFolder();
    const lastRun = async (...args: string[]) => {
      expect(await runCli([...args, ...SOURCE], { cwd, env: { SOURCE_DATE_EPOCH: '0' } })).toMatchObject({ code: 0 });
      return (await contentsIn(cwd)).lastRun;
    };
    const startedAt = new Date().toISOString();
    const first = await lastRun('warm');
    expect(first).toMatchObject({ command: 'warm', stats: { l2: { hits: 0, faults: 0 } } });
    expect(first?.stats.l2.misses).toBeGreaterThan(0);
    expect((first?.at ?? '') >= startedAt).toBe(true);
    const second = await lastRun('create-index', '--report', 'r.json');
    expect(second?.command).toBe('create-index');
    expect(second?.stats.l2.hits).toBeGreaterThan(0);
    expect(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')).cache).toEqual(second?.stats);
    expect((await cacheOf(cwd, 'stats', '--silent')).stdout).toMatch(
      /\n\nlast run: create-index, < 1 minute ago\n {10}hits {2}misses {2}faults\n {2}memory( +\d+){2}\n {2}disk {2}( +\d+){2} +0\n$/,
    );
    const type = JSON.parse(readFileSync(join(cwd, 'site/data/index.json'), 'utf8')).types[0].name as string;
    expect(await lastRun('partners', type)).toMatchObject({ command: 'partners' });
  });

  test('tells a dataset that was kept from two sources, and lookups, apart', async () => {
    const cwd = temporaryFolder();
    const kept = (source: string, lookup: string) =>
      `${answersPrefixes({ dataset: 'd:v1', source, lookup, variant: '' }).own}1`;
    const keys = [kept('bolt://a/neo4j/', 'ROI counts'), kept('bolt://b/neo4j/', 'ROI counts')];
    keys.push(kept('bolt://b/neo4j/', 'partners'));
    await fill(join(cwd, 'cache'), Object.fromEntries(keys.map((key) => [key, 1])));
    const shown = (await cacheOf(cwd, 'stats')).stdout.match(/(?<=minute {2})(ROI|partners).*/g);
    expect(shown).toEqual([
      'ROI counts  d:v1     bolt://a/neo4j/',
      'ROI counts  d:v1     bolt://b/neo4j/',
      'partners    d:v1     bolt://b/neo4j/',
    ]);
  });

  test('takes the dataset of a description from what it says', async () => {
    const cwd = temporaryFolder();
    await runCli(['warm', ...SOURCE], { cwd });
    const { groups } = await contentsIn(cwd);
    expect(groups.find(({ kind }) => kind === 'description')).toMatchObject({ dataset: 'sample:seed1', entries: 1 });
  });

  test('shows no name that would move the cursor or colour the screen', async () => {
    const cwd = temporaryFolder();
    const dataset = 'x"\u001b[31m\n\u202e';
    const meta = { ...JSON.parse(readFileSync(join(VECTORS, 'meta.json'), 'utf8')), dataset };
    writeFileSync(join(cwd, 'meta.json'), JSON.stringify(meta));
    const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', 'meta.json', '--into', 'x.duckdb'];
    expect(await runCli(['import', ...files], { cwd })).toMatchObject({ code: 0 });
    const warmed = await runCli(['warm', '--source', 'x.duckdb', '--silent'], { cwd });
    expect(warmed).toEqual({ code: 0, stdout: '', stderr: '' });
    const shown = [
      (await cacheOf(cwd, 'stats')).stdout,
      (await runCli(['warm', '--source', 'x.duckdb'], { cwd })).stdout,
      await refusal(cwd, ['cache', 'clear', '--dataset', 'y\u001b[2J']),
    ];
    for (const text of shown) {
      expect(text).toContain('x');
      for (const harm of ['\u001b', '\u202e']) expect(text).not.toContain(harm);
    }
    expect(shown[0]).toMatch(/description +x"\\u\{001b\}\[31m\\u\{000a\}\\u\{202e\}:v1 +duckdb:\S+\n/);
    expect(await cacheOf(cwd, 'clear', '--dataset', dataset)).toMatchObject({ code: 0 });
    expect(await datasetsIn(cwd)).toEqual([null]);
  });
});

describe('neurodex cache clear', () => {
  test('removes all there is and gives the room back', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    expect(statSync(join(cwd, 'cache/neurodex.sqlite')).size).toBeGreaterThan(2e6);
    expect(await cacheOf(cwd, 'clear')).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^cache\/neurodex\.sqlite: cleared 7 entries, 2\.0 MB; nothing is left; \d+\.\d KB on disk\n$/,
      ),
      stderr: '',
    });
    expect(readdirSync(join(cwd, 'cache'))).toEqual(['neurodex.sqlite']);
    expect(statSync(join(cwd, 'cache/neurodex.sqlite')).size).toBeLessThan(1e5);
    expect((await cacheOf(cwd, 'stats')).stdout).toMatch(/nothing is kept there; \d+\.\d KB on disk\n$/);
  });

  test.each([
    ['hemibrain:v1.2.1', 3, ['hemibrain-more:v1', 'hemibrain:v1.1', null]],
    ['hemibrain', 4, ['hemibrain-more:v1', null]],
  ])('removes what belongs to %s, and nothing else', async (dataset, count, left) => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    const { code, stdout } = await cacheOf(cwd, 'clear', '--dataset', dataset, '--json');
    const { removed } = JSON.parse(stdout).cache;
    expect({ code, entries: removed.entries }).toEqual({ code: 0, entries: count });
    expect(await datasetsIn(cwd)).toEqual(left);
  });

  test('names what there is for a dataset of which nothing is kept', async () => {
    const cwd = temporaryFolder();
    const clear = ['cache', 'clear', '--dataset', 'hemi'];
    expect(await refusal(cwd, clear)).toBe('neurodex: --dataset: nothing is kept of any dataset; got "hemi".');
    await fill(join(cwd, 'cache'), ENTRIES);
    expect(await refusal(cwd, clear)).toBe(
      'neurodex: --dataset: what is kept is of "hemibrain-more:v1", "hemibrain:v1.1", "hemibrain:v1.2.1"; got "hemi".',
    );
    expect((await contentsIn(cwd)).entries).toBe(7);
  });

  test('clears all where a settings file names a dataset, which is not what it was told to clear', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'kept'), ENTRIES);
    writeFileSync(join(cwd, 'neurodex.yaml'), 'dataset: hemibrain:v1.1\ncache: kept\n');
    expect((await cacheOf(cwd, 'clear')).stdout).toContain('cleared 7 entries');
  });
});

describe('what takes room beside what is kept', () => {
  test('what was set aside as damaged is named with its size, and goes with a whole clear', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    const names = ['neurodex.sqlite.corrupt-20261121T143000Z', 'neurodex.sqlite.corrupt-20261121T143000Z-wal'];
    for (const name of names) writeFileSync(join(cwd, 'cache', name), 'x'.repeat(2000));
    writeFileSync(join(cwd, 'cache/mine.corrupt-1'), '');
    expect((await cacheOf(cwd, 'stats')).stdout.split('\n')[1]).toBe(
      `set aside as damaged: ${names.join(', ')}, 4.0 KB; "cache clear" removes them`,
    );
    expect(await cacheOf(cwd, 'clear', '--dataset', 'hemibrain')).toMatchObject({ code: 0 });
    expect(readdirSync(join(cwd, 'cache'))).toHaveLength(4);
    expect((await cacheOf(cwd, 'clear')).stdout).toMatch(/ on disk; removed 2 damaged files, 4\.0 KB\n$/);
    expect(readdirSync(join(cwd, 'cache'))).toEqual(['mine.corrupt-1', 'neurodex.sqlite']);
  });

  test('the log of a run that is at work counts', async () => {
    const cwd = temporaryFolder();
    const store = await openStore(join(cwd, 'cache'), (text) => expect.unreachable(text));
    await store?.setMany([{ key: catalogueKey('d', 's'), text: JSON.stringify(LONG) }]);
    const { diskBytes } = await contentsIn(cwd);
    await store?.close();
    expect(diskBytes).toBeGreaterThan(1e6);
  });

  testWithMounts('a whole clear works on a disk that is full, where all else says so', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'cache'));
    const node = `"${process.execPath}" "${CLI}"`;
    const script = `mount -t tmpfs -o size=2m tmpfs cache
      ${node} warm --source '${SOURCE[1]}' --silent || exit 9
      head -c 5M /dev/zero > cache/others 2>/dev/null
      ${node} cache prune --max-size 0 && exit 8
      ${node} cache clear && ls cache`;
    expect(await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd })).toEqual({
      code: 0,
      stdout: 'cache/neurodex.sqlite: cleared all; nothing is left\nothers\n',
      stderr: 'neurodex: cache/neurodex.sqlite is on a disk that is full; free space, then run again.\n',
    });
  });
});

describe('neurodex cache prune', () => {
  test('removes what no run of this version reads, then the oldest, and says what is left', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    const prune = async (size: string): Promise<string> => (await cacheOf(cwd, 'prune', '--max-size', size)).stdout;
    expect(await prune('500MB')).toMatch(/^cache\/neurodex\.sqlite: nothing pruned; 7 entries, 2\.0 MB left; /);
    expect(await prune('1.5 mb')).toMatch(/: pruned 1 entry, 1\.0 MB; 6 entries, 1\.0 MB left; 1\.\d MB on disk\n$/);
    expect((await contentsIn(cwd)).groups.map(({ kind }) => kind)).not.toContain(null);
    expect(await prune('64KB')).toMatch(/: pruned 1 entry, 1\.0 MB; 5 entries, \d+ B left; \d+\.\d KB on disk\n$/);
    expect(await prune('0')).toMatch(/: pruned 5 entries, \d+ B; nothing is left; /);
  });

  test.each(['', 'x', '-1', '5XB', '500', '1e3', '.5GB', '5 0', '1,5GB', '9MiB'])(
    'refuses %j as a size in one line',
    async (size) => {
      expect(await refusal(temporaryFolder(), ['cache', 'prune', `--max-size=${size}`])).toBe(
        `error: option '--max-size <size>' argument '${size}' is invalid. Expected a size like 500MB, 1.5GB, 64KB or 0.`,
      );
    },
  );
});

describe('neurodex cache verify', () => {
  const VERIFY = ['cache', 'verify', ...SOURCE];

  interface Shard {
    state: string;
    types: string[];
    fingerprints: (string | null)[];
    texts: string[];
  }

  /** A warm cache whose ROI counts were changed behind its back. */
  async function warmed(change: (shard: Shard) => void): Promise<string> {
    const cwd = temporaryFolder();
    expect(await runCli(['warm', ...SOURCE], { cwd })).toMatchObject({ code: 0 });
    const store = await openStore(join(cwd, 'cache'), (text) => expect.unreachable(text));
    const entries = (await store?.list('answers/')) ?? [];
    for (const { key } of entries) {
      const [text = ''] = (await store?.getMany([key])) ?? [];
      const shard = JSON.parse(text) as Shard;
      change(shard);
      await store?.setMany([{ key, text: JSON.stringify(shard) }]);
    }
    await store?.close();
    return cwd;
  }

  test('finds what is kept as it is, and does not speak of what it does not look at', async () => {
    const cwd = await warmed(() => undefined);
    expect(await runCli(VERIFY, { cwd })).toEqual({
      code: 0,
      stdout: expect.stringMatching(/\n {4}50 {5}50 {7}0 {7}0 {2}ROI counts\n\nAll that was answered again is as/),
      stderr: 'connect …\ncatalogue …\nROI counts …\n',
    });
  });

  test('names the ROIs whose counts differ, and those alone, with both counts', async () => {
    const cwd = await warmed(({ texts }) => {
      const [at = 0, pre = 0, ...rest] = JSON.parse(texts[0] ?? '') as number[];
      texts[0] = JSON.stringify([at, pre + 1, ...rest]);
    });
    const { code, stdout } = await runCli(VERIFY, { cwd });
    expect(code).toBe(1);
    const lines =
      /\nROI counts of ".+"\n {2}kept {4}(\S+): (\d+) pre, (\d+) post\n {2}source {2}(\S+): (\d+) pre, (\d+) post\n\n/;
    const [, roi, pre, post, sameRoi, lessPre, samePost] = lines.exec(stdout) ?? [];
    expect([sameRoi, Number(lessPre) + 1, samePost]).toEqual([roi, Number(pre), post]);
    expect(stdout).toMatch(
      /\nThe source was edited and its edit marker is what it was: build or warm once with --fresh\.\n$/,
    );
  });

  test('says what is of an earlier edit, which is no fault', async () => {
    const stale = (shard: Shard): void => {
      shard.state = 'before';
      shard.fingerprints = shard.fingerprints.map((_, i) => (i === 0 ? 'x' : null));
    };
    const cwd = await warmed(stale);
    const { code, stdout } = await runCli(VERIFY, { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('\n50 kept answers are of an earlier edit; the next build asks for them again.\n\n');
  });

  test('fails where there was nothing to compare', async () => {
    const cwd = temporaryFolder();
    const nothing = (...args: string[]): Promise<string> => refusal(cwd, [...VERIFY, '--silent', ...args]);
    expect(await nothing('--cache', 'nothere')).toBe(
      'neurodex: cache verify: nothing is kept in nothere; name the cache by --cache.',
    );
    expect(readdirSync(cwd)).toEqual([]);
    const lacks = 'neurodex: cache verify: cache/neurodex.sqlite holds nothing of sample:seed1 from this source; ';
    await fill(join(cwd, 'cache'), { [paceKey('s', 'ROI counts')]: {} });
    expect(await nothing()).toBe(`${lacks}it holds nothing of any dataset.`);
    await fill(join(cwd, 'cache'), ENTRIES);
    expect(await nothing()).toBe(`${lacks}it holds hemibrain-more:v1, hemibrain:v1.1, hemibrain:v1.2.1.`);
    await fill(join(cwd, 'cache'), { [catalogueKey('sample:seed1', 'bolt://a')]: {} });
    expect(await nothing()).toMatch(/sample:seed1 from bolt:\/\/a\.$/);
  });

  test('takes a sample or every type, not both', async () => {
    const args = ['cache', 'verify', ...SOURCE, '--sample', '5', '--all'];
    expect(await refusal(temporaryFolder(), args)).toBe(
      "error: option '--all' cannot be used with option '--sample <n>'",
    );
  });
});

describe('what cannot be looked into', () => {
  const COMMANDS = [['stats'], ['clear'], ['prune', '--max-size', '0']];

  test("somebody else's file is refused, and not a byte of it is changed", async () => {
    const cwd = temporaryFolder();
    const file = writeForeignDatabase(join(cwd, 'cache'));
    const before = readFileSync(file);
    for (const args of COMMANDS)
      expect(await refusal(cwd, ['cache', ...args])).toContain('cache/neurodex.sqlite is not a database of neurodex');
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test.each(COMMANDS)('a damaged file is told: %s', async (...args) => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), ENTRIES);
    const file = join(cwd, 'cache/neurodex.sqlite');
    truncateSync(file, 3 * 4096);
    expect(await refusal(cwd, ['cache', ...args])).toMatch(
      /cache\/neurodex\.sqlite was damaged: set aside as neurodex\.sqlite\.corrupt-\w+, which may be deleted; the cache is empty now\.$/,
    );
  });

  test('a file where the folder should be, no cache at all, a server that is away', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'thesis'), 'mine');
    for (const args of COMMANDS) {
      const at = (cache: string): Promise<string> => refusal(cwd, ['cache', ...args, '--cache', cache]);
      expect(await at('thesis')).toContain('a file stands where the folder must be');
      expect(await at('none')).toBe('neurodex: --cache: expected a folder or redis://HOST:PORT; got none.');
      const away = await at('redis://me:hunter2@127.0.0.1:1');
      expect(away).toContain('redis://***@127.0.0.1:1');
      expect(away).not.toContain('hunter2');
    }
    expect(readFileSync(join(cwd, 'thesis'), 'utf8')).toBe('mine');
  });

  test.each([...COMMANDS, ['verify', ...SOURCE]])("a folder that is somebody else's: %s", async (...args) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'x'));
    chmodSync(folder, 0o000);
    onTestFinished(() => chmodSync(folder, 0o700));
    const { code, stderr } = await runAsOther(['cache', ...args, '--cache', join(folder, 'x')], '/');
    expect({ code, stderr }).toEqual({ code: 1, stderr: `neurodex: ${folder}/x: cannot be looked at (EACCES).\n` });
  });

  test('a last run that was not written as it should be is passed over', async () => {
    const cwd = temporaryFolder();
    await fill(join(cwd, 'cache'), { [lastRunKey()]: { command: 7 } });
    expect(await contentsIn(cwd)).toMatchObject({ entries: 1, lastRun: null });
    expect((await cacheOf(cwd, 'stats')).stdout).toMatch(/last run\n$/);
  });
});

testWithRedis('a server is looked into and cleared as a file is', async () => {
  const cwd = temporaryFolder();
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  redis.command('SET', 'theirs', '1');
  const at = ['--cache', redis.uri];
  await fill(redis.uri, ENTRIES);
  expect((await cacheOf(cwd, 'stats', ...at)).stdout).toMatch(/^redis:\/\/127\.0\.0\.1:\d+: 7 entries, 2\.0 MB\n\n/);
  expect(await cacheOf(cwd, 'clear', '--dataset', 'hemibrain', ...at)).toMatchObject({ code: 0 });
  expect(await datasetsIn(cwd, ...at)).toEqual(['hemibrain-more:v1', null]);
  expect((await cacheOf(cwd, 'clear', ...at)).stdout).toContain('nothing is left\n');
  expect(redis.command('KEYS', '*')).toBe('theirs');
});
