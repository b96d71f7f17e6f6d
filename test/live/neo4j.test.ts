import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Report } from '../../src/report.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { startProxy } from '../support/proxy.ts';
import { REQUIRE_ALL } from '../support/require.ts';
import { BIG, fill, START_MS } from './fill.ts';

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const title = `Neo4j ${version}${reason === undefined ? '' : ` (absent here: ${reason})`}`;
  describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-live-'));
    const file = join(folder, 'vectors.duckdb');
    let server: RunningNeo4j;
    let driver: Driver;

    beforeAll(async () => {
      server = await startNeo4j({ version });
      driver = neo4j.driver(server.uri, undefined, { disableLosslessIntegers: true });
      await fill(server.uri, file, driver);
    }, START_MS);
    afterAll(async () => {
      await driver?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const cypher = async (text: string, parameters = {}): Promise<unknown[][]> => {
      const { records } = await driver.executeQuery(text, parameters);
      return records.map((record) => [...record.values()]);
    };
    /** `create-index` in a folder of its own, whose site and cache must survive what goes wrong. */
    const createIndex = (cwd: string, source: string, ...flags: string[]): Promise<Finished> =>
      runCli(['create-index', '--source', source, ...flags], { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
    const vectors = ['--dataset', 'vectors'];
    const fileOf = (cwd: string, name: string): string => readFileSync(join(cwd, name), 'utf8');

    test('gives the same bytes as the file, either way of summing, quick or not', async () => {
      const cwd = temporaryFolder();
      for (const flags of [['--sums', 'client'], ['--sums', 'server'], ['--quick']]) {
        expect(await createIndex(cwd, file, '--cache', 'none', '--output', 'file', ...flags)).toMatchObject({
          code: 0,
        });
        expect(
          await createIndex(cwd, server.uri, '--cache', 'none', '--output', 'bolt', ...vectors, ...flags),
        ).toMatchObject({ code: 0 });
        for (const name of ['data/index.json', 'data/neurons.json', 'data/types.csv']) {
          expect(fileOf(cwd, `bolt/${name}`)).toBe(fileOf(cwd, `file/${name}`));
        }
      }
    });

    test('needs two round trips for a quick index; two more, and one for each batch, for a full one', async () => {
      const cwd = temporaryFolder();
      const reportOf = async (...flags: string[]): Promise<Report> => {
        await createIndex(cwd, server.uri, ...vectors, '--report', 'report.json', ...flags);
        return JSON.parse(fileOf(cwd, 'report.json')) as Report;
      };
      expect(await reportOf('--quick', '--cache', 'none')).toMatchObject({ roundTrips: 2, queries: 2 });
      const full = await reportOf('--batch-weight', '12');
      expect(full).toMatchObject({ roundTrips: 4 + 3, queries: 5, retries: 0, pace: [{ batches: 3 }] });
      expect(full.bytes).toBeGreaterThan(4000);
      // Everything is known by then, but whether it was edited.
      expect(await reportOf('--quick')).toMatchObject({ roundTrips: 1, queries: 1 });
    });

    test('keeps datasets of one database apart, and lists them where none is named', async () => {
      const cwd = temporaryFolder();
      const unnamed = await createIndex(cwd, server.uri);
      expect(unnamed).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`--dataset: expected one of the datasets ${BIG}:v0, vectors:v1; got none.`),
      });
      expect(await createIndex(cwd, server.uri, '--dataset', 'hemibrain')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('got "hemibrain"'),
      });
      expect(await createIndex(cwd, server.uri, '--dataset', BIG)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('500 types, 20,000 cells'),
      });
    });

    test('is asked to end what it runs when the user interrupts', async () => {
      const cwd = temporaryFolder();
      const list =
        version === '4.4'
          ? 'CALL dbms.listQueries() YIELD query RETURN query'
          : 'SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery';
      const ours = async (): Promise<number> =>
        (await cypher(list)).filter(([query]) => String(query).startsWith('UNWIND $types')).length;
      let running = 0;
      let sentMs = 0;
      const stopped = await runCli(
        // One batch of 20,000 cells that the server adds up: it runs long enough to be caught running.
        ['create-index', '--source', server.uri, '--dataset', BIG, '--sums', 'server'],
        {
          cwd,
          onStart: async (child) => {
            for (let i = 0; i < 2000 && running === 0; i++) {
              await setTimeout(5);
              running = await ours();
            }
            sentMs = performance.now();
            child.kill('SIGINT');
          },
        },
      );
      expect(performance.now() - sentMs).toBeLessThan(1000);
      expect(running).toBeGreaterThan(0);
      expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') });
      let left = await ours();
      for (let i = 0; i < 20 && left > 0; i++) {
        await setTimeout(100);
        left = await ours();
      }
      expect(left).toBe(0);
    });

    test('may lose the connections in mid-run: what was under way is asked again, and the bytes are the same', async () => {
      const cwd = temporaryFolder();
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port } });
      proxy.cutAfterBytes(5_000_000);
      const flags = ['--dataset', BIG, '--cache', 'none', '--sums', 'client', '--report', 'report.json'];
      expect(await createIndex(cwd, `bolt://127.0.0.1:${proxy.port}`, ...flags, '--output', 'cut')).toMatchObject({
        code: 0,
      });
      expect((JSON.parse(fileOf(cwd, 'report.json')) as Report).retries).toBeGreaterThan(0);
      expect(await createIndex(cwd, server.uri, ...flags, '--output', 'whole')).toMatchObject({ code: 0 });
      expect(fileOf(cwd, 'cut/data/index.json')).toBe(fileOf(cwd, 'whole/data/index.json'));
      await proxy.close();
    });

    describe('what cannot be done is one line, exit code 2, and the site as it was', () => {
      const refusal = async (
        run: (cwd: string) => Promise<Finished>,
      ): Promise<{ code: number | null; line: string }> => {
        const cwd = temporaryFolder();
        await createIndex(cwd, 'sample?types=20&cells=200', '--cache', 'none');
        const before = fileOf(cwd, 'site/data/index.json');
        const { code, stdout, stderr } = await run(cwd);
        const lines = stderr
          .trim()
          .split('\n')
          .filter((line) => !/…$|^note: /.test(line));
        expect({ stdout, lines }).toEqual({ stdout: '', lines: [expect.any(String)] });
        expect(fileOf(cwd, 'site/data/index.json')).toBe(before);
        return { code, line: lines[0] ?? '' };
      };

      test.each([
        [
          'an unknown database',
          ['--database', 'nosuch'],
          2,
          /expected the database "nosuch", which is not there; name another by --database/,
        ],
      ])('%s', async (_title, flags, code, line) => {
        expect(await refusal((cwd) => createIndex(cwd, server.uri, ...vectors, ...flags))).toEqual({
          code,
          line: expect.stringMatching(line),
        });
      });

      test('TLS where there is none', async () => {
        const source = server.uri.replace('bolt:', 'bolt+s:');
        expect(await refusal((cwd) => createIndex(cwd, source, ...vectors))).toEqual({
          code: 2,
          line: expect.stringContaining('does not speak TLS; use bolt:// without +s'),
        });
      });

      // It is this side that waits, up to a minute: whichever version falls silent.
      if (version === neo4jVersions[0]) {
        test('a question that is not answered in time', { timeout: 170_000 }, async () => {
          const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port } });
          const source = `bolt://127.0.0.1:${proxy.port}`;
          const run = refusal((cwd) => createIndex(cwd, source, '--dataset', BIG, '--timeout-ms', '1000'));
          while (proxy.counters.bytesDown < 300) await setTimeout(1);
          // It is asked once more, and a connection for that may have to be waited for.
          proxy.stall(180_000);
          const refused = await run;
          await proxy.close();
          expect(refused).toEqual({
            code: 2,
            // The question, or a connection for it, whichever the stall met first.
            line: expect.stringMatching(
              /no answer within (1000 ms; .*--batch-weight.*--timeout-ms|\d+ s; is it reachable)/,
            ),
          });
        });
      }

      test('a database without :Meta', async () => {
        await cypher('MATCH (m:Meta) SET m:Off REMOVE m:Meta');
        const refused = await refusal((cwd) => createIndex(cwd, server.uri));
        await cypher('MATCH (m:Off) SET m:Meta REMOVE m:Off');
        expect(refused).toEqual({ code: 1, line: expect.stringContaining('Expected a :Meta node, found none') });
      });

      test('filling a database that holds nodes', async () => {
        const loaded = await runCli(['load', '--source', file, '--into', server.uri]);
        expect(loaded).toMatchObject({
          code: 1,
          stderr: expect.stringContaining('--into: expected an empty database, this one holds nodes'),
        });
      });
    });

    test('roiInfo that is no JSON: the type is marked, all others are as they would be, and the exit code is 3', async () => {
      const cwd = temporaryFolder();
      const typesOf = (name: string): Catalog['types'] =>
        (JSON.parse(fileOf(cwd, `${name}/data/index.json`)) as Catalog).types;
      const flags = [...vectors, '--cache', 'none', '--sums', 'client', '--report', 'report.json', '--output'];
      await createIndex(cwd, server.uri, ...flags, 'good');
      await cypher("MATCH (n:vectors_Neuron {type: 'T1'}) SET n.kept = n.roiInfo, n.roiInfo = '{oops'");
      const bad = await createIndex(cwd, server.uri, ...flags, 'bad');
      const strict = await createIndex(cwd, server.uri, ...flags, 'strict', '--strict');
      await cypher("MATCH (n:vectors_Neuron {type: 'T1'}) SET n.roiInfo = n.kept REMOVE n.kept");
      expect(bad).toMatchObject({ code: 3, stdout: expect.stringContaining('failed 1 type: "T1"') });
      const failed = 'A cell of type "T1": expected roiInfo to be a JSON object, got "{oops".';
      const unknown = { primary: null, rois: null, regions: null, region: null, failed };
      expect(typesOf('bad')).toEqual(
        typesOf('good').map((type) => (type.name === 'T1' ? { ...type, ...unknown } : type)),
      );
      expect(strict).toMatchObject({ code: 3, stderr: expect.stringContaining('no site was written') });
      expect(existsSync(join(cwd, 'strict'))).toBe(false);
      const report = JSON.parse(fileOf(cwd, 'report.json')) as Report;
      expect(report).toMatchObject({ failedTypes: ['T1'], filesWritten: [] });
      expect(report.splits).toBeGreaterThan(0);
    });

    test('Meta without ROI lists: everything but ROIs, and a note', async () => {
      const cwd = temporaryFolder();
      await cypher('MATCH (m:vectors_Meta) SET m.kept = m.primaryRois REMOVE m.primaryRois');
      const built = await createIndex(cwd, server.uri, ...vectors, '--cache', 'none');
      await cypher('MATCH (m:vectors_Meta) SET m.primaryRois = m.kept REMOVE m.kept');
      expect(built).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('note: The dataset names no primary ROIs'),
      });
    });
  });

  describe.skipIf(reason !== undefined && !REQUIRE_ALL)(`${title}, guarded and without APOC`, () => {
    let server: RunningNeo4j;
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-live-'));
    const env = { NEO4J_USERNAME: 'neo4j', NEO4J_PASSWORD: 'open sesame' };
    const createIndex = (cwd: string, given: Record<string, string>, ...flags: string[]): Promise<Finished> =>
      runCli(['create-index', '--source', server.uri, '--cache', 'none', ...flags], { cwd, env: given });

    beforeAll(async () => {
      server = await startNeo4j({ version, password: env.NEO4J_PASSWORD, allowApoc: false });
      const driver = neo4j.driver(server.uri, neo4j.auth.basic('neo4j', env.NEO4J_PASSWORD));
      await runCli(['sample', '--types', '50', '--cells', '500', '--into', join(folder, 's.duckdb')]);
      expect(await runCli(['load', '--source', join(folder, 's.duckdb'), '--into', server.uri], { env })).toMatchObject(
        { code: 0 },
      );
      await driver.close();
    }, START_MS);
    afterAll(async () => {
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    test('has its counts added up here, and says so where it was told to do it itself', async () => {
      const cwd = temporaryFolder();
      expect(await createIndex(cwd, env)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('50 types, 500 cells'),
      });
      const { code, stderr } = await createIndex(cwd, env, '--sums', 'server', '--output', 'other');
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining(
          '--sums server: expected a server with APOC, which this one lacks; use --sums client.',
        ),
      });
    });

    test('lets nobody in without the right password, which no message repeats', async () => {
      const cwd = temporaryFolder();
      for (const given of [{}, { ...env, NEO4J_PASSWORD: 'wrong horse' }]) {
        const { code, stderr } = await createIndex(cwd, given);
        expect({ code, stderr }).toEqual({
          code: 2,
          stderr: expect.stringMatching(/the server refused .*NEO4J_USERNAME.*NEO4J_PASSWORD/),
        });
        expect(stderr).not.toMatch(/horse|sesame/);
      }
      const listed = await runCli(['config'], { cwd, env });
      expect(listed.stdout).toContain('password: ***  # NEO4J_PASSWORD');
    });
  });
}

describe('a server that is none', () => {
  test.each([
    ['nothing listens', 'bolt://127.0.0.1:1', /127\.0\.0\.1:1: nothing listens there \(ECONNREFUSED\)/],
    ['no such host', 'bolt://no.such.host.invalid', /no host of that name is known/],
    ['no URI', 'bolt://[', /Expected bolt:\/\/HOST:PORT/],
    ['a password in the URI', 'bolt://me:secret@127.0.0.1', /Expected no user and password in the URI/],
  ])('%s', async (_title, source, message) => {
    const { code, stderr } = await runCli(['create-index', '--source', source, '--cache', 'none'], {
      cwd: temporaryFolder(),
    });
    const line = stderr.trim().split('\n').at(-1);
    expect(line).toMatch(message);
    expect(line).not.toContain('secret');
    expect(code).toBe(/URI|HOST/.test(line ?? '') ? 1 : 2);
  });
});
