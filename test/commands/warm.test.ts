import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../../src/connectome/file/database.ts';
import type { Report } from '../../src/report.ts';
import { CLI, type Finished, runCli, runProgram, temporaryFolder, VECTORS } from '../support/cli.ts';
import { startRedis, testWithRedis } from '../support/redis.ts';
import { testWithMounts } from '../support/require.ts';

const WARM = ['warm', '--source', 'sample?types=50&cells=400'];

const reportIn = (cwd: string): Report => JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'));

describe('neurodex warm', () => {
  test('fills the cache for create-index and writes no site', async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await runCli([...WARM, '--report', 'r.json'], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^connect …\n/) });
    expect(stdout).toMatch(
      /^sample:seed1: 50 types, 400 cells, [\s\S]*\nkept {3}[\d,]+ entr(y|ies), [\d.]+ [KM]B of this dataset in cache\/neurodex\.sqlite\n$/,
    );
    expect(stdout).not.toContain('wrote');
    expect(reportIn(cwd)).toMatchObject({ command: 'warm', mode: 'full', totals: { types: 50 }, filesWritten: [] });
    expect(existsSync(join(cwd, 'site'))).toBe(false);
    const cold = reportIn(cwd);
    const built = await runCli(['create-index', ...WARM.slice(1), '--report', 'r.json'], { cwd });
    expect(built.code).toBe(0);
    expect(reportIn(cwd).cache.l2.hits).toBeGreaterThan(cold.cache.l2.hits);
    expect(reportIn(cwd).queries).toBeLessThan(cold.queries);
  });

  test('warms only what was asked for', async () => {
    const cwd = temporaryFolder();
    expect(await runCli([...WARM, '--quick', '--report', 'r.json'], { cwd })).toMatchObject({ code: 0 });
    expect(reportIn(cwd)).toMatchObject({ mode: 'quick', totals: { types: 50 }, pace: [] });
    expect(await runCli([...WARM, '--match', '^.$|1', '--report', 'r.json'], { cwd })).toMatchObject({ code: 0 });
    expect(reportIn(cwd).totals.types).toBeLessThan(50);
  });

  test('says nothing with --silent, JSON lines with --json', async () => {
    const cwd = temporaryFolder();
    expect(await runCli([...WARM, '--silent'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
    const { stdout, stderr } = await runCli([...WARM, '--json'], { cwd });
    expect(stderr).toBe('');
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ event: 'phase', phase: 'connect' });
    expect(lines.at(-1)).toMatchObject({
      event: 'done',
      report: { command: 'warm' },
      name: 'cache/neurodex.sqlite',
      kept: { entries: expect.any(Number), bytes: expect.any(Number) },
    });
  });

  test('keeps the types that answer, names those that fail, and ends with 3', async () => {
    const cwd = temporaryFolder();
    const file = join(cwd, 'v.duckdb');
    const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', join(VECTORS, 'meta.json'), '--into', file];
    await runCli(['import', ...files], { cwd });
    const database = await createDatabase(file);
    // Sums beyond what the database can count: no other type's.
    await database.query('ALTER TABLE roi_count ALTER pre TYPE HUGEINT');
    await database.query(
      `INSERT INTO roi_count BY NAME
       SELECT bodyId, 'H' AS roi, 170141183460469231731687303715884105727 AS pre, 0 AS post
       FROM neuron, range(2) WHERE type = 'T2'`,
    );
    database.close();
    expect(await runCli(['warm', '--source', file], { cwd })).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/\nfailed 1 type: "T2"\nkept {3}/),
    });
  });

  test.each([
    ['--cache none', 'warm: expected a cache to fill; --cache says none.'],
    ['--offline', 'warm: expected to ask the source; --offline asks nothing. Drop it.'],
    ['--cache thesis', '--cache thesis: a file stands where the folder must be.'],
    ['--quick --verify', '--verify: expected a run with ROI counts, which --quick leaves out; drop one of them.'],
    ['--report thesis', '--report thesis: exists and is no report; it is left alone. Choose another name.'],
    ['--dataset other', '--dataset: the source holds sample:seed1; got "other".'],
  ])('%s is refused in one line', async (args, line) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'thesis'), 'mine');
    expect(await runCli([...WARM, '--silent', ...args.split(' ')], { cwd })).toEqual({
      code: 1,
      stdout: '',
      stderr: `neurodex: ${line}\n`,
    });
    expect(readFileSync(join(cwd, 'thesis'), 'utf8')).toBe('mine');
  });

  test('does not know the options that are about a site', async () => {
    for (const flag of ['--output', '--strict'])
      expect((await runCli([...WARM, flag, 'x'], { cwd: temporaryFolder() })).stderr).toContain('unknown option');
  });

  testWithMounts('does not pretend where the disk of the cache is full', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'cache'));
    const node = `"${process.execPath}" "${CLI}"`;
    const script = `mount -t tmpfs -o size=96k tmpfs cache
      ${node} warm --source 'sample?types=5&cells=40' --silent || exit 9
      head -c 1M /dev/zero > cache/others 2>/dev/null
      ${node} warm --source 'sample?types=900&cells=9000' --silent`;
    const { code, stdout, stderr } = await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^neurodex: [^\n]*cache\/neurodex\.sqlite is on a disk that is full; [^\n]*free space, then run again\.\n$/,
    );
  });

  testWithRedis('does not pretend where the server of the cache takes nothing more', async () => {
    const redis = await startRedis(['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
    onTestFinished(() => redis.stop());
    const args = [...WARM, '--silent', '--cache', redis.uri];
    const { code, stdout, stderr } = await runCli(args, { cwd: temporaryFolder() });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^neurodex: warm: redis:\S+ has no memory left \(OOM [^\n]*\); not all is kept: free space, then run again\.\n$/,
    );
  });
});

