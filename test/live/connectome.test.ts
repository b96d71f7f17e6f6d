import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Ask, Connectome } from '../../src/connectome/connectome.ts';
import {
  catalogueQuery,
  cellsQuery,
  partnersQuery,
  quoteName,
  roiInfoQuery,
  roiSumsQuery,
  typeSizesQuery,
} from '../../src/connectome/cypher/cypher.ts';
import { connectNeo4j, type Neo4jServer } from '../../src/connectome/neo4j/neo4j.ts';
import { openConnectome } from '../../src/connectome/open.ts';
import type { QueryFailure } from '../../src/errors.ts';
import { connectomeContract } from '../contract/connectome.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { startProxy } from '../support/proxy.ts';
import { REQUIRE_ALL } from '../support/require.ts';
import { BIG, fill, START_MS } from './fill.ts';

const bigLabel = quoteName(`${BIG}_Neuron`);

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const title = `a connectome in Neo4j ${version}${reason === undefined ? '' : ` (absent here: ${reason})`}`;
  describe.skipIf(reason !== undefined && !REQUIRE_ALL)(title, () => {
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-live-'));
    let server: RunningNeo4j;
    let driver: Driver;

    beforeAll(async () => {
      server = await startNeo4j({ version });
      driver = neo4j.driver(server.uri, undefined, { disableLosslessIntegers: true });
      await fill(server.uri, join(folder, 'vectors.duckdb'), driver);
    }, START_MS);
    afterAll(async () => {
      await driver?.close();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const cypher = async (text: string): Promise<unknown[][]> =>
      (await driver.executeQuery(text)).records.map((record) => [...record.values()]);
    const opened = async (dataset?: string, uri = server.uri): Promise<Connectome> => {
      const connectome = await openConnectome(uri, { dataset });
      onTestFinished(() => connectome.close());
      return connectome;
    };
    const connected = async (options: { maxInFlight?: number; openAtOnce?: number } = {}): Promise<Neo4jServer> => {
      const neo4jServer = await connectNeo4j({ uri: server.uri, ...options });
      onTestFinished(() => neo4jServer.close());
      return neo4jServer;
    };

    connectomeContract(`Neo4j ${version}`, () => openConnectome(server.uri, { dataset: 'vectors:v1' }));

    test('adds up ROI counts itself as it would have them added up', async () => {
      const connectome = await opened('vectors');
      const { primaryRois } = (await connectome.describe()).value;
      const types = (await connectome.catalogue([])).value.flatMap(({ type }) => type ?? []);
      const [here, there] = await Promise.all(
        (['client', 'server'] as const).map((sums) => connectome.roiCounts(types, primaryRois ?? [], { sums })),
      );
      const sorted = (rows: object[] = []): string[] => rows.map((row) => JSON.stringify(row)).sort();
      expect(sorted(there?.value)).toEqual(sorted(here?.value));
      expect(there?.cells).toEqual(here?.cells);
      expect(here?.value.length).toBeGreaterThan(30);
      expect(there?.rows).toBe((there?.value.length ?? 0) + (there?.cells.size ?? 0));
    });

    const all = { from: null, below: null };
    test.each([
      ['type sizes', typeSizesQuery, ['NodeIndexScan']],
      ['roiInfo', (label: string) => roiInfoQuery(label, 'digest'), ['NodeIndexSeek']],
      ['ROI sums', roiSumsQuery, ['NodeIndexSeek']],
      ['cells', cellsQuery, ['NodeIndexSeek']],
      ['partners', partnersQuery, ['NodeIndexSeek', 'NodeIndexSeek', 'NodeIndexSeek']],
      ['catalogue', (label: string) => catalogueQuery(label, [], { ...all, from: 'a' }), ['NodeIndexSeekByRange']],
      [
        'catalogue between',
        (label: string) => catalogueQuery(label, [], { from: 'a', below: 'b' }),
        ['NodeIndexSeekByRange'],
      ],
    ])('finds the types of the %s question by index', async (_name, query, accesses) => {
      const parameters = { types: ['T1'], rois: [], from: 'a', below: 'b' };
      const { summary } = await driver.executeQuery(`EXPLAIN ${query('vectors_Neuron')}`, parameters);
      const operators: string[] = [];
      const visit = (plan: typeof summary.plan): void => {
        if (!plan) return;
        operators.push(String(plan.operatorType).replace(/@.*/, ''));
        for (const child of plan.children) visit(child as typeof plan);
      };
      visit(summary.plan);
      expect(operators.filter((operator) => /Scan|Seek|CartesianProduct/.test(operator))).toEqual(accesses);
    });

    describe('asked before it was described', () => {
      test.each(['vectors', 'vectors:v1'])('has its first questions in flight together: %s', async (dataset) => {
        const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port }, rttMs: 400 });
        onTestFinished(() => proxy.close());
        const connectome = await opened(dataset, `bolt://127.0.0.1:${proxy.port}`);
        await setTimeout(1500);
        const startedMs = performance.now();
        const [description, sums, sizes, rows] = await Promise.all([
          connectome.describe(),
          connectome.canSum(),
          connectome.typeSizes(),
          connectome.catalogue(['class']),
        ]);
        expect(performance.now() - startedMs).toBeLessThan(750);
        expect([description, sums, sizes, rows].map(({ roundTrips }) => roundTrips)).toEqual([1, 1, 1, 1]);
        expect(sizes.value.length).toBeGreaterThan(20);
        expect(rows.value.length).toBeGreaterThan(20);
      });

      test('asks again where its label is not the one that its name would give', async () => {
        await cypher(`CREATE (:Meta:\`old-Meta\` {dataset: 'renamed', tag: 'v1'}),
          (:\`old-Neuron\` {bodyId: 1, type: 'Z', pre: 1, post: 2})`);
        const connectome = await opened('renamed');
        const [, sizes, rows] = await Promise.all([
          connectome.describe(),
          connectome.typeSizes(),
          connectome.catalogue([]),
        ]);
        const later = await connectome.typeSizes();
        await cypher('MATCH (n) WHERE n:`old-Meta` OR n:`old-Neuron` DELETE n');
        expect(sizes).toMatchObject({ value: [{ type: 'Z', cells: 1 }], roundTrips: 2 });
        expect(rows).toMatchObject({ value: [{ type: 'Z', cells: 1, pre: 1, post: 2, values: [] }], roundTrips: 2 });
        expect(later.roundTrips).toBe(1);
      });
    });

    describe('rows as they arrive', () => {
      const list =
        version === '4.4'
          ? 'CALL dbms.listQueries() YIELD query RETURN query'
          : 'SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery';
      /** 400 million rows. Of cells: while it makes numbers of nothing, 4.4 does not look whether it must end. */
      const pairs = `/* ours */ MATCH (a:${bigLabel}), (b:${bigLabel}) RETURN a.bodyId, b.bodyId`;
      const running = async (): Promise<number> =>
        (await cypher(list)).filter(([query]) => String(query).includes('/* ours */')).length;

      test('what is thrown at one ends the query, here and on the server, and nothing else', async () => {
        const neo4jServer = await connected();
        const refusal = new TypeError('not this one');
        let seen = 0;
        const endless = neo4jServer.readEach(pairs, {}, () => {
          seen++;
          if (seen === 1000) throw refusal;
        });
        await expect(endless).rejects.toBe(refusal);
        for (let i = 0; i < 50 && (await running()) > 0; i++) await setTimeout(100);
        expect(await running()).toBe(0);
        expect(seen).toBe(1000);
        expect((await neo4jServer.read('RETURN 1', {})).rows).toEqual([[1n]]);
      });

      test('come no more once the signal has aborted', async () => {
        const neo4jServer = await connected();
        const stop = new AbortController();
        const reason = new Error('stop');
        let seen = 0;
        const onRow = (): void => {
          seen++;
          if (seen === 1000) stop.abort(reason);
        };
        await expect(neo4jServer.readEach(pairs, {}, onRow, { signal: stop.signal })).rejects.toBe(reason);
        const seenThen = seen;
        for (let i = 0; i < 50 && (await running()) > 0; i++) await setTimeout(100);
        expect({ running: await running(), seen }).toEqual({ running: 0, seen: seenThen });
      });

      test('a roiInfo that is none ends its query with what is wrong', async () => {
        await cypher(`MATCH (n:${bigLabel} {bodyId: 7}) SET n.kept = n.roiInfo, n.roiInfo = '{oops'`);
        const asked = (await opened(BIG)).roiCounts(['T7'], ['ROI1(R)']);
        await expect(asked).rejects.toThrow('A cell of type "T7": expected roiInfo to be a JSON object, got "{oops".');
        await cypher(`MATCH (n:${bigLabel} {bodyId: 7}) SET n.roiInfo = n.kept`);
      });
    });

    const failing: [Ask, string, QueryFailure][] = [
      [{ timeoutMs: 300 }, 'UNWIND range(1, 20000) AS i MATCH (n) RETURN sum(n.bodyId + i)', 'timeout'],
      [{}, 'RETURN 1 +', 'question'],
      [{}, 'RETURN apoc.no.such(1)', 'unknownFunction'],
      [{}, 'UNWIND [0] AS a RETURN 1 / a', 'data'],
      [{}, "UNWIND ['{oops'] AS a RETURN apoc.convert.fromJsonMap(a)", 'data'],
    ];
    // 4.4 has no limit of its own and would go on until its heap is full.
    if (version === '5.26') failing.push([{}, 'UNWIND range(1, 100000000) AS i RETURN collect(i + 0.5)', 'memory']);
    test.each(failing)('fails under %o at %s as a failure of %s', async (ask, text, failure) => {
      await expect((await connected()).read(text, {}, ask)).rejects.toMatchObject({ failure });
    });

    test('opens no more connections at once than it is told', async () => {
      const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port } });
      onTestFinished(() => proxy.close());
      const uri = `bolt://127.0.0.1:${proxy.port}`;
      const connect = async (options: object): Promise<number> => {
        const before = proxy.counters.connections;
        const neo4jServer = await connectNeo4j({ uri, ...options });
        await setTimeout(500);
        await neo4jServer.close();
        return proxy.counters.connections - before;
      };
      expect(await connect({ maxInFlight: 64 })).toBe(18);
      expect(await connect({ maxInFlight: 64, openAtOnce: 3 })).toBe(3);
      expect(await connect({ maxInFlight: 2 })).toBe(2);
    });
  });
}
