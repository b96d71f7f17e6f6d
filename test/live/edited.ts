/** A real Neo4j with a small synthetic connectome that is edited between runs, and runs on a cache that tell what they asked. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j, { type Driver } from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { systemClock as clock } from '../../src/clock.ts';
import type { Context } from '../../src/commands/context.ts';
import { createIndex } from '../../src/commands/createIndex.ts';
import { type ConfigSources, loadConfig } from '../../src/config.ts';
import { createDatabase } from '../../src/connectome/file/database.ts';
import { loadNeo4j } from '../../src/connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../../src/connectome/neo4j/neo4j.ts';
import { fillSample } from '../../src/connectome/sample/sample.ts';
import type { Report } from '../../src/report.ts';
import { isRoiQuery, type OnRun, typesOf } from '../fault/script.ts';
import { type RecordedQuery, type RunningBoltRelay, startBoltRelay } from '../support/boltRelay.ts';
import { type RunningNeo4j, type StartNeo4jOptions, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { REQUIRE_ALL } from '../support/require.ts';
import { START_MS } from './fill.ts';

const SAMPLE = { types: 240, cells: 2400, seed: 11 };

export type Flags = ConfigSources['flags'];

/** roiInfo as JSON text, as it is stored. */
export interface Cell {
  bodyId: bigint;
  pre: bigint | null;
  post: bigint | null;
  roiInfo: string | null;
}

export interface Ran {
  report: Report;
  /** The text of `data/index.json`. */
  index: string;
  /** Every query of the run. */
  queries: readonly RecordedQuery[];
  /** Of which ROI counts, or partners, were asked; each as often as it was. */
  types: string[];
}

export interface Edited {
  readonly uri: string;
  readonly relay: RunningBoltRelay;
  readonly server: RunningNeo4j;
  /** What befalls queries from now on. */
  script(onRun: OnRun | undefined): void;
  cypher(text: string, parameters?: object): Promise<unknown[][]>;
  /** By code point. */
  typeNames(): Promise<string[]>;
  /** By bodyId. */
  cellsOf(type: string): Promise<Cell[]>;
  setCell(bodyId: bigint, properties: object): Promise<void>;
  /** Other counts for one cell of each type, such as a reader of the index sees. */
  alter(types: readonly string[]): Promise<void>;
  setMeta(properties: object): Promise<void>;
  /** Gives the dataset a lastDatabaseEdit that it never had. */
  renew(): Promise<void>;
  /** `create-index` in a folder, whose cache and site are kept between runs. */
  run(folder: string, flags?: Flags): Promise<Ran>;
  /** What a run without a cache makes of the data as they are now. */
  coldIndex(flags?: Flags): Promise<string>;
  context(): Context;
}