describe('neurodex warm whose cache does not stay', () => {
  const large = ['warm', '--source', 'sample?types=2000&cells=20000', '--json'];

  /** Does something to it as soon as the run has come to its ROI counts. */
  async function warmWhile(args: string[], cwd: string, act: () => unknown): Promise<Finished> {
    let told = '';
    let isDone = false;
    return await runCli(args, {
      cwd,
      onStart: (child) =>
        child.stdout?.on('data', (text) => {
          told += text;
          if (isDone || !told.includes('"ROI counts"')) return;
          isDone = true;
          act();
        }),
    });
  }

  test('fails where the folder was removed', async () => {
    const cwd = temporaryFolder();
    const { code, stderr } = await warmWhile(large, cwd, () => rmSync(join(cwd, 'cache'), { recursive: true }));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'neurodex: warm: cache/neurodex.sqlite was removed or replaced while it was in use; not all is kept: run again.\n',
    });
  });

  test('fails where what it kept is pruned at once', async () => {
    const cwd = temporaryFolder();
    // Makes the file, with another dataset in it.
    await runCli(['warm', '--source', 'sample?types=5&cells=10&seed=2'], { cwd });
    const file = JSON.stringify(join(cwd, 'cache/neurodex.sqlite'));
    const prune = `import sqlite3; c = sqlite3.connect(${file}); c.execute("create trigger t after insert on keyv when new.key like 'catalogue%' begin delete from keyv where key = new.key; end"); c.commit()`;
    expect(await runProgram('python3', ['-c', prune], {})).toMatchObject({ code: 0 });
    const { code, stderr } = await runCli(large, { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'neurodex: warm: cache/neurodex.sqlite lacks the catalogue of sample:seed1: it was cleared or pruned meanwhile; run again.\n',
    });
  });

  testWithRedis('fails where the server went away', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const args = [...large, '--cache', redis.uri];
    const { code, stderr } = await warmWhile(args, temporaryFolder(), () => redis.signal('SIGKILL'));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^neurodex: warm: redis:\S+ does not answer \([^\n]+\); not all is kept: start it, then run again\.\n$/,
      ),
    });
  });

  test('an entry that was damaged is asked for again, which is all', async () => {
    const cwd = temporaryFolder();
    const WARM = ['warm', '--source', 'sample?types=50&cells=400'];
    await runCli(WARM, { cwd });
    const file = JSON.stringify(join(cwd, 'cache/neurodex.sqlite'));
    const damage = `import sqlite3; c = sqlite3.connect(${file}); c.execute("update keyv set value = substr(value, 9) where key like 'catalogue%'"); c.commit()`;
    await runProgram('python3', ['-c', damage], {});
    const { code, stdout, stderr } = await runCli(WARM, { cwd });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('\nkept ') });
    expect(stderr).toMatch(/holds an entry that is damaged \(catalogue\S+\); it is asked for again\.\n/);
  });
});

describe('--fresh and --offline', () => {
  test.each([
    [
      ['--fresh', '--offline'],
      '--offline: expected answers from the cache, which --fresh passes over; drop one of them.',
    ],
    [['--offline', '--cache', 'none'], '--offline: expected a cache to take the answers from; --cache says none.'],
  ])('%j contradict each other, for create-index and partners', async (flags, line) => {
    for (const command of [['create-index'], ['partners', 'T1']]) {
      expect(await runCli([...command, ...WARM.slice(1), '--silent', ...flags], { cwd: temporaryFolder() })).toEqual({
        code: 1,
        stdout: '',
        stderr: `neurodex: ${line}\n`,
      });
    }
  });

  test('what is not asked cannot be verified', async () => {
    const args = ['create-index', ...WARM.slice(1), '--offline', '--verify', '--silent'];
    expect(await runCli(args, { cwd: temporaryFolder() })).toMatchObject({
      code: 1,
      stderr: 'neurodex: --verify: expected a source to ask again, which --offline does not; drop one of them.\n',
    });
  });
});
