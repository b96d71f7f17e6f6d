/** A snapshot that ends before its time, is edited under its hands, or finds its place taken. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AskedQuery, RunningBoltRelay } from '../support/boltRelay.ts';
import { CLI, type Finished, runCli, runProgram, temporaryFolder } from '../support/cli.ts';
import { testWithMounts } from '../support/require.ts';
import { tablesIn } from '../support/tables.ts';
import { describeFaults, type Faulted, indexIn } from './faulted.ts';

/** Cells, connections and their numbers. */
const isPart = ({ parameters }: AskedQuery): boolean => 'ranges' in parameters || 'types' in parameters;

interface Taken {
  relay: RunningBoltRelay;
  /** `atQuery` is called when the so manieth part is asked for. */
  take(n?: number, atQuery?: (child: ChildProcess) => void, ...flags: string[]): Promise<Finished>;
}

async function taking(faulted: Faulted, cwd: string, dropRows = 0): Promise<Taken> {
  let left = Number.POSITIVE_INFINITY;
  let onReached: () => void = () => undefined;
  let dropped = 0;
  const relay = await faulted.relay((query) => {
    if (!isPart(query)) return undefined;
    left -= 1;
    if (left === 0) onReached();
    return dropped++ < dropRows ? { dropRows: 1 } : { delayMs: 5 };
  });
  const args = ['snapshot', '--source', `bolt://127.0.0.1:${relay.port}`, '--into', 'x.duckdb', '--silent'];
  return {
    relay,
    take(n = Number.POSITIVE_INFINITY, atQuery = () => undefined, ...flags) {
      left = n;
      const onStart = (child: ChildProcess): void => {
        onReached = () => atQuery(child);
      };
      const pinned = ['--connections', '--batch-weight', '200', '--concurrency', '4', ...flags];
      return runCli([...args, ...pinned], { cwd, onStart });
    },
  };
}

/** A run starts, connects and waits for its server: seconds on a machine that is busy. */
const TEN_RUNS_MS = 300_000;

const DONE = { code: 0, stdout: '', stderr: '' };

