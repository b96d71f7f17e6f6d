import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Report } from '../../src/report.ts';
import { CLI, runCli, runProgram, temporaryFolder, VECTORS } from '../support/cli.ts';
import { SHARED_DATA, testWithData, testWithMounts } from '../support/require.ts';

const SAMPLE = ['create-index', '--source', 'sample?types=60&cells=600', '--cache', 'none'];

/** Path, size and time of every file below a folder. */
function stateOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => ({ name, stat: statSync(join(folder, name)) }))
    .filter(({ stat }) => stat.isFile())
    .map(({ name, stat }) => `${name} ${stat.size} ${stat.mtimeMs}`)
    .sort();
}

function indexOf(folder: string): Catalog & { schema: string; generated: string } {
  return JSON.parse(readFileSync(join(folder, 'site/data/index.json'), 'utf8'));
}

describe('create-index', () => {
  test('writes every output, and touches none of them the second time', async () => {
    const cwd = temporaryFolder();
    expect(await runCli(SAMPLE, { cwd })).toMatchObject({ code: 0 });
    const first = stateOf(join(cwd, 'site'));
    for (const file of ['index.html', 'types.html', 'data/index.json', 'data/neurons.json', 'data/types.csv']) {
      expect(first.some((line) => line.startsWith(`${file} `))).toBe(true);
    }
    const again = await runCli([...SAMPLE, '--report', 'report.json'], { cwd });
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/wrote {2}0 files, \d+ unchanged/) });
    expect(stateOf(join(cwd, 'site'))).toEqual(first);
    const report = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')) as Report;
    expect(report.filesWritten).toEqual([]);
    expect(report.filesUnchanged).toHaveLength(first.length);
  });

  test('gives a new time when the data change, and SOURCE_DATE_EPOCH whenever it is set', async () => {
    const cwd = temporaryFolder();
    await runCli(SAMPLE, { cwd, env: { SOURCE_DATE_EPOCH: '1000000000' } });
    expect(indexOf(cwd)).toMatchObject({ schema: 'neurodex.index/1', generated: '2001-09-09T01:46:40Z' });
    await runCli(SAMPLE, { cwd });
    expect(indexOf(cwd).generated).toBe('2001-09-09T01:46:40Z');
    await runCli([...SAMPLE, '--quick'], { cwd });
    expect(indexOf(cwd)).toMatchObject({ mode: 'quick', generated: expect.stringMatching(/^20[2-9]\d-/) });
  });

  test('reports what it asked: a description, sizes, a catalogue and as many batches as the weight makes', async () => {
    const cwd = temporaryFolder();
    await runCli([...SAMPLE, '--report', 'full.json', '--batch-weight', '100'], { cwd });
    await runCli([...SAMPLE, '--report', 'quick.json', '--quick'], { cwd });
    const [full, quick] = ['full.json', 'quick.json'].map(
      (name) => JSON.parse(readFileSync(join(cwd, name), 'utf8')) as Report,
    );
    expect(full).toMatchObject({
      command: 'create-index',
      dataset: 'sample:seed1',
      mode: 'full',
      queries: 4,
      failedTypes: [],
      retries: 0,
      splits: 0,
    });
    expect(full?.pace).toMatchObject([{ lookup: 'ROI counts', way: 'server' }]);
    expect(full?.pace[0]?.batches).toBeGreaterThanOrEqual(6);
    expect(full?.roundTrips).toBe(3 + (full?.pace[0]?.batches ?? 0));
    expect(quick).toMatchObject({ mode: 'quick', queries: 2, roundTrips: 2 });
    expect(Object.keys(full?.phases ?? {})).toEqual(['connect', 'describe', 'ROI counts', 'site']);
    expect(full?.peakRssBytes).toBeGreaterThan(20e6);
    expect(full?.rows).toBeGreaterThan(quick?.rows ?? Number.POSITIVE_INFINITY);
  });

  test('batches of any weight, any number in flight, give the same bytes', async () => {
    const cwd = temporaryFolder();
    const bytes: string[] = [];
    for (const flags of [
      ['--batch-weight', '1', '--concurrency', '8'],
      ['--batch-weight', '1000000', '--concurrency', '1'],
    ]) {
      await runCli([...SAMPLE, ...flags, '--output', flags.join('')], { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
      bytes.push(readFileSync(join(cwd, flags.join(''), 'data/index.json'), 'utf8'));
    }
    expect(bytes[0]).toBe(bytes[1]);
  });

  test('asks nothing as long as a file stays as it is, and for everything once it was made anew', async () => {
    const cwd = temporaryFolder();
    const files = [
      '--neurons',
      join(VECTORS, 'neurons.ndjson'),
      '--meta',
      join(VECTORS, 'meta.json'),
      '--into',
      'v.duckdb',
    ];
    const reportOf = async (): Promise<Report> => {
      await runCli(['create-index', '--source', 'v.duckdb', '--report', 'r.json'], { cwd });
      return JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'));
    };
    await runCli(['import', ...files], { cwd });
    expect(await reportOf()).toMatchObject({ queries: 4, kept: null, cache: { l2: { hits: 0, faults: 0 } } });
    const none = { changed: 0, added: 0, asked: 0, gone: 0 };
    const second = await reportOf();
    const { types } = second.totals;
    expect(second).toMatchObject({ queries: 0, kept: { ...none, unchanged: types }, filesWritten: [] });
    await runCli(['import', ...files], { cwd });
    expect(await reportOf()).toMatchObject({ queries: 4, kept: { ...none, unchanged: 0, asked: types } });
  });

  test('asks some types again one by one, if told to, and says how many', async () => {
    const cwd = temporaryFolder();
    expect(await runCli([...SAMPLE, '--verify', '7', '--report', 'r.json'], { cwd })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'))).toMatchObject({ verifiedTypes: 7 });
    const { code, stdout } = await runCli([...SAMPLE, '--verify'], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('verified 20 types one by one') });
    expect(await runCli([...SAMPLE, '--verify', '--quick'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--verify: expected a run with ROI counts, which --quick leaves out'),
    });
    expect((await runCli([...SAMPLE, '--verify', 'some'], { cwd })).code).toBe(1);
  });

  test('takes only the types asked for', async () => {
    const cwd = temporaryFolder();
    await runCli([...SAMPLE, '--types', "KCa'b'-m", 'INXXX447, INXXX449'], { cwd });
    expect(indexOf(cwd).types.map((type) => type.name)).toEqual(['INXXX447, INXXX449', "KCa'b'-m"]);
    await runCli([...SAMPLE, '--match', '^KC'], { cwd });
    expect(indexOf(cwd).types.map((type) => type.name)).toEqual(expect.arrayContaining(["KCa'b'-m", 'KCab-m']));
    expect(indexOf(cwd).types.every((type) => type.name.startsWith('KC'))).toBe(true);
  });

  test('a site of some types says so, in its data and on both pages', async () => {
    const cwd = temporaryFolder();
    await runCli([...SAMPLE, '--match', '^KC'], { cwd });
    const { selection, totals } = indexOf(cwd);
    expect(selection).toEqual({ types: null, match: '^KC', of: 60 });
    for (const page of ['index.html', 'types.html']) {
      expect(readFileSync(join(cwd, 'site', page), 'utf8')).toContain(
        `A selection: ${totals.types} of 60 types of the dataset, by --match ^KC.`,
      );
    }
    await runCli(SAMPLE, { cwd });
    expect(indexOf(cwd)).not.toHaveProperty('selection');
  });

  test('says nothing with --silent, JSON lines with --json', async () => {
    const cwd = temporaryFolder();
    expect(await runCli([...SAMPLE, '--silent'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stdout, stderr } = await runCli([...SAMPLE, '--json'], { cwd });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; report?: Report });
    expect(stderr).toBe('');
    expect(events.at(-1)).toMatchObject({ event: 'done', report: { command: 'create-index' } });
    expect(new Set(events.map((event) => event.event))).toEqual(new Set(['phase', 'progress', 'done']));
  });
});

describe('create-index refuses in one line', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown flag', [...SAMPLE, '--nosuch'], /unknown option '--nosuch'/],
    [
      'an unknown preset',
      [...SAMPLE, '--preset', 'mouse'],
      /--preset: expected a preset \(default, flywire-fafb, hemibrain,.*got "mouse"/,
    ],
    ['a preset that is a path', [...SAMPLE, '--preset', '../package'], /expected a preset/],
    [
      'an unknown source',
      ['create-index', '--source', 'mongodb://me:secret@x'],
      /--source: expected FILE\.duckdb.*got "mongodb:\/\/\*\*\*@x"/,
    ],
    ['no source', ['create-index'], /--source: expected FILE\.duckdb, https:\/\/HOST.*got nothing/],
    ['a missing file', ['create-index', '--source', 'x.duckdb'], /x\.duckdb: no such file/],
    [
      'a dataset that is not there',
      [...SAMPLE, '--dataset', 'hemibrain:v1.2.1'],
      /--dataset: the source holds sample:seed1; got "hemibrain:v1\.2\.1"/,
    ],
    [
      'a type that is not there',
      [...SAMPLE, '--types', 'kcab-m'],
      /--types: the dataset has no type "kcab-m"; names are case-sensitive/,
    ],
    [
      'a pattern that finds none',
      [...SAMPLE, '--match', '^zzz'],
      /--match: expected a pattern that finds a type; \^zzz finds none of 60/,
    ],
    ['a pattern that is none', [...SAMPLE, '--match', '('], /--match: expected a regular expression/],
    [
      'a setting that is none',
      [...SAMPLE, '--set', 'roi.rule=quickpage'],
      /--set roi\.rule: unknown setting "roi\.rule"; did you mean "rois\.rule"\?/,
    ],
    [
      'a value that is none',
      [...SAMPLE, '--set', 'rois.rule=both'],
      /rois\.rule: expected merged or quickpage, got "both"/,
    ],
    [
      'a number that is none',
      [...SAMPLE, '--concurrency', 'many'],
      /--concurrency: expected a whole number.*got "many"/,
    ],
    [
      'a folder that is a file',
      [...SAMPLE, '--output', 'file.txt'],
      /--output file\.txt: expected a folder, found a file/,
    ],
    [
      'a settings file that is missing',
      [...SAMPLE, '--config', 'no.yaml'],
      /no\.yaml: expected a settings file, cannot read it \(ENOENT\)/,
    ],
    [
      'a settings file with a typo',
      [...SAMPLE, '--config', 'typo.yaml'],
      /typo\.yaml, line 3: unknown setting "rois\.minShare"/,
    ],
    ['a settings file that is no YAML', [...SAMPLE, '--config', 'bad.yaml'], /bad\.yaml, line \d: /],
  ])('%s', async (_title, args, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'file.txt'), 'mine');
    writeFileSync(join(cwd, 'typo.yaml'), 'quick: true\nrois:\n  minShare: 2\n');
    writeFileSync(join(cwd, 'bad.yaml'), 'quick: true\nrois: [\n');
    const { code, stdout, stderr } = await runCli(args, { cwd });
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !/^\w.* …$/.test(line));
    expect(lines.filter((line) => message.test(line))).toHaveLength(1);
    expect(lines.filter((line) => !/Did you mean/.test(line))).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(existsSync(join(cwd, 'site'))).toBe(false);
    expect(readFileSync(join(cwd, 'file.txt'), 'utf8')).toBe('mine');
  });

  test('a dataset without a type', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'n.csv'), 'bodyId,type,roiInfo\n1,,{}\n2,  ,{}\n');
    await runCli(['import', '--neurons', 'n.csv', '--meta', join(VECTORS, 'meta.json'), '--into', 'x.duckdb'], { cwd });
    const built = await runCli(['create-index', '--source', 'x.duckdb'], { cwd });
    expect(built).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Expected cells with a type; the dataset has none (2 cells without)'),
    });
  });
});

