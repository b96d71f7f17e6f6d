import { request } from 'node:http';
import neo4j from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { START_MS } from '../../live/fill.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../neo4j/startNeo4j.ts';
import { REQUIRE_ALL } from '../require.ts';
import { type NeuprintServer, type NeuprintServerOptions, startNeuprint } from './startNeuprint.ts';

const version = '5.26';
const reason = await whyNoNeo4j(version);
const title = `a neuPrint server for tests${reason === undefined ? '' : ` (absent here: ${reason})`}`;

/** Of Neo4j: long enough for what the other tests ask on a busy machine. */
const LIMIT_MS = 5_000;

describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
  let database: RunningNeo4j;

  beforeAll(async () => {
    database = await startNeo4j({ version, transactionTimeoutMs: LIMIT_MS });
    const driver = neo4j.driver(database.uri);
    await driver.executeQuery(
      `CREATE (a:Neuron:ds_Neuron {bodyId: 720575940628857210, size: 2.0, type: "KCa'b'", at: point({x: 1, y: 2.5, z: 3})})
       CREATE (:Neuron:other_Neuron), (a)-[:ConnectsTo {weight: 3}]->(a)
       CREATE (:Meta:ds_Meta {dataset: 'ds', tag: 'v1', uuid: 'u', lastDatabaseEdit: 'e', roiInfo: '{"A":{}}', superLevelRois: ['A']})
       CREATE (:Meta:other_Meta {dataset: 'other', hideDataSet: true})`,
    );
    await driver.close();
  }, START_MS);
  afterAll(() => database?.stop());

  const served = async (options: Partial<NeuprintServerOptions> = {}): Promise<NeuprintServer> => {
    const server = await startNeuprint({ bolt: database.uri, ...options });
    onTestFinished(() => server.close());
    return server;
  };
  interface Asked {
    cypher?: string;
    dataset?: string;
    version?: string;
    headers?: Record<string, string>;
  }
  const ask = (server: NeuprintServer, { headers, ...query }: Asked): Promise<Response> =>
    fetch(`${server.url}/api/custom/custom`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ dataset: 'ds:v1', cypher: 'RETURN 1', ...query }),
    });
  const textOf = async (answer: Promise<Response>): Promise<[number, string]> => {
    const response = await answer;
    return [response.status, await response.text()];
  };

  test('writes every digit of an integer, whole floats as integers, null, and what Go escapes in JSON', async () => {
    const cypher = `MATCH (n :Neuron) RETURN n.bodyId AS id, n.size, 1.5, -0.0, 1e20, 9223372036854775807, n.nothing, [1.0, null],
      true, '<b>&\\u2028"' AS x`;
    const [status, text] = await textOf(ask(await served(), { cypher }));
    expect(status).toBe(200);
    expect(text).toContain(
      '"data":[[720575940628857210,2,1.5,0,100000000000000000000,9223372036854775807,null,[1,null],true,',
    );
    expect(text).toContain('true,"\\u003cb\\u003e\\u0026\\u2028\\""]],"debug":"MATCH (n :`ds_Neuron`) RETURN');
    expect(text.endsWith('"}\n')).toBe(true);
  });

  test('writes nodes as maps, relationships with their ends, points in the form of a map', async () => {
    const cypher = 'MATCH (n:Neuron)-[c]->(n) RETURN n, c, {b: 1, a: date("2020-01-02")}';
    const [[node, relationship, map] = []] = (
      (await (await ask(await served(), { cypher })).json()) as { data: unknown[][] }
    ).data;
    expect(node).toMatchObject({
      type: "KCa'b'",
      size: 2,
      at: { type: 'Point', coordinates: [1, 2.5, 3], crs: { srid: 9157 } },
    });
    expect(relationship).toMatchObject({ type: 'ConnectsTo', weight: 3, startNodeId: expect.any(Number) });
    expect(map).toEqual({ a: '2020-01-02', b: 1 });
  });

  test.each<[string, Asked, number, RegExp]>([
    [
      'a query that is none',
      { cypher: 'RETURN 1 +' },
      400,
      /"failed to execute query: Neo4jError: Neo\.ClientError\.Statement\.SyntaxError \(Invalid/,
    ],
    ['another model', { version: '0.4' }, 400, /"neo4j data model version incompatible"/],
    [
      'a body that is not said to be JSON',
      { headers: { 'content-type': 'text/plain' } },
      400,
      /"request object not formatted correctly"/,
    ],
    ['a number that JSON has not', { cypher: 'RETURN 0.0 / 0.0' }, 500, /"Internal Server Error"/],
    ['a dataset that is not there', { dataset: 'ds' }, 404, /"dataset \\"ds\\" not available in stores"/],
    [
      'a dataset in another case',
      { dataset: 'DS:V1', cypher: 'MATCH (n:Neuron) RETURN n' },
      200,
      /"data":\[\],"debug":"MATCH \(n:`DS_Neuron`\)/,
    ],
    ['a version that fits', { version: '0.5' }, 200, /"data":\[\[1\]\]/],
  ])('answers %s', async (_what, asked, status, text) => {
    expect(await textOf(ask(await served(), asked))).toEqual([status, expect.stringMatching(text)]);
  });

  test('takes a query by GET too, and says what it is and what it has', async () => {
    const server = await served();
    const byGet = await new Promise<string>((done) => {
      const body = '{"cypher": "MATCH (n:Neuron) RETURN count(*)"}';
      const headers = { 'content-type': 'application/json', 'content-length': body.length };
      const asked = request(`${server.url}/api/custom/custom`, { method: 'GET', headers }, async (response) => {
        done(Buffer.concat(await response.toArray()).toString());
      });
      asked.end(body);
    });
    // No dataset, no rewriting.
    expect(byGet).toContain('"data":[[2]]');
    const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();
    expect(await get('/api/version')).toEqual({ Version: '1.9.2' });
    expect(await get('/api/serverinfo')).toEqual({ IsPublic: true, Version: '1.9.2' });
    expect(Object.keys((await get('/api/dbmeta/datasets?hidden=true')) as object)).toEqual(['ds:v1', 'other']);
    expect(await get('/api/dbmeta/datasets')).toEqual({
      'ds:v1': {
        'last-mod': 'e',
        uuid: 'u',
        ROIs: ['A'],
        superLevelROIs: ['A'],
        info: 'N/A',
        hidden: false,
        logo: '',
        description: '',
      },
    });
    expect((await fetch(`${(await served({ listFails: true })).url}/api/dbmeta/datasets`)).status).toBe(500);
  });

  test.each<[string | undefined, number, string]>([
    [undefined, 200, '"data"'],
    ['Bearer good', 200, '"data"'],
    ['Bearer bad', 401, 'invalid or expired token'],
    ['', 401, 'authentication required'],
    ['good', 401, 'authentication required'],
  ])('with the header Authorization: %s, a public dataset is answered with %i', async (authorization, status, text) => {
    const server = await served({ access: { tokens: ['good'], publicDatasets: ['ds'] } });
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    expect(await textOf(ask(server, { headers }))).toEqual([status, expect.stringContaining(text)]);
    expect(JSON.stringify(server.requests)).not.toContain('good');
  });

  test('refuses what a token may not read, what has terms of service, and all where nobody knows tokens', async () => {
    const headers = { authorization: 'Bearer good' };
    const answerOf = async (access: object): Promise<[number, string]> =>
      await textOf(ask(await served({ access: { tokens: ['good'], ...access } }), { headers }));
    expect(await answerOf({ closedDatasets: ['ds'] })).toEqual([
      403,
      '{"message":"You do not have access to ds dataset"}\n',
    ]);
    expect(await answerOf({ termsOf: ['ds'] })).toEqual([403, expect.stringContaining('"tos_required":true')]);
    expect(await answerOf({ isDown: true })).toEqual([502, '{"message":"auth service unavailable"}\n']);
    expect((await ask(await served({ access: { tokens: [] } }), {})).status).toBe(401);
  });

  test.each([
    ['the older engine ends a query itself', { engine: 'neo4j' }, /"Timeout experienced\. {2}This could be due to/],
    [
      'the newer leaves that to Neo4j',
      { engine: 'bolt' },
      // 5.26 says so (…ClientConfiguration) of its own limit, too.
      /"failed to execute query: Neo4jError: Neo\.ClientError\.Transaction\.TransactionTimedOut\w* \(/,
    ],
  ] as const)('at a time limit %s', async (_which, engine, text) => {
    const cypher = 'UNWIND range(1, 100000) AS i UNWIND range(1, 100000) AS j RETURN sum(i % 7 + j)';
    const server = await served({ ...engine, timeoutMs: 50 });
    expect(await textOf(ask(server, { cypher }))).toEqual([400, expect.stringMatching(text)]);
  });

  test('spoils the answers that a test chooses, and counts all', async () => {
    const acts = [
      { status: 503, body: 'busy', headers: { 'retry-after': '1' } },
      { cutAfterBytes: 9 },
      { reset: true },
    ] as const;
    const server = await served({ gzip: true, onRequest: ({ cypher }) => acts[Number(cypher?.slice(-1))] });
    const told = await ask(server, { cypher: 'RETURN 0' });
    expect([told.status, told.headers.get('retry-after'), await told.text()]).toEqual([503, '1', 'busy']);
    const cut = await ask(server, { cypher: 'RETURN 1' });
    await expect(cut.text()).rejects.toThrow('terminated');
    await expect(ask(server, { cypher: 'RETURN 2' })).rejects.toThrow('fetch failed');
    const packed = await Promise.all([7, 8, 9].map((n) => ask(server, { cypher: `RETURN ${n}` })));
    expect(packed.map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', 'gzip', 'gzip']);
    expect(await packed[2]?.json()).toMatchObject({ data: [[9]] });
    expect(server.requests.map(({ cypher, dataset }) => [cypher?.slice(-1), dataset]).sort()).toEqual(
      ['0', '1', '2', '7', '8', '9'].map((n) => [n, 'ds:v1']),
    );
    expect(server.requests[1]?.bytesSent).toBe(9);
    expect(server.mostAtOnce()).toBeGreaterThan(0);
  });
});
