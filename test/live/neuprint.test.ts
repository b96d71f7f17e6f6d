/** A neuPrint server on a real Neo4j answers as the database itself does, to the byte, and is asked no more than it must be. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Ask, Connectome } from '../../src/connectome/connectome.ts';
import type { CypherServer } from '../../src/connectome/cypher/cypherServer.ts';
import { openConnectome, openCypher } from '../../src/connectome/open.ts';
import type { QueryFailure } from '../../src/errors.ts';
import { packageHomepage, packageVersion } from '../../src/packageRoot.ts';
import { connectomeContract } from '../contract/connectome.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { type NeuprintServer, type NeuprintServerOptions, startNeuprint } from '../support/neuprint/startNeuprint.ts';
import { startProxy } from '../support/proxy.ts';
import { REQUIRE_ALL } from '../support/require.ts';
import { fill, START_MS } from './fill.ts';
import { COUNTS, fillHostile, HOSTILE, HOSTILE_NAMES, hostileCells, SHARED_TYPE } from './hostile.ts';
import { literalsProperty } from './literals.ts';

const USER_AGENT = `neurodex/${packageVersion()} (+${packageHomepage()})`;
const LISTED = `It has b\`ig set:v0, ${HOSTILE}:v1, vectors:v1.`;

const createIndex = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
  runCli(['create-index', ...args], { cwd, env: { SOURCE_DATE_EPOCH: '0', ...env } });

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const title = `a neuPrint on Neo4j ${version}${reason === undefined ? '' : ` (absent here: ${reason})`}`;
  describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-live-'));
    let server: RunningNeo4j;
    let driver: Driver;
    let shared: NeuprintServer;
    let cypher: CypherServer;

    beforeAll(async () => {
      server = await startNeo4j({ version });
      driver = neo4j.driver(server.uri);
      await fill(server.uri, join(folder, 'vectors.duckdb'), driver);
      await fillHostile(driver);
      shared = await startNeuprint({ bolt: server.uri });
      cypher = (await openCypher(shared.url, { dataset: 'vectors:v1' })).server;
    }, START_MS);
    afterAll(async () => {
      await cypher?.close();
      await shared?.close();
      await driver?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const served = async (options: Partial<NeuprintServerOptions> = {}): Promise<NeuprintServer> => {
      const neuprint = await startNeuprint({ bolt: server.uri, ...options });
      onTestFinished(() => neuprint.close());
      return neuprint;
    };
    const opened = async (dataset: string): Promise<Connectome> => {
      const connectome = await openConnectome(shared.url, { dataset });
      onTestFinished(() => connectome.close());
      return connectome;
    };

    connectomeContract(`A neuPrint on Neo4j ${version}`, () => openConnectome(shared.url, { dataset: 'vectors:v1' }));

    describe('values in the text of a query', () => {
      literalsProperty(() => cypher);
    });

    test('finds and gives back names of every kind: types, ROIs, instances', async () => {
      const connectome = await opened(`${HOSTILE}:v1`);
      const types = [...HOSTILE_NAMES];
      const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
      const [{ value: description }, { value: sizes }, { value: cells }] = await Promise.all([
        connectome.describe(),
        connectome.typeSizes(),
        connectome.cells([...types, SHARED_TYPE]),
      ]);
      expect(description.primaryRois).toEqual(types);
      expect(sizes.map(({ type }) => type).sort()).toEqual([...types, SHARED_TYPE].sort());
      expect(sorted(cells)).toEqual(
        sorted(hostileCells.map(({ type, bodyId, instance }) => ({ type, bodyId, instance }))),
      );
      for (const sums of ['client', 'server'] as const) {
        const { value } = await connectome.roiCounts(types, types, { sums });
        expect(sorted(value)).toEqual(sorted(types.map((type) => ({ type, roi: type, ...COUNTS }))));
      }
      for (const from of types) {
        const { value } = await connectome.catalogue(['instance'], { range: { from, below: `${from}\u0000` } });
        expect(value.map(({ type, values }) => [type, values])).toEqual([[from, [`${from}_R`]]]);
      }
    });

    test('keeps two datasets of one database apart', async () => {
      const [vectors, hostile] = await Promise.all([opened('vectors:v1'), opened(`${HOSTILE}:v1`)]);
      const idsOf = async (connectome: Connectome): Promise<string[]> =>
        (await connectome.cells([SHARED_TYPE])).value.map(({ bodyId }) => bodyId).sort();
      expect(await idsOf(vectors)).toEqual(['720575940628857211', '720575940628857212']);
      expect(await idsOf(hostile)).toEqual([hostileCells.at(-1)?.bodyId]);
      expect((await hostile.typeSizes()).value.length).toBe(hostileCells.length);
      expect((await hostile.describe()).value).toMatchObject({ name: HOSTILE, tag: 'v1' });
    });

    const pairs = 'UNWIND range(1, 20000) AS i MATCH (n) RETURN sum(n.bodyId % 7 + i)';
    const failing: [QueryFailure, string, Ask, Partial<NeuprintServerOptions>][] = [
      ['question', 'RETURN 1 +', {}, {}],
      ['unknownFunction', 'RETURN apoc.no.such(1)', {}, {}],
      ['data', 'UNWIND [0] AS a RETURN 1 / a', {}, {}],
      ['data', "UNWIND ['{oops'] AS a RETURN apoc.convert.fromJsonMap(a)", {}, {}],
      ['timeout', pairs, { timeoutMs: 300 }, {}],
      ['timeout', pairs, {}, { engine: 'neo4j', timeoutMs: 300 }],
    ];
    test.each(failing)(
      'knows a failure of %s by what neuPrint makes of it: %s %o %o',
      async (failure, text, ask, how) => {
        const neuprint = await served(how);
        const open = await openCypher(neuprint.url, { dataset: 'vectors:v1' });
        onTestFinished(() => open.server.close());
        await expect(open.server.read(text, {}, ask)).rejects.toMatchObject({ failure });
      },
    );

    test('has no more than 8 questions under way, however many are asked at once', async () => {
      const neuprint = await served({ onRequest: () => ({ delayMs: 50 }) });
      const open = await openCypher(neuprint.url, { dataset: 'vectors:v1' });
      onTestFinished(() => open.server.close());
      const rows = await Promise.all(
        Array.from({ length: 30 }, async (_, i) => (await open.server.read('RETURN $i', { i })).rows),
      );
      expect(rows.flat(2)).toEqual(rows.map((_, i) => i));
      expect({ most: neuprint.mostAtOnce(), told: open.maxInFlight }).toEqual({ most: 8, told: 8 });
    });

    test('takes a database that went away for an outage, not for an answer', async () => {
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port } });
      const neuprint = await served({ bolt: `bolt://127.0.0.1:${proxy.port}`, retryMs: 0 });
      const open = await openCypher(neuprint.url, { dataset: 'vectors:v1' });
      onTestFinished(() => open.server.close());
      expect((await open.server.read('RETURN 1', {})).rows).toEqual([[1]]);
      await proxy.close();
      await expect(open.server.read('RETURN 1', {})).rejects.toMatchObject({ name: 'ConnectError', isOutage: true });
    });

    describe('create-index', () => {
      const vectors = ['--dataset', 'vectors:v1', '--output', 'site'];

      test('asks 2 questions for a quick site, and 1 where nothing changed; says who it is, and no more', async () => {
        const [cwd, neuprint] = [temporaryFolder(), await served()];
        const run = async (...flags: string[]): Promise<number> => {
          neuprint.forget();
          expect(await createIndex(cwd, ['--source', neuprint.url, ...vectors, ...flags])).toMatchObject({ code: 0 });
          const agents = neuprint.requests.map(({ userAgent, authorization }) => ({ userAgent, authorization }));
          expect(agents).toEqual(agents.map(() => ({ userAgent: USER_AGENT, authorization: 'none' })));
          return neuprint.requests.length;
        };
        expect(await run('--cache', 'none', '--quick')).toBe(2);
        expect(await run()).toBeLessThan(10);
        expect(await run()).toBe(1);
      });

      test('gives the same bytes as over Bolt, however the sums are made and the replies packed', async () => {
        const cwd = temporaryFolder();
        const bytesOf = async (source: string, ...flags: string[]): Promise<Buffer> => {
          const args = ['--source', source, ...vectors, '--cache', 'none', '--cells', ...flags];
          expect(await createIndex(cwd, args)).toMatchObject({ code: 0 });
          const names = ['data/index.json', 'data/neurons.json', 'data/types.csv', 'assets/cells.js'];
          return Buffer.concat(names.map((name) => readFileSync(join(cwd, 'site', name))));
        };
        const expected = await bytesOf(server.uri);
        for (const sums of ['client', 'server'])
          expect((await bytesOf(shared.url, '--sums', sums)).equals(expected)).toBe(true);
        expect((await bytesOf((await served({ gzip: true })).url)).equals(expected)).toBe(true);
      });

      const access = { tokens: ['s3cret'], publicDatasets: [HOSTILE] };
      test('sends a token that it was given, and shows it nowhere', async () => {
        const [cwd, neuprint] = [temporaryFolder(), await served({ access })];
        writeFileSync(join(cwd, 'token'), '{"token": "s3cret"}\n');
        const args = ['--source', neuprint.url, ...vectors, '--cache', 'none', '--json'];
        for (const [flags, env] of [
          [['--token-file', 'token'], {}],
          [[], { NEUPRINT_TOKEN: 's3cret' }],
        ] as const) {
          const { code, stdout, stderr } = await createIndex(cwd, [...args, ...flags], env);
          expect(code).toBe(0);
          expect(stdout + stderr).not.toContain('s3cret');
        }
        expect(new Set(neuprint.requests.map(({ authorization }) => authorization))).toEqual(new Set(['bearer']));
      });

      test('reads what is public without a token, and says of the rest that it takes one', async () => {
        const [cwd, neuprint] = [temporaryFolder(), await served({ access })];
        const args = ['--source', neuprint.url, '--cache', 'none', '--quick'];
        // A variable that is there and empty is no token, and must not become an empty header.
        const open = await createIndex(cwd, [...args, '--dataset', `${HOSTILE}:v1`], { NEUPRINT_TOKEN: '' });
        expect(open).toMatchObject({ code: 0 });
        expect(new Set(neuprint.requests.map(({ authorization }) => authorization))).toEqual(new Set(['none']));
        const { code, stderr } = await createIndex(cwd, [...args, '--dataset', 'vectors:v1']);
        expect({ code, lines: stderr.trim().split('\n').at(-1) }).toEqual({
          code: 2,
          lines: expect.stringMatching(
            /the server wants a token \(authentication required\).*--token-file or NEUPRINT_TOKEN\.$/,
          ),
        });
      });

      test.each([
        ['none', [], `neurodex: --dataset: expected name:tag of a dataset; got none. ${LISTED}`],
        [
          'unknown',
          ['--dataset', 'no:v1'],
          `neurodex: --dataset: expected name:tag of a dataset; the server has no "no:v1". ${LISTED}`,
        ],
        [
          'without its tag',
          ['--dataset', 'vectors'],
          `neurodex: --dataset: expected name:tag of a dataset; the server has no "vectors". ${LISTED}`,
        ],
        [
          'in another case',
          ['--dataset', 'Vectors:v1'],
          `neurodex: --dataset: expected name:tag of a dataset; the server has no "Vectors:v1". ${LISTED}`,
        ],
      ])('lists what there is where the dataset is %s', async (_which, flags, line) => {
        const [cwd, neuprint] = [temporaryFolder(), await served()];
        const args = ['--source', neuprint.url, '--cache', 'none', '--silent', ...flags];
        const { code, stderr } = await createIndex(cwd, args);
        expect({ code, stderr }).toEqual({ code: 1, stderr: `${line}\n` });
        expect(neuprint.requests.filter(({ path }) => path === '/api/dbmeta/datasets').length).toBe(1);
      });

      test('works where the list of datasets fails, and then names none', async () => {
        const [cwd, neuprint] = [temporaryFolder(), await served({ listFails: true })];
        const args = ['--source', neuprint.url, '--cache', 'none', '--silent', '--quick'];
        expect(await createIndex(cwd, [...args, '--dataset', 'vectors:v1'])).toMatchObject({ code: 0 });
        expect(await createIndex(cwd, [...args, '--dataset', 'no:v1'])).toMatchObject({
          code: 1,
          stderr: 'neurodex: --dataset: expected name:tag of a dataset; the server has no "no:v1".\n',
        });
      });
    });
  });
}