/** One server for the tests, which are skipped by name where there is none. */
export async function describeEdited(
  title: string,
  options: StartNeo4jOptions,
  tests: (edited: Edited) => void,
): Promise<void> {
  const reason = await whyNoNeo4j(options.version);
  const isSkipped = reason !== undefined && !REQUIRE_ALL;
  describe.skipIf(isSkipped)(`${title}${isSkipped ? ` (absent here: ${reason})` : ''}`, () => {
    const given = {} as { server: RunningNeo4j; relay: RunningBoltRelay; driver: Driver; uri: string };
    let onRun: OnRun | undefined;
    let edits = 0;

    beforeAll(async () => {
      given.server = await startNeo4j(options);
      await fill(given.server.uri);
      given.driver = neo4j.driver(given.server.uri, undefined, { useBigInt: true });
      const target = { host: '127.0.0.1', port: given.server.port };
      given.relay = await startBoltRelay({ target, onRun: (query) => onRun?.(query) });
      given.uri = `bolt://127.0.0.1:${given.relay.port}`;
    }, START_MS);
    afterAll(async () => {
      await given.driver?.close();
      await given.relay?.close();
      await given.server?.stop();
    });

    const cypher = async (text: string, parameters = {}): Promise<unknown[][]> =>
      (await given.driver.executeQuery(text, parameters)).records.map((record) => [...record.values()]);
    const setCell = async (bodyId: bigint, properties: object): Promise<void> => {
      await cypher('MATCH (n:sample_Neuron {bodyId: $bodyId}) SET n += $properties', { bodyId, properties });
    };
    const cellsOf = async (type: string): Promise<Cell[]> => {
      const rows = await cypher(
        'MATCH (n:sample_Neuron {type: $type}) RETURN n.bodyId, n.pre, n.post, n.roiInfo ORDER BY n.bodyId',
        { type },
      );
      return rows.map(([bodyId, pre, post, roiInfo]) => ({ bodyId, pre, post, roiInfo }) as Cell);
    };
    const run = async (folder: string, flags: Flags = {}): Promise<Ran> => {
      const always = { source: given.uri, cache: join(folder, 'cache'), output: join(folder, 'site') };
      const config = loadConfig({ flags: { ...always, ...flags } });
      const before = given.relay.queries.length;
      const report = await createIndex(config, context());
      const queries = given.relay.queries.slice(before);
      const types = queries.flatMap((query) => typesOf(query) ?? []);
      return { report, index: readFileSync(join(config.settings.output, 'data/index.json'), 'utf8'), queries, types };
    };

    tests({
      get uri() {
        return given.uri;
      },
      get relay() {
        return given.relay;
      },
      get server() {
        return given.server;
      },
      script: (given) => {
        onRun = given;
      },
      cypher,
      typeNames: async () =>
        (await cypher('MATCH (n:sample_Neuron) WHERE n.type IS NOT NULL RETURN DISTINCT n.type'))
          .map(([type]) => String(type))
          .sort(),
      cellsOf,
      setCell,
      async alter(types) {
        for (const type of types) {
          const [cell] = await cellsOf(type);
          const { bodyId, pre, roiInfo } = cell as Cell;
          const info = JSON.parse(roiInfo ?? '{}') as { GNG?: { pre?: number } };
          const counts = info.GNG ?? {};
          info.GNG = { ...counts, pre: (counts.pre ?? 0) + 5 };
          await setCell(bodyId, { pre: (pre ?? 0n) + 5n, roiInfo: JSON.stringify(info) });
        }
      },
      async setMeta(properties) {
        await cypher('MATCH (m:Meta) SET m += $properties', { properties });
      },
      async renew() {
        await cypher('MATCH (m:Meta) SET m.lastDatabaseEdit = $edit', { edit: `edit ${++edits}` });
      },
      run,
      async coldIndex(flags = {}) {
        const folder = mkdtempSync(join(tmpdir(), 'neurodex-cold-'));
        try {
          return (await run(folder, { ...flags, cache: 'none', output: join(folder, 'site') })).index;
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      context,
    });
  });
}

async function fill(uri: string): Promise<void> {
  const [database, server] = [await createDatabase(), await connectNeo4j({ uri })];
  try {
    await fillSample(database, SAMPLE);
    await loadNeo4j(database, server);
  } finally {
    database.close();
    await server.close();
  }
}

/** As under SOURCE_DATE_EPOCH. */
function context(): Context {
  return {
    signal: new AbortController().signal,
    clock,
    wallMs: () => Date.now(),
    today: { iso: '1970-01-01T00:00:00Z', isFixed: true },
    token: 'test',
    peakRssBytes: () => 0,
    onEvent: () => undefined,
  };
}

/** The questions of a run, each named after what it asks for. */
export function questionsOf({ queries }: Pick<Ran, 'queries'>): string[] {
  return queries.map((query) => {
    const { cypher } = query;
    if (cypher.startsWith('MATCH (m:Meta)')) return cypher.includes('primaryRois') ? 'description' : 'edit';
    if (cypher.startsWith('RETURN apoc.convert')) return 'probe';
    if (cypher.includes('sum(') && cypher.includes('n.type, count(*)')) return 'fingerprints';
    if (cypher.includes('n.type, count(*)')) return 'sizes';
    if (cypher.includes('n.instance')) return 'cells';
    if (isRoiQuery(query)) return cypher.includes('ConnectsTo') ? 'partners' : 'ROI counts';
    return 'catalogue';
  });
}

/** The run asked about these types, each once; what differs is told by name. */
export function expectAsked({ types }: Ran, expected: readonly string[]): void {
  const asked = new Set(types);
  const wanted = new Set(expected);
  expect({
    neededNot: [...asked].filter((type) => !wanted.has(type)),
    notAsked: [...wanted].filter((type) => !asked.has(type)),
    times: types.length,
  }).toEqual({ neededNot: [], notAsked: [], times: wanted.size });
}

/** Every file below a folder with what changes if it is written. */
export function filesIn(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return new Map(
    files.map((name) => {
      const { ino, mtimeNs, ctimeNs } = statSync(join(folder, name), { bigint: true });
      return [name, `${ino} ${mtimeNs} ${ctimeNs}`];
    }),
  );
}