describe('create-index leaves the last good site as it was', () => {
  testWithMounts('when the disk fills up', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'site'));
    const node = `"${process.execPath}" "${CLI}"`;
    const script = `set -e
      mount -t tmpfs -o size=400k tmpfs site
      ${node} create-index --source 'sample?types=20&cells=200' --cache none --silent
      find site -type f | sort | xargs sha256sum > before
      if ${node} create-index --source 'sample?types=900&cells=9000' --cache none --silent; then exit 9; else echo "code $?"; fi
      find site -type f | sort | xargs sha256sum > after`;
    const { code, stdout, stderr } = await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'code 1\n' });
    expect(stderr).toBe('neurodex: site: cannot be written: the disk is full (ENOSPC). What stood there still does.\n');
    expect(readFileSync(join(cwd, 'after'), 'utf8')).toBe(readFileSync(join(cwd, 'before'), 'utf8'));
  });

  testWithMounts('when its folder is read-only', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'site'));
    const node = `"${process.execPath}" "${CLI}"`;
    const script = `mount -t tmpfs -o ro tmpfs site && ${node} create-index --source 'sample?types=20&cells=200' --cache none --silent`;
    const { code, stderr } = await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `neurodex: --output site: the folder ${join(cwd, 'site')} cannot be written to (EROFS).\n`,
    });
  });

  test('when its folder is one that the system cannot have', async () => {
    const { code, stderr } = await runCli([...SAMPLE, '--output', '/proc/site'], { cwd: temporaryFolder() });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('neurodex: /proc/site: cannot be written: ENOENT'),
    });
  });

  test('when it is interrupted, within a second, with exit code 130', async () => {
    const cwd = temporaryFolder();
    await runCli(SAMPLE, { cwd });
    const before = stateOf(cwd);
    let sentMs = 0;
    const stopped = await runCli(['create-index', '--source', 'sample?types=20000&cells=400000', '--cache', 'none'], {
      cwd,
      onStart: (child) =>
        child.stderr?.once('data', () => {
          sentMs = performance.now();
          child.kill('SIGINT');
        }),
    });
    expect(performance.now() - sentMs).toBeLessThan(1000);
    expect(stopped).toMatchObject({
      code: 130,
      stdout: '',
      stderr: expect.stringMatching(/neurodex: interrupted\.\n$/),
    });
    expect(stateOf(cwd)).toEqual(before);
  });
});

