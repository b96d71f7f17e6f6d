/** A real Neo4j with a synthetic connectome, and runs against it through a relay that spoils chosen answers. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { buildCatalog } from '../../src/build.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import type { Catalog, TypeEntry } from '../../src/catalog/catalog.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import { type ConfigSources, loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/connectome/file/database.ts';
import { loadNeo4j } from '../../src/connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../../src/connectome/neo4j/neo4j.ts';
import { type OpenOptions, openConnectome } from '../../src/connectome/open.ts';
import { createRun, type Report } from '../../src/report.ts';
import { type BoltRelayOptions, type RunningBoltRelay, startBoltRelay } from '../support/boltRelay.ts';
import { type Finished, runCli } from '../support/cli.ts';
import { type RestartableNeo4j, startRestartableNeo4j } from '../support/neo4j/restart.ts';
import { whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import type { Neo4jVersion } from '../support/neo4j/versions.ts';
import { REQUIRE_ALL } from '../support/require.ts';

/** The first start on a machine downloads 120 MB. */
const START_MS = 600_000;
const SAMPLE = { types: '1200', cells: '12000', seed: '7' };

/** Its minute is three seconds. */
export const fastClock: Clock = {
  now: () => 20 * performance.now(),
  random: Math.random,
  wait: (ms, signal) => setTimeout(ms / 20, undefined, { signal }),
};

export type Flags = ConfigSources['flags'];

export interface Built {
  /** What the run gave, or what ended it. */
  catalog: Catalog | null;
  error: Error | null;
  report: Report;
}

export interface Faulted {
  readonly server: RestartableNeo4j;
  /** What a run without faults gives; read from the file that filled the server. */
  readonly whole: Catalog;
  /** The same as `data/index.json`. */
  readonly wholeIndex: string;
  /** Writes to the server. */
  cypher(text: string): Promise<unknown>;
  /** Goes with the test. */
  relay(onRun: BoltRelayOptions['onRun'], target?: { host: string; port: number }): Promise<RunningBoltRelay>;
  build(at: { port: number }, flags?: Flags, clock?: Clock, cache?: Cache): Promise<Built>;
  /** `create-index`, without a cache. */
  createIndex(cwd: string, at: { port: number }, ...flags: string[]): Promise<Finished>;
}

/** One server for the tests of a file, which are skipped by name where there is none. */
export async function describeFaults(
  version: Neo4jVersion,
  title: string,
  tests: (faulted: Faulted) => void,
): Promise<void> {
  const reason = await whyNoNeo4j(version);
  const isSkipped = reason !== undefined && !REQUIRE_ALL;
  describe.skipIf(isSkipped)(`${title}${isSkipped ? ` (absent here: ${reason})` : ''}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'neurodex-fault-'));
    const given = {} as { server: RestartableNeo4j; whole: Catalog; wholeIndex: string };
    beforeAll(async () => {
      const file = join(folder, 'sample.duckdb');
      const size = Object.entries(SAMPLE).flatMap(([key, value]) => [`--${key}`, value]);
      expect(await runCli(['sample', ...size, '--into', file])).toMatchObject({ code: 0 });
      given.server = await startRestartableNeo4j({ version });
      const [database, server] = [await openDatabase(file), await connectNeo4j({ uri: given.server.uri })];
      await loadNeo4j(database, server);
      database.close();
      await server.close();
      const { catalog } = await buildFrom(file);
      given.whole = catalog as Catalog;
      expect(await createIndexFrom(folder, file)).toMatchObject({ code: 0 });
      given.wholeIndex = readFileSync(join(folder, 'site/data/index.json'), 'utf8');
    }, START_MS);
    afterAll(async () => {
      await given.server?.close();
      rmSync(folder, { recursive: true, force: true });
    });
    tests({
      get server() {
        return given.server;
      },
      get whole() {
        return given.whole;
      },
      get wholeIndex() {
        return given.wholeIndex;
      },
      async cypher(text) {
        const server = await connectNeo4j({ uri: given.server.uri });
        await server.write(text, {});
        await server.close();
      },
      async relay(onRun, target = { host: '127.0.0.1', port: given.server.port }) {
        const relay = await startBoltRelay({ target, onRun });
        onTestFinished(() => relay.close());
        return relay;
      },
      build: ({ port }, flags, clock, cache) => buildFrom(uriOf(port), flags, clock, cache),
      createIndex: (cwd, { port }, ...flags) => createIndexFrom(cwd, uriOf(port), ...flags),
    });
  });
}

function uriOf(port: number): string {
  return `bolt://127.0.0.1:${port}`;
}

export function createIndexFrom(cwd: string, source: string, ...flags: string[]): Promise<Finished> {
  const always = ['--cache', 'none', '--report', 'report.json'];
  return runCli(['create-index', '--source', source, ...always, ...flags], { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
}

export async function buildFrom(
  source: string,
  flags: Flags = {},
  clock: Clock = systemClock,
  cache: Cache = createCache(null),
  options: OpenOptions = {},
): Promise<Built> {
  const given = { flags: { source, ...flags }, assignments: undefined, env: {}, file: undefined, folder: tmpdir() };
  const { settings } = loadConfig(given);
  const run = createRun('create-index', clock.now);
  const connectome = await openConnectome(source, { ...settings, ...options });
  try {
    const catalog = await buildCatalog({ connectome, cache, settings, run, clock });
    return { catalog, error: null, report: run.report };
  } catch (error) {
    return { catalog: null, error: error as Error, report: run.report };
  } finally {
    await connectome.close();
  }
}

/** The run gave what one without faults gives: no type lost, none twice, every number the same. */
export function expectWhole({ catalog, error, report }: Built, whole: Catalog): void {
  expect(error).toBeNull();
  expectSame(catalog as Catalog, whole);
  expect(report.failedTypes).toEqual([]);
}

/** As `toEqual`, but what differs is told by name: 1,200 entries side by side tell nobody anything. */
export function expectSame(catalog: Catalog, whole: Catalog, but: readonly string[] = []): void {
  const { types, ...rest } = catalog;
  const { types: wholeTypes, ...wholeRest } = whole;
  expect(rest).toEqual(wholeRest);
  expect(types.map(({ name }) => name)).toEqual(wholeTypes.map(({ name }) => name));
  const differing = types.filter((type, i) => JSON.stringify(type) !== JSON.stringify(wholeTypes[i] as TypeEntry));
  expect(differing.map(({ name }) => name)).toEqual(but);
}

/** Its ROIs are not known and it says why; all else of it is as it was. */
export function marked(type: TypeEntry, failed: string): TypeEntry {
  return { ...type, primary: null, rois: null, regions: null, region: null, failed };
}

export function reportIn(cwd: string): Report {
  return JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')) as Report;
}

export function indexIn(cwd: string, output = 'site'): string {
  return readFileSync(join(cwd, output, 'data/index.json'), 'utf8');
}
