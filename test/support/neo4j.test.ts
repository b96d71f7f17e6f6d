/** Each real Neo4j starts, answers with APOC, keeps its door, and leaves no process; so does its command line. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import neo4j, { type AuthToken } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from './neo4j/startNeo4j.ts';
import { neo4jVersions, releases } from './neo4j/versions.ts';

// The first start of a machine downloads 120 MB.
const startTimeoutMs = 600_000;
const user = 'neo4j';
const password = 'a password with spaces';
/** What `npm run neo4j` runs, from a build. */
const SCRIPT = resolve(import.meta.dirname, '../../dist/dev/neo4j.js');
const isRequired = process.env.NEURODEX_REQUIRE_ALL === '1';

async function ask(uri: string, query: string, auth?: AuthToken): Promise<unknown> {
  const driver = neo4j.driver(uri, auth, { disableLosslessIntegers: true, maxTransactionRetryTime: 0 });
  try {
    const { records } = await driver.executeQuery(query, {}, { database: 'neo4j' });
    return records[0]?.get(0);
  } finally {
    await driver.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function skipNote(reason: string | undefined): string {
  if (reason === undefined) return '';
  return isRequired ? ` (required, but: ${reason})` : ` (skipped: ${reason})`;
}

async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'neurodex-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const title = `Neo4j ${version}${skipNote(reason)}`;

  describe.skipIf(reason !== undefined && !isRequired)(title, { timeout: 60_000 }, () => {
    let server: RunningNeo4j;

    beforeAll(async () => {
      server = await startNeo4j({ version });
    }, startTimeoutMs);

    afterAll(() => server?.stop());

    it('answers over Bolt, as the version that was asked for', async () => {
      expect(await ask(server.uri, 'RETURN 1')).toBe(1);
      const components = await ask(server.uri, 'CALL dbms.components() YIELD versions RETURN versions[0]');
      expect(components).toBe(releases[version].server.version);
    });

    it('has APOC', async () => {
      expect(await ask(server.uri, 'RETURN apoc.version()')).toBe(releases[version].apoc[0]?.version);
      expect(await ask(server.uri, `RETURN apoc.convert.fromJsonMap('{"a":1}')`)).toEqual({ a: 1 });
    });

    it('answers under the routing scheme too', async () => {
      expect(await ask(server.uri.replace('bolt://', 'neo4j://'), 'RETURN 1')).toBe(1);
    });

    it('refuses a port that is taken, naming it', async () => {
      await expect(startNeo4j({ version, port: server.port })).rejects.toThrow(
        `Expected port ${server.port} of 127.0.0.1 to be free, but something listens there`,
      );
    });

    it('says why it ended on start', async () => {
      const dataDir = await temporaryDir();
      await expect(startNeo4j({ version, dataDir, transactionTimeoutMs: -5 })).rejects.toThrow(
        /ended with code 1: .*transaction\.timeout/,
      );
    });

    it('stops at once when aborted while it writes its settings', async () => {
      const stopping = new AbortController();
      const dataDir = await temporaryDir();
      const watcher = watch(dataDir, () => stopping.abort(new Error('no longer wanted')));
      onTestFinished(() => watcher.close());
      await expect(startNeo4j({ version, dataDir, signal: stopping.signal })).rejects.toThrow('no longer wanted');
    });

    it('stops at once when aborted while starting', async () => {
      const stopping = new AbortController();
      const dataDir = await temporaryDir();
      const starting = startNeo4j({
        version,
        dataDir,
        signal: stopping.signal,
        onStep: (step) => {
          if (step === 'starting') setTimeout(() => stopping.abort(new Error('no longer wanted')), 500);
        },
      });
      await expect(starting).rejects.toThrow('no longer wanted');
    });
  });

  describe.skipIf(reason !== undefined && !isRequired)(`${title}, with a password`, { timeout: 120_000 }, () => {
    it('lets in who knows it, keeps its data and its limit over a restart, and leaves no process', async () => {
      const dataDir = await temporaryDir();
      const known = neo4j.auth.basic(user, password);
      const options = { version, dataDir, password, transactionTimeoutMs: 1000 };

      const first = await startNeo4j(options);
      onTestFinished(() => first.stop());
      await expect(ask(first.uri, 'RETURN 1', neo4j.auth.basic(user, 'wrong'))).rejects.toMatchObject({
        code: 'Neo.ClientError.Security.Unauthorized',
      });
      await expect(ask(first.uri, 'RETURN 1')).rejects.toMatchObject({
        code: 'Neo.ClientError.Security.Unauthorized',
      });
      await ask(first.uri, `CREATE (n:Kept {name: 'L1'})`, known);
      await first.stop();
      expect(isAlive(first.pid)).toBe(false);

      const second = await startNeo4j(options);
      onTestFinished(() => second.stop());
      expect(await ask(second.uri, 'MATCH (n:Kept) RETURN n.name', known)).toBe('L1');
      await expect(ask(second.uri, 'CALL apoc.util.sleep(30000)', known)).rejects.toMatchObject({
        code: expect.stringMatching(/^Neo\.ClientError\.Transaction\.TransactionTimedOut/),
      });
      await second.stop();
      expect(isAlive(second.pid)).toBe(false);
      expect(await readdir(dataDir)).toContain('data');
    });
  });
}

const commandReason = await whyNoNeo4j('5.26');

describe('npm run neo4j', () => {
  // A killed run leaves its temporary data: here it goes with the tests.
  let temporary: string;
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'neurodex-test-'));
  });
  afterAll(() => rm(temporary, { recursive: true, force: true }));

  interface Run {
    child: ChildProcessByStdio<null, Readable, Readable>;
    output(): string;
    /** The exit code, or the signal that ended it. */
    ended: Promise<number | string>;
  }

  function run(...args: string[]): Run {
    const child = spawn(process.execPath, [SCRIPT, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: temporary },
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<number | string>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? ''));
    });
    return { child, output: () => output, ended };
  }

  it('answers a bad flag with one clear line', async () => {
    for (const [args, line] of [
      [
        ['--version', '3.5'],
        "error: option '--version <version>' argument '3.5' is invalid. Allowed choices are 5.26, 4.4.",
      ],
      [['--port', 'x'], "error: option '--port <port>' argument 'x' is invalid. Expected a port from 0 to 65535."],
      [['--dta', 'x'], "error: unknown option '--dta'\n(Did you mean --data?)"],
      [['5.26'], 'error: too many arguments. Expected 0 arguments but got 1.'],
    ] as const) {
      const { ended, output } = run(...args);
      expect(await ended).toBe(1);
      expect(output()).toBe(`${line}\n`);
    }
  });

  describe.skipIf(commandReason !== undefined && !isRequired)(
    `with a server${skipNote(commandReason)}`,
    { timeout: startTimeoutMs },
    () => {
      /** Waits for a line, but no longer than the run lasts. */
      async function onLine({ output, ended }: Run, line: RegExp): Promise<RegExpExecArray> {
        const isOver = ended.then(() => true);
        for (;;) {
          const over = await Promise.race([isOver, new Promise((resolve) => setTimeout(resolve, 50, false))]);
          const found = line.exec(output());
          if (found !== null) return found;
          if (over) throw new Error(`Expected a line like ${line}, got: ${output()}`);
        }
      }

      async function onReady(running: Run): Promise<{ uri: string; pid: number }> {
        const line = /^ready (\S+) \(no authentication, process (\d+); Ctrl-C stops it\)$/m;
        const [, uri = '', pid = ''] = await onLine(running, line);
        return { uri, pid: Number(pid) };
      }

      it('says when it is ready, and Ctrl-C stops it with code 0', async () => {
        const running = run('--port', '0');
        const { uri, pid } = await onReady(running);
        expect(running.output()).toContain('starting Neo4j 5.26.16\n');
        expect(await ask(uri, 'RETURN 1')).toBe(1);
        running.child.kill('SIGINT');
        expect(await running.ended).toBe(0);
        expect(isAlive(pid)).toBe(false);
      });

      it('takes the server along when it is killed', async () => {
        const running = run('--port', '0');
        const { pid } = await onReady(running);
        running.child.kill('SIGKILL');
        expect(await running.ended).toBe('SIGKILL');
        await expect.poll(() => isAlive(pid), { timeout: 20_000, interval: 100 }).toBe(false);
      });

      it('ends with 130 when Ctrl-C comes before it is ready', async () => {
        const running = run('--port', '0');
        await onLine(running, /^starting /m);
        running.child.kill('SIGINT');
        expect(await running.ended).toBe(130);
      });

      it('says on one line that the port is taken', async () => {
        const holder = createServer().listen({ port: 0, host: '127.0.0.1' });
        await once(holder, 'listening');
        onTestFinished(() => void holder.close());
        const address = holder.address();
        const port = typeof address === 'object' ? address?.port : undefined;
        const { ended, output } = run('--port', String(port));
        expect(await ended).toBe(1);
        expect(output().trimEnd().split('\n').at(-1)).toBe(
          `error: Expected port ${port} of 127.0.0.1 to be free, but something listens there: give another.`,
        );
      });
    },
  );
});
