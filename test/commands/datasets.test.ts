/** What `neurodex datasets` tells of a server, a database and a file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ListedDataset } from '../../src/commands/datasets.ts';
import { createDatabase } from '../../src/connectome/file/database.ts';
import { START_MS } from '../live/fill.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { type NeuprintServer, type NeuprintServerOptions, startNeuprint } from '../support/neuprint/startNeuprint.ts';
import { REQUIRE_ALL } from '../support/require.ts';

const datasets = (source: string, ...flags: string[]): Promise<Finished> =>
  runCli(['datasets', '--source', source, ...flags], { cwd: temporaryFolder() });

async function listed(source: string, ...flags: string[]): Promise<ListedDataset[]> {
  const { code, stdout } = await datasets(source, '--json', ...flags);
  expect(code).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '').datasets;
}

const HOSTILE = { dataset: 'a\u001b[31m', tag: 'v\n1', uuid: 'u', lastDatabaseEdit: 'x\u202ey', info: 'i\u0007' };
const META: Record<string, unknown>[] = [
  { dataset: 'manc', tag: 'v1.2.1', uuid: 'u2', lastDatabaseEdit: '2024-01-02 03:04:05', hideDataSet: true },
  { dataset: 'hemibrain', tag: 'v1.2.1', uuid: 'u1', lastDatabaseEdit: '2020-09-18 22:00:01', info: 'https://a.org' },
  { dataset: 'hemibrain', tag: 'v1.0', uuid: 'u0', lastDatabaseEdit: '2020-01-02 03:04:05' },
  { dataset: 'fish2', uuid: 'u3', lastDatabaseEdit: 'tomorrow' },
  HOSTILE,
];

const reason = await whyNoNeo4j('5.26');
const title = `a server${reason === undefined ? '' : ` (absent here: ${reason})`}`;
describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
  let database: RunningNeo4j;

  beforeAll(async () => {
    database = await startNeo4j({ version: '5.26' });
    const driver = neo4j.driver(database.uri);
    for (const properties of META)
      await driver.executeQuery('CREATE (m:Meta) SET m = $all', {
        all: { roiInfo: '{}', superLevelRois: [], ...properties },
      });
    await driver.close();
  }, START_MS);
  afterAll(() => database?.stop());

  const served = async (options: Partial<NeuprintServerOptions> = {}): Promise<NeuprintServer> => {
    const server = await startNeuprint({ bolt: database.uri, ...options });
    onTestFinished(() => server.close());
    return server;
  };

  test('lists a database by name and version, with the preset of each and what is hidden', async () => {
    const { code, stdout, stderr } = await datasets(database.uri);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'dataset        version     last edit   preset     info',
      'a\\u{001b}[31m  v\\u{000a}1  x\\u{202e}y  default    i\\u{0007}',
      'fish2                      tomorrow    default',
      'hemibrain      v1.0        2020-01-02  hemibrain',
      'hemibrain      v1.2.1      2020-09-18  hemibrain  https://a.org',
      'manc           v1.2.1      2024-01-02  manc       (hidden)',
    ]);
  });

  test('lists a neuPrint as its database, but for what that hides, and asks it one question', async () => {
    const server = await served();
    const inDatabase = (await listed(database.uri)).filter(({ isHidden }) => !isHidden);
    expect(await listed(server.url)).toEqual(inDatabase);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/dbmeta/datasets']);
    expect((await datasets(server.url)).stdout).toContain(
      '\nhemibrain      v1.2.1      2020-09-18  hemibrain  https://a.org\n',
    );
  });

  test('keeps every text as it is for programs', async () => {
    const server = await served();
    for (const source of [database.uri, server.url]) {
      expect((await listed(source))[0]).toEqual({
        name: HOSTILE.dataset,
        tag: HOSTILE.tag,
        uuid: 'u',
        lastDatabaseEdit: HOSTILE.lastDatabaseEdit,
        info: HOSTILE.info,
        isHidden: false,
        preset: 'default',
      });
      expect((await datasets(source, '--json')).stdout).toMatch(/^[^\p{Cc}\p{Cf}]+\n$/u);
    }
  });

  test('that has a database down gives no list, which is told in one line with what still works', async () => {
    const { url } = await served({ listFails: true });
    const { code, stdout, stderr } = await datasets(url);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^neurodex: 127\.0\.0\.1:\d+: the server failed \(HTTP 500: Internal Server Error\)\. A server gives no list at all where one of its databases is down; a dataset whose name you know may answer all the same: create-index --dataset NAME:TAG\.\n$/,
    );
  });

  test('is asked with the token that is given, and with none without one', async () => {
    const server = await served({ access: { tokens: ['s3cret'] } });
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'token'), '{"token": "s3cret"}\n');
    await listed(server.url, '--token-file', join(cwd, 'token'));
    await listed(server.url);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['bearer', 'none']);
    writeFileSync(join(cwd, 'token'), 'wr0ng');
    const { code, stdout, stderr } = await datasets(server.url, '--token-file', join(cwd, 'token'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('refused the token');
    expect(stderr).not.toContain('wr0ng');
  });

  test('that lists nothing says so', async () => {
    const { url } = await served({ onRequest: () => ({ body: '{}' }) });
    expect(await datasets(url)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no dataset: /) });
    expect(await listed(url)).toEqual([]);
  });

  test.each(['[]', '"x"', '{"a:v1": null}', '{"a:v1": {"uuid": 5, "info": {}}}', '<p>', '{"a'])(
    'that answers %j does no harm',
    async (body) => {
      const { url } = await served({ onRequest: () => ({ body }) });
      const { code, stderr } = await datasets(url);
      expect([0, 2]).toContain(code);
      expect(stderr).not.toMatch(/defect|\n./);
    },
  );
});

describe('a file', () => {
  test('has its one dataset', async () => {
    const cwd = temporaryFolder();
    await runCli(['sample', '--types', '20', '--cells', '100', '--into', 'x.duckdb'], { cwd });
    const [dataset, ...others] = await listed(join(cwd, 'x.duckdb'));
    expect(others).toEqual([]);
    expect(dataset).toMatchObject({ name: 'sample', tag: 'seed1', preset: 'default', isHidden: false });
    expect(await listed('sample?types=20&cells=100')).toEqual([dataset]);
  });

  test.each<[string, string[], RegExp]>([
    ['without a table meta', [], /x\.duckdb: expected a table meta with a column dataset/],
    ['whose meta has another column', ['CREATE TABLE meta AS SELECT 1 AS a'], /a table meta with a column dataset/],
    [
      'whose meta has no row',
      ["CREATE TABLE meta AS SELECT '' AS dataset WHERE false"],
      /the name of a dataset, found none/,
    ],
    ['whose dataset is a number', ['CREATE TABLE meta AS SELECT 5 AS dataset'], /the name of a dataset, found none/],
  ])('%s is refused in one line', async (_title, statements, message) => {
    const file = join(temporaryFolder(), 'x.duckdb');
    const database = await createDatabase(file);
    for (const sql of statements) await database.query(sql);
    database.close();
    const { code, stdout, stderr } = await datasets(file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('a token that is none is no matter to a source that takes none', async () => {
  const flags = ['--source', 'sample?types=20&cells=100', '--token-file', 'nowhere'];
  const env = { NEUPRINT_APPLICATION_CREDENTIALS: 'path/to my credentials' };
  for (const command of [['datasets'], ['create-index', '--cache', 'none']])
    expect(await runCli([...command, ...flags], { cwd: temporaryFolder(), env })).toMatchObject({ code: 0 });
});

test('what is kept of a neuPrint is not looked for without the name of a dataset', async () => {
  const flags = ['--source', 'https://neuprint.janelia.org', '--offline'];
  expect(await runCli(['create-index', ...flags], { cwd: temporaryFolder() })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--dataset: expected name:tag of a dataset; got none.'),
  });
});

test.each<[string, string[], RegExp]>([
  ['no source', [], /--source: expected FILE\.duckdb, https:\/\/HOST.*got nothing/],
  ['a file that is not there', ['--source', 'x.duckdb'], /x\.duckdb: no such file/],
  ['a source of no kind', ['--source', 'mongodb://me:secret@x'], /--source: expected .* got "mongodb:\/\/\*\*\*@x"/],
])('%s is refused', async (_title, flags, message) => {
  const { code, stderr } = await runCli(['datasets', ...flags], { cwd: temporaryFolder() });
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) });
});
