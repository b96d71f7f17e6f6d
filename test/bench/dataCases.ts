/**
 * The data of an index from a real Neo4j, after connecting: the floor, one query a type, and ours. The floor asks the
 * same questions of a cold index one after the other with a bare driver, in either way of summing.
 */
import neo4j, { type Driver } from 'neo4j-driver';
import { buildCatalog } from '../../src/build.ts';
import { partsOf } from '../../src/cache/keys.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { entryProperties } from '../../src/catalog/entry.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { catalogueQuery, metaQuery } from '../../src/connectome/cypher/cypher.ts';
import { META_PROPERTIES } from '../../src/connectome/meta.ts';
import { openConnectome } from '../../src/connectome/open.ts';
import { createRoiSums } from '../../src/connectome/roiInfo.ts';
import { createRun } from '../../src/report.ts';
import type { Case, Cost } from './measure.ts';
import { costOf } from './processCases.ts';

/** Without what neurodex asks besides, to tell later what changed. */
const floorQueries = (label: string): { here: string; there: string } => ({
  here: `UNWIND $types AS type MATCH (n:\`${label}\` {type: type}) RETURN type, n.roiInfo`,
  there: `UNWIND $types AS type MATCH (n:\`${label}\` {type: type})
    WITH type, apoc.convert.fromJsonMap(n.roiInfo) AS info
    UNWIND [roi IN keys(info) WHERE roi IN $rois] AS roi WITH type, roi, info[roi] AS counts
    RETURN type, roi, sum(coalesce(counts.pre, 0)) AS pre, sum(coalesce(counts.post, 0)) AS post`,
});

/** Types asked one by one; the time of all is reckoned from these. */
const SAMPLED_TYPES = 20;

/** A dataset in a server. */
export interface Loaded {
  /** name:tag. */
  dataset: string;
  label: string;
  preset: string;
}

export interface OpenCases {
  cases: Case[];
  close(): Promise<void>;
}

/** @param link names the link in the cases' names, as "200 ms" */
export async function dataCases(uri: string, link: string, { dataset, label, preset }: Loaded): Promise<OpenCases> {
  const driver = neo4j.driver(uri, undefined, { useBigInt: true, fetchSize: -1, telemetryDisabled: true });
  const { settings } = loadConfig({ flags: { preset, dataset } });
  const properties = entryProperties(settings.sides);
  const types = (await ask(driver, `MATCH (n:\`${label}\`) WHERE n.type IS NOT NULL RETURN DISTINCT n.type`)).map(
    ([type]) => String(type),
  );
  const [[primaryRois] = []] = await ask(driver, 'MATCH (m:Meta) RETURN m.primaryRois');
  const rois = primaryRois as string[];

  const queries = floorQueries(label);
  const floor = async (sums: 'client' | 'server'): Promise<Cost> => {
    const meta = await ask(driver, metaQuery(META_PROPERTIES));
    const catalogue = await ask(driver, catalogueQuery(label, properties));
    const counts = await ask(driver, sums === 'client' ? queries.here : queries.there, { types, rois });
    if (sums === 'client') {
      const roiSums = createRoiSums(new Set(rois));
      for (const [type, roiInfo] of counts) roiSums.add(type as string, roiInfo as string | null);
      roiSums.rows();
    }
    return { roundTrips: 3, rows: meta.length + catalogue.length + counts.length };
  };

  const ours = async (cache: Cache): Promise<Cost & { ms: number }> => {
    const connectome = await openConnectome(uri, { dataset });
    // Bytes before the first question are the handshake's.
    const before = connectome.bytesReceived() ?? 0;
    const run = createRun('bench', clock.now);
    const startedMs = performance.now();
    await buildCatalog({ connectome, cache, settings, run, clock });
    const ms = performance.now() - startedMs;
    const bytes = (connectome.bytesReceived() ?? 0) - before;
    await connectome.close();
    return { ...costOf({ ...run.report, cache: cache.stats }), ms, bytes };
  };

  /** Of all that the last run kept, only the pace. */
  let paces = new Map<string, unknown>();
  const paceKnown = async (): Promise<Cost & { ms: number }> => {
    const cache = createCache(null);
    await cache.setMany(paces);
    const cost = await ours(cache);
    const keys = (await cache.list('')).map(({ key }) => key).filter((key) => partsOf(key)?.kind === 'pace');
    const values = await cache.getMany(keys);
    paces = new Map(keys.map((key, i) => [key, values[i]]));
    return cost;
  };

  const oneByOne = async (): Promise<Cost & { ms: number }> => {
    const step = Math.ceil(types.length / SAMPLED_TYPES);
    const sampled = types.filter((_, i) => i % step === 0);
    const startedMs = performance.now();
    for (const type of sampled) await ask(driver, queries.here, { types: [type] });
    return { ms: ((performance.now() - startedMs) * types.length) / sampled.length, roundTrips: types.length };
  };

  const kept = createCache(null);
  return {
    cases: [
      { name: `${link}: floor, summed here`, run: () => floor('client') },
      { name: `${link}: floor, summed by the server`, run: () => floor('server') },
      { name: `${link}: one query a type (reckoned from ${SAMPLED_TYPES})`, run: oneByOne },
      { name: `${link}: neurodex, cold`, run: () => ours(createCache(null)) },
      // The first time of either fills what the later ones start from.
      { name: `${link}: neurodex, cold, pace known`, run: paceKnown },
      { name: `${link}: neurodex, nothing changed`, run: () => ours(kept) },
    ],
    close: () => driver.close(),
  };
}

/** One type in a hundred has other counts from now on, and the dataset another lastDatabaseEdit. */
export async function editTypes(uri: string, label: string): Promise<void> {
  const driver = neo4j.driver(uri, undefined, { useBigInt: true, telemetryDisabled: true });
  try {
    const { records } = await driver.executeQuery(
      `MATCH (n:\`${label}\`) WHERE n.type IS NOT NULL AND n.roiInfo <> '{}'
       WITH n.type AS type, min(n.bodyId) AS bodyId ORDER BY type
       MATCH (n:\`${label}\` {bodyId: bodyId}) RETURN bodyId, n.pre, n.roiInfo`,
    );
    const cells = records.filter((_, i) => i % 100 === 99).map((record) => [...record.values()]);
    const rows = cells.map(([bodyId, pre, roiInfo]) => {
      const info = JSON.parse(roiInfo as string) as Record<string, { pre?: number }>;
      for (const counts of Object.values(info)) counts.pre = (counts.pre ?? 0) + 1;
      return { bodyId, pre: (pre as bigint) + 1n, roiInfo: JSON.stringify(info) };
    });
    await driver.executeQuery(
      `UNWIND $rows AS row MATCH (n:\`${label}\` {bodyId: row.bodyId}) SET n.pre = row.pre, n.roiInfo = row.roiInfo`,
      { rows },
    );
    await driver.executeQuery('MATCH (m:Meta) SET m.lastDatabaseEdit = toString(datetime())');
  } finally {
    await driver.close();
  }
}

async function ask(driver: Driver, cypher: string, parameters = {}): Promise<unknown[][]> {
  const session = driver.session({ database: 'neo4j', defaultAccessMode: neo4j.session.READ });
  try {
    const { records } = await session.run(cypher, parameters);
    return records.map((record) => record.keys.map((_, i) => record.get(i)));
  } finally {
    await session.close();
  }
}
