import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Report } from '../../src/report.ts';
import { runCli } from '../support/cli.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { type NeuprintServer, startNeuprint } from '../support/neuprint/startNeuprint.ts';
import { REQUIRE_ALL, SHARED_DATA } from '../support/require.ts';
import { START_MS } from './fill.ts';

const DATASET = 'hemibrain:v1.2.1';
const LONG_MS = 300_000;

for (const version of neo4jVersions) {
  const lacks = (await whyNoNeo4j(version)) ?? (existsSync(SHARED_DATA) ? undefined : 'the datasets of ../shared/data');
  const title = `hemibrain in Neo4j ${version}${lacks === undefined ? '' : ` (absent here: ${lacks})`}`;
  describe.skipIf(lacks !== undefined && !REQUIRE_ALL)(title, () => {
    const cwd = mkdtempSync(join(tmpdir(), 'neurodex-live-'));
    let server: RunningNeo4j;
    let expected: ReadonlyMap<string, Buffer>;

    const succeed = async (...args: string[]): Promise<void> => {
      const finished = await runCli([...args, '--silent'], { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
      expect(finished).toMatchObject({ code: 0, stderr: '' });
    };
    const filesIn = (site: string): Map<string, Buffer> =>
      new Map(
        ['data/index.json', 'types.html', 'assets/data.js'].map((name) => [name, readFileSync(join(cwd, site, name))]),
      );
    const expectSame = (site: string): void => {
      for (const [name, bytes] of filesIn(site))
        expect(`${name} ${expected.get(name)?.equals(bytes)}`).toBe(`${name} true`);
    };

    beforeAll(async () => {
      server = await startNeo4j({ version });
      const file = (name: string): string => join(SHARED_DATA, 'hemibrain-full', name);
      const files = ['--neurons', file('neurons.ndjson.gz'), '--meta', file('meta.json')];
      await succeed('import', ...files, '--into', 'hemibrain.duckdb');
      await succeed('load', '--source', 'hemibrain.duckdb', '--into', server.uri);
      await succeed('create-index', '--source', 'hemibrain.duckdb', '--cache', 'none', '--output', 'file');
      expected = filesIn('file');
    }, START_MS);
    afterAll(async () => {
      await server?.stop();
      rmSync(cwd, { recursive: true, force: true });
    });

    test.each(['client', 'server'])(
      'is answered as by its file, to the byte, in fewer than 60 round trips (%s sums)',
      async (sums) => {
        const index = ['create-index', '--dataset', DATASET, '--cache', 'none', '--report', 'report.json'];
        await succeed(...index, '--source', server.uri, '--sums', sums, '--output', sums, '--batch-weight', '500');
        expectSame(sums);
        const { roundTrips } = JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')) as Report;
        expect(roundTrips).toBeLessThan(60);
      },
      LONG_MS,
    );

    describe('behind a neuPrint', () => {
      let neuprint: NeuprintServer;
      const serve = async (): Promise<string[]> => {
        neuprint = await startNeuprint({ bolt: server.uri });
        onTestFinished(() => neuprint.close());
        return ['--source', neuprint.url, '--dataset', DATASET];
      };

      test(
        'is answered as by its file, in few requests and never more than 8 at once',
        async () => {
          const source = await serve();
          const asked = async (...flags: string[]): Promise<number> => {
            neuprint.forget();
            await succeed('create-index', ...source, ...flags);
            return neuprint.requests.length;
          };
          expect(await asked('--output', 'cold')).toBeLessThanOrEqual(40);
          expect(neuprint.mostAtOnce()).toBeLessThanOrEqual(8);
          expectSame('cold');
          expect(await asked('--output', 'cold')).toBe(1);
          expect(await asked('--output', 'quick', '--cache', 'none', '--quick')).toBe(2);
        },
        LONG_MS,
      );

      test(
        'is taken home as a file that answers the same',
        async () => {
          await succeed('snapshot', ...(await serve()), '--into', 'home.duckdb');
          expect(neuprint.mostAtOnce()).toBeLessThanOrEqual(8);
          await succeed('create-index', '--source', 'home.duckdb', '--cache', 'none', '--output', 'home');
          expectSame('home');
        },
        LONG_MS,
      );
    });
  });
}
