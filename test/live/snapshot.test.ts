/** A dataset taken home from a real Neo4j, over Bolt and through a neuPrint server: the file answers as the server does. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  bodyConnectionsQuery,
  cellPropertiesQuery,
  connectionCountsQuery,
  untypedConnectionsQuery,
} from '../../src/connectome/cypher/cypherWhole.ts';
import { openDatabase } from '../../src/connectome/file/database.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { startNeuprint } from '../support/neuprint/startNeuprint.ts';
import { REQUIRE_ALL } from '../support/require.ts';
import { tablesIn } from '../support/tables.ts';
import { fill, START_MS } from './fill.ts';

const PRESET = ['--preset', 'male-cns', '--cache', 'none', '--silent'];

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const title = `a snapshot of Neo4j ${version}${reason === undefined ? '' : ` (absent here: ${reason})`}`;
  describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-snapshot-'));
    let server: RunningNeo4j;
    let driver: Driver;

    beforeAll(async () => {
      server = await startNeo4j({ version });
      driver = neo4j.driver(server.uri, undefined, { useBigInt: true });
      await fill(server.uri, join(folder, 'vectors.duckdb'), driver);
      // What a database may hold that no list of the vectors names.
      await driver.executeQuery(
        `MATCH (n:vectors_Neuron {type: 'T1'})
         SET n.somaLocation = point({x: 1, y: 2, z: 30000, srid: 9157}), n.flywireId = 720575940628857210,
             n.names = ['b', 'a"'], n.confidence = 0.5, n.\`Odd(R)\` = true, n.mixed = 7, n.Mixed = 'x',
             n.longOnly = 720575940628857211, n.\`x:Neuron\` = 'kept', n.\`odd"\`\`name\` = 'kept',
             n.roiInfo = left(n.roiInfo, size(n.roiInfo) - 1) + ', "Odd(R)": {"pre": 1}}'`,
      );
      await driver.executeQuery(`MATCH (n:vectors_Neuron {type: 'T2'}) SET n.mixed = 'seven', n.flywireId = 5`);
    }, START_MS);
    afterAll(async () => {
      await driver?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const snapshot = (cwd: string, into: string, ...more: string[]): Promise<Finished> =>
      runCli(['snapshot', '--source', server.uri, '--dataset', 'vectors:v1', '--into', into, '--silent', ...more], {
        cwd,
      });
    const indexFrom = async (cwd: string, output: string, ...source: string[]): Promise<string> => {
      const args = ['create-index', '--source', ...source, ...PRESET, '--output', output];
      expect(await runCli(args, { cwd, env: { SOURCE_DATE_EPOCH: '0' } })).toMatchObject({ code: 0, stderr: '' });
      return readFileSync(join(cwd, output, 'data/index.json'), 'utf8');
    };

    test('gives the index that the server gives, byte for byte, and the partners, by type and by body', async () => {
      const cwd = temporaryFolder();
      const done = { code: 0, stdout: '', stderr: '' };
      expect(await snapshot(cwd, 'types.duckdb', '--connections')).toEqual(done);
      expect(await snapshot(cwd, 'bodies.duckdb', '--connections', 'bodies')).toEqual(done);
      expect(existsSync(join(cwd, 'types.duckdb.snapshot'))).toBe(false);
      const index = await indexFrom(cwd, 'asked', server.uri, '--dataset', 'vectors:v1');
      expect(await indexFrom(cwd, 'types', 'types.duckdb')).toBe(index);
      expect(await indexFrom(cwd, 'bodies', 'bodies.duckdb')).toBe(index);
      const types = (JSON.parse(index) as { types: { name: string }[] }).types.map(({ name }) => name);
      expect(types.length).toBeGreaterThan(15);
      const partners = [
        'partners',
        ...types,
        '--format',
        'json',
        '--cache',
        'none',
        '--silent',
        '--dataset',
        'vectors:v1',
      ];
      const [asked, byType, byBody] = await Promise.all(
        [server.uri, 'types.duckdb', 'bodies.duckdb'].map((source) =>
          runCli([...partners, '--source', source], { cwd }),
        ),
      );
      expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('5000000000') });
      expect(byType).toEqual(asked);
      expect(byBody).toEqual(asked);
    });

    test('fetches nothing again that the file holds, until the dataset is edited or more is wanted', async () => {
      const cwd = temporaryFolder();
      const neuprint = await startNeuprint({ bolt: server.uri });
      onTestFinished(() => neuprint.close());
      const asked = async (...more: string[]): Promise<number> => {
        neuprint.forget();
        const finished = await snapshot(cwd, 'home.duckdb', '--source', neuprint.url, ...more);
        expect(finished).toEqual({ code: 0, stdout: '', stderr: '' });
        expect(existsSync(join(cwd, 'home.duckdb.snapshot'))).toBe(false);
        return neuprint.requests.length;
      };
      const whole = await asked('--connections');
      expect(whole).toBeGreaterThan(5);
      expect([await asked('--connections'), await asked()]).toEqual([1, 1]);
      expect(await asked('--connections', 'bodies')).toBeGreaterThan(5);
      const edit = async (text: string): Promise<void> => {
        await driver.executeQuery('MATCH (m:vectors_Meta) SET m.lastDatabaseEdit = $text', { text });
      };
      const { records } = await driver.executeQuery('MATCH (m:vectors_Meta) RETURN m.lastDatabaseEdit AS edit');
      await edit('later');
      onTestFinished(() => edit(String(records[0]?.get('edit'))));
      expect(await asked('--connections', 'bodies')).toBeGreaterThan(5);
    });

    test('keeps every property as what it is, over Bolt and over HTTP', async () => {
      const cwd = temporaryFolder();
      const neuprint = await startNeuprint({ bolt: server.uri });
      onTestFinished(() => neuprint.close());
      expect(await snapshot(cwd, 'bolt.duckdb', '--connections', 'bodies')).toMatchObject({ code: 0 });
      expect(await snapshot(cwd, 'http.duckdb', '--connections', 'bodies', '--source', neuprint.url)).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(neuprint.mostAtOnce()).toBeLessThanOrEqual(8);
      const tables = await tablesIn(join(cwd, 'bolt.duckdb'));
      expect(tables.neuron?.columns).toEqual(
        expect.arrayContaining([
          'bodyId BIGINT',
          'type VARCHAR',
          'pre BIGINT',
          'somaLocation BIGINT[]',
          'flywireId BIGINT',
          'names VARCHAR[]',
          'confidence DOUBLE',
          'longOnly BIGINT',
          'x:Neuron VARCHAR',
          'odd"`name VARCHAR',
          'Mixed VARCHAR',
          'mixed_2 VARCHAR',
        ]),
      );
      expect(tables.meta?.columns).toEqual(expect.arrayContaining(['primaryRois VARCHAR[]', 'roiHierarchy JSON']));
      expect(tables.neuron?.rows.filter((row) => row.includes('kept')).length).toBeGreaterThan(0);
      // What marks an ROI is in roi_count.
      expect(tables.neuron?.columns.filter((column) => column.includes('('))).toEqual([]);
      expect(tables.roi_count?.rows.filter((row) => row.includes('Odd(R)'))).toHaveLength(2);
      expect(await tablesIn(join(cwd, 'http.duckdb'))).toEqual(tables);
      const database = await openDatabase(join(cwd, 'http.duckdb'));
      onTestFinished(() => database.close());
      expect(
        await database.query(
          `SELECT to_json(somaLocation)::VARCHAR, flywireId, to_json(names)::VARCHAR, confidence, mixed_2, Mixed
           FROM neuron WHERE type IN ('T1', 'T2') ORDER BY type, bodyId LIMIT 3`,
        ),
      ).toEqual([
        ['[1,2,30000]', 720575940628857210n, '["b","a\\""]', 0.5, '7', 'x'],
        ['[1,2,30000]', 720575940628857210n, '["b","a\\""]', 0.5, '7', 'x'],
        [null, 5n, null, null, 'seven', null],
      ]);
    });

    test('takes cells none of which has a type, connections of weight 0 and a text named as an ROI; an empty dataset is told', async () => {
      const cwd = temporaryFolder();
      const meta = "uuid: 'u', lastDatabaseEdit: 'e', tag: 'v1'";
      await driver.executeQuery(
        `CREATE (:Meta:untyped_Meta {dataset: 'untyped', ${meta}, primaryRois: ['A', 'B'], neuronProperties: '{"A": "boolean", "B": "string"}'}), (:Meta:empty_Meta {dataset: 'empty', ${meta}}),
           (a:Neuron:untyped_Neuron {bodyId: 1, pre: 1, post: 2, A: true, B: 'a text', roiInfo: '{"A": {"pre": 1}}'}),
           (b:Neuron:untyped_Neuron {bodyId: 2, pre: 0, post: 1}),
           (a)-[:ConnectsTo {weight: 0}]->(b), (b)-[:ConnectsTo {weight: 3}]->(a)`,
      );
      onTestFinished(async () => {
        await driver.executeQuery('MATCH (n) WHERE n:untyped_Neuron OR n:untyped_Meta OR n:empty_Meta DETACH DELETE n');
      });
      for (const which of ['types', 'bodies']) {
        const into = `${which}.duckdb`;
        const flags = ['--dataset', 'untyped:v1', '--connections', which];
        expect(await snapshot(cwd, into, ...flags)).toEqual({ code: 0, stdout: '', stderr: '' });
        const { neuron, roi_count, connection, type_connection } = await tablesIn(join(cwd, into));
        expect(neuron?.columns).toEqual(['B VARCHAR', 'bodyId BIGINT', 'post BIGINT', 'pre BIGINT', 'type VARCHAR']);
        expect(roi_count?.rows).toHaveLength(1);
        expect((which === 'types' ? type_connection : connection)?.rows).toHaveLength(1);
      }
      const { code, stderr } = await snapshot(cwd, 'empty.duckdb', '--dataset', 'empty:v1');
      expect({ code, lines: stderr.trim().split('\n') }).toEqual({
        code: 1,
        lines: [expect.stringContaining('expected a row for each cell, found none')],
      });
      expect(existsSync(join(cwd, 'empty.duckdb'))).toBe(false);
    });

    test('says that there are no connections in a file that was made without', async () => {
      const cwd = temporaryFolder();
      expect(await snapshot(cwd, 'plain.duckdb')).toMatchObject({ code: 0 });
      const { code, stderr } = await runCli(['partners', 'T1', '--source', 'plain.duckdb', '--silent'], { cwd });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr:
          'neurodex: Expected a file with connections, this one holds none: make it with --connections, by "neurodex import" or "neurodex snapshot".\n',
      });
    });

    test.each([
      ['cells', cellPropertiesQuery('vectors_Neuron', ['pre']), 1],
      ['numbers of connections', connectionCountsQuery('vectors_Neuron'), 2],
      ['connections', bodyConnectionsQuery('vectors_Neuron'), 1],
      ['untyped', untypedConnectionsQuery('vectors_Neuron'), 2],
    ])('finds the ranges of the %s question by the index on bodyId', async (_name, query, seeks) => {
      const ranges = [[neo4j.int(1), neo4j.int(2)]];
      const { summary } = await driver.executeQuery(`EXPLAIN ${query}`, { ranges });
      const operators: string[] = [];
      const visit = (plan: typeof summary.plan): void => {
        if (!plan) return;
        operators.push(String(plan.operatorType).replace(/@.*/, ''));
        for (const child of plan.children) visit(child as typeof plan);
      };
      visit(summary.plan);
      expect(operators.filter((operator) => /Scan|Seek|CartesianProduct/.test(operator))).toEqual(
        Array(seeks).fill('NodeUniqueIndexSeekByRange'),
      );
    });
  });
}