describe('without what it can do without', () => {
  test('a cache folder that cannot be: one note, and the run goes on', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'cache'), 'a file');
    const { code, stderr } = await runCli(['create-index', '--source', 'sample?types=20&cells=200'], { cwd });
    expect(code).toBe(0);
    expect(stderr.match(/note: Nothing is kept for the next run/g)).toHaveLength(1);
  });
});

describe('real datasets', () => {
  const succeed = async (args: string[], { cwd }: { cwd: string }): Promise<void> => {
    expect(await runCli(args, { cwd })).toMatchObject({ code: 0 });
  };
  const importOf = (name: string): string[] => {
    const file = (part: string): string => join(SHARED_DATA, name, part);
    return ['import', '--neurons', file('neurons.ndjson.gz'), '--meta', file('meta.json'), '--into', `${name}.duckdb`];
  };
  testWithData('hemibrain: types, cells and sides as published', async () => {
    const folder = temporaryFolder();
    await succeed(importOf('hemibrain-full'), { cwd: folder });
    await succeed(['create-index', '--source', 'hemibrain-full.duckdb', '--preset', 'hemibrain', '--cache', 'none'], {
      cwd: folder,
    });
    const { totals, types } = indexOf(folder);
    expect(totals).toEqual({ types: 5620, cells: 22_704, untyped: 4774, pre: 5_829_368, post: 18_569_888 });
    const cellsOf = (name: string): number | undefined => types.find((type) => type.name === name)?.cells.total;
    expect(['KCab-m', "KCa'b'-m"].map(cellsOf)).toEqual([354, 119]);
    expect(types.filter((type) => type.region === 'SNP')).toHaveLength(1865);
  });

  testWithData("hemibrain under rois.rule quickpage: QuickPage's own answers, but for its faults", async () => {
    const folder = temporaryFolder();
    await succeed(importOf('hemibrain-full'), { cwd: folder });
    const flags = ['--preset', 'hemibrain', '--set', 'rois.rule=quickpage', '--cache', 'none'];
    await succeed(['create-index', '--source', 'hemibrain-full.duckdb', ...flags], { cwd: folder });
    const peers = gunzipSync(readFileSync(join(SHARED_DATA, 'peers/quickpage-hemibrain-full.json.gz'))).toString();
    const theirs = JSON.parse(peers) as Record<
      string,
      { roi_summary: { name: string; total: number }[]; parent: string }
    >;
    const ours = new Map(indexOf(folder).types.map((type) => [type.name, type]));
    const unexplained = Object.entries(theirs).filter(([name, { roi_summary, parent }]) => {
      const type = ours.get(name);
      const rois = type?.rois?.map((roi) => `${roi.name} ${roi.pre + roi.post}`) ?? [];
      const expected = roi_summary.map((roi) => `${roi.name} ${roi.total}`);
      if (rois.join() === expected.join()) return (type?.region ?? '') !== parent;
      // It adds MB and CX, which are no primary ROIs, and leaves the order of equal totals to chance.
      const addsParents = roi_summary.some((roi) => roi.name === 'MB' || roi.name === 'CX');
      const totalsOf = (list: string[]): string => list.map((text) => text.split(' ').at(-1)).join();
      return !addsParents && totalsOf(rois) !== totalsOf(expected);
    });
    expect(unexplained.map(([name]) => name).sort()).toEqual(['AVLP449', 'CRE043_d']);
  });

  testWithData('FlyWire: ids above 2^53 lose no cell', async () => {
    const folder = temporaryFolder();
    await succeed(importOf('flywire-v783'), { cwd: folder });
    await succeed(['create-index', '--source', 'flywire-v783.duckdb', '--preset', 'flywire-fafb', '--cache', 'none'], {
      cwd: folder,
    });
    expect(indexOf(folder).totals).toMatchObject({ types: 8547, cells: 137_677, untyped: 0 });
    expect(indexOf(folder).types.find((type) => type.name === 'R1-6')?.cells.total).toBe(8525);
  });
});