await describeFaults('5.26', 'a snapshot that is disturbed', (faulted) => {
  test(
    'killed ten times, it goes on from what landed, and holds what one that was left alone holds',
    async () => {
      const [cwd, alone] = [temporaryFolder(), temporaryFolder()];
      const { relay, take } = await taking(faulted, cwd);
      const kills = Array.from({ length: 10 }, () => 1 + Math.floor(30 * Math.random()));
      for (const n of kills) {
        const { code } = await take(n, (child) => child.kill('SIGKILL'));
        // The last of them may find fewer parts missing.
        expect([null, 0], `kills at parts ${kills}`).toContain(code);
        if (code === 0) break;
        expect(existsSync(join(cwd, 'x.duckdb'))).toBe(false);
      }
      expect(await take(), `kills at parts ${kills}`).toEqual(DONE);
      const asked = relay.queries.length;
      expect(await (await taking(faulted, alone)).take()).toEqual(DONE);
      expect(asked).toBeGreaterThan(100);
      expect(await tablesIn(join(cwd, 'x.duckdb'))).toEqual(await tablesIn(join(alone, 'x.duckdb')));
      expect(readdirSync(cwd)).toEqual(['x.duckdb']);
      const args = ['create-index', '--source', 'x.duckdb', '--cache', 'none', '--silent'];
      expect(await runCli(args, { cwd, env: { SOURCE_DATE_EPOCH: '0' } })).toEqual(DONE);
      expect(indexIn(cwd)).toBe(faulted.wholeIndex);
    },
    TEN_RUNS_MS,
  );

  test('interrupted, it says that the same command goes on; what landed is not asked again', async () => {
    const cwd = temporaryFolder();
    const { relay, take } = await taking(faulted, cwd);
    expect(await take(50, (child) => child.kill('SIGINT'))).toEqual({
      code: 130,
      stdout: '',
      stderr: 'neurodex: interrupted. What landed is kept in x.duckdb.snapshot: the same command goes on from there.\n',
    });
    const parts = (): number => relay.queries.filter(isPart).length;
    const before = parts();
    expect(await take()).toEqual(DONE);
    const rest = parts() - before;
    const whole = parts();
    rmSync(join(cwd, 'x.duckdb'));
    expect(await take()).toEqual(DONE);
    expect(rest).toBeLessThan(parts() - whole - 30);
  });

  test('interrupted where nobody can tell whether the dataset was edited, it promises and keeps nothing', async () => {
    const cwd = temporaryFolder();
    await faulted.cypher('MATCH (m:Meta) SET m.kept = m.uuid REMOVE m.uuid');
    onTestFinished(async () => void (await faulted.cypher('MATCH (m:Meta) SET m.uuid = m.kept REMOVE m.kept')));
    const { take } = await taking(faulted, cwd);
    expect(await take(50, (child) => child.kill('SIGINT'))).toEqual({
      code: 130,
      stdout: '',
      stderr: 'neurodex: interrupted.\n',
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('a roiInfo that cannot be read is told with its body, for those who keep the server', async () => {
    const cwd = temporaryFolder();
    const found = 'MATCH (n:Neuron) WITH n ORDER BY n.bodyId LIMIT 1 ';
    await faulted.cypher(`${found} SET n.kept = n.roiInfo, n.roiInfo = 'torn'`);
    onTestFinished(
      async () =>
        void (await faulted.cypher('MATCH (n:Neuron) WHERE n.kept IS NOT NULL SET n.roiInfo = n.kept REMOVE n.kept')),
    );
    const { code, stderr } = await (await taking(faulted, cwd)).take();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^neurodex: bolt:\S+: body \d+: expected roiInfo to be a JSON object, got "torn"\. No file was made; .*\n$/,
      ),
    });
    expect(existsSync(join(cwd, 'x.duckdb'))).toBe(false);
  });

  test('with the end of its log torn off, it asks for that part again', async () => {
    const [cwd, alone] = [temporaryFolder(), temporaryFolder()];
    const { take } = await taking(faulted, cwd);
    await take(40, (child) => child.kill('SIGKILL'));
    const log = join(cwd, 'x.duckdb.snapshot/parts.duckdb.wal');
    truncateSync(log, readFileSync(log).length - 100);
    expect(await take()).toEqual(DONE);
    expect(await (await taking(faulted, alone)).take()).toEqual(DONE);
    expect(await tablesIn(join(cwd, 'x.duckdb'))).toEqual(await tablesIn(join(alone, 'x.duckdb')));
  });

  test('an answer that lost a row is asked for again', async () => {
    const cwd = temporaryFolder();
    const { take } = await taking(faulted, cwd, 1);
    expect(await take()).toEqual(DONE);
    const [row] = (await tablesIn(join(cwd, 'x.duckdb'))).meta?.rows ?? [];
    expect(row).toContain('sample');
  });

  test('what is not what the server counts makes no file, and is not gone on with', async () => {
    const cwd = temporaryFolder();
    const relay = await faulted.relay(({ cypher }) =>
      /sum\(coalesce\(n.pre/.test(cypher) ? { dropRows: 1 } : undefined,
    );
    const args = ['snapshot', '--source', `bolt://127.0.0.1:${relay.port}`, '--into', 'x.duckdb', '--silent'];
    const { code, stderr } = await runCli(args, { cwd });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^neurodex: sample:seed7: the source counts [\d,]+ cells, in what came there are 13,200; .* run again, which starts anew\.\n$/,
      ),
    });
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('edited between two runs, it starts anew and says so; edited meanwhile, it makes no file', async () => {
    const cwd = temporaryFolder();
    const { relay, take } = await taking(faulted, cwd);
    const edit = (text: string): Promise<unknown> =>
      faulted.cypher(`MATCH (m:Meta) SET m.lastDatabaseEdit = '${text}'`);
    await take(40, (child) => child.kill('SIGKILL'));
    await edit('2026-02-02');
    let edited: Promise<unknown> | undefined;
    const { code, stderr } = await take(60, () => {
      edited = edit('2026-03-03');
    });
    await edited;
    expect({ code, stderr: stderr.replaceAll(/\[[^\]]*\]/g, '[…]') }).toEqual({
      code: 1,
      stderr:
        'neurodex: sample:seed7 was edited while it was read ([…] became […]). No file was made; run again, which starts anew.\n',
    });
    expect(existsSync(join(cwd, 'x.duckdb'))).toBe(false);
    const args = ['snapshot', '--source', `bolt://127.0.0.1:${relay.port}`, '--into', 'x.duckdb'];
    const again = await runCli(args, { cwd });
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('note: Starts anew: sample:seed7 was edited'),
    });
    await edit('2026-01-01 00:00:00');
  });

  test('two at once into one file: the second is refused, the first goes on', async () => {
    const cwd = temporaryFolder();
    const { take } = await taking(faulted, cwd);
    let second: Promise<Finished> | undefined;
    const first = await take(5, (child) => {
      child.kill('SIGSTOP');
      second = runCli(['snapshot', '--source', faulted.server.uri, '--into', 'x.duckdb', '--silent'], { cwd });
      second.finally(() => child.kill('SIGCONT'));
    });
    expect(await second).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'neurodex: x.duckdb: another snapshot into it is under way. Wait until it is done, or choose another name.\n',
    });
    expect(first).toEqual(DONE);
  });

  testWithMounts('on a disk that is full it says so in a line, and goes on once there is room', async () => {
    const cwd = temporaryFolder();
    const args = `snapshot --source ${faulted.server.uri} --batch-weight 200 --into x.duckdb --silent`;
    const script = `mkdir disk && mount -t tmpfs -o size=3m tmpfs disk && cd disk
      "${process.execPath}" "${CLI}" ${args}; echo "code $?"
      mount -o remount,size=300m tmpfs . && "${process.execPath}" "${CLI}" ${args.replace(' --silent', '')} && ls`;
    const { stdout, stderr } = await runProgram('unshare', ['-rm', 'sh', '-c', script], { cwd });
    expect(stdout).toMatch(/^code 1\n.*13,200 cells[\s\S]*\nx.duckdb\n$/);
    const [first, ...rest] = stderr.split('\n');
    expect(first).toMatch(
      /^neurodex: The database could not be written: .*No space left on device.* goes on from there\.$/,
    );
    expect(rest.filter((line) => /^note: Goes on from .* [1-9][\d,]* of 13,200 cells\.$/.test(line))).toHaveLength(1);
  });

  test("what is somebody else's, a folder that is not there and a source that is a file are refused in a line", async () => {
    const cwd = temporaryFolder();
    const refusal = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCli(['snapshot', '--silent', ...args], { cwd });
      expect({ code, stdout, lines: stderr.trim().split('\n').length }).toEqual({ code: 1, stdout: '', lines: 1 });
      return stderr;
    };
    const source = ['--source', faulted.server.uri];
    mkdirSync(join(cwd, 'x.duckdb.snapshot'));
    writeFileSync(join(cwd, 'x.duckdb.snapshot/thesis.txt'), 'mine');
    expect(await refusal(...source, '--into', 'x.duckdb')).toContain('found something else, which is left alone');
    writeFileSync(join(cwd, 'y.duckdb'), 'mine');
    expect(await refusal(...source, '--into', 'y.duckdb')).toContain('exists and is no DuckDB file');
    writeFileSync(join(cwd, 'z.duckdb.snapshot'), 'mine');
    expect(await refusal(...source, '--into', 'z.duckdb')).toContain('found something else, which is left alone');
    expect(await refusal(...source, '--into', '/proc/none/x.duckdb')).toContain('does not exist');
    expect(await refusal('--source', 'a.duckdb', '--into', 'b.duckdb')).toContain('--source: expected a server');
    expect(await refusal('--into', 'b.duckdb')).toContain('got nothing');
    expect(await refusal(...source, '--into', 'b.duckdb', '--dataset', 'other')).toContain('got "other"');
    expect(readFileSync(join(cwd, 'x.duckdb.snapshot/thesis.txt'), 'utf8')).toBe('mine');
  });
});
