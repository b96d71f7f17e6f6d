/**
 * The data of a cold index from a real Neo4j, after connecting, at a given round trip: the floor, one query a type,
 * and ours. The floor asks the same questions one after the other with a bare driver, in either way of summing.
 */
import neo4j, { type Driver } from 'neo4j-driver';
import { buildCatalog } from '../../src/build.ts';
import { createCache } from '../../src/cache/twoLevel.ts';
import { entryProperties } from '../../src/catalog/entry.ts';
import { systemClock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { catalogueQuery, metaQuery, roiInfoQuery, roiSumsQuery } from '../../src/connectome/cypher.ts';
import { META_PROPERTIES } from '../../src/connectome/meta.ts';
import { openConnectome } from '../../src/connectome/open.ts';
import { createRoiSums } from '../../src/connectome/roiInfo.ts';
import { createRun } from '../../src/report.ts';
import type { Case } from './measure.ts';

/** Types asked one by one; the time of all is reckoned from these. */
const SAMPLED_TYPES = 20;

export interface Neo4jCases {
  cases: Case[];
  close(): Promise<void>;
}

/** @param link names the link in the cases' names, as "200 ms" */
export async function neo4jCases(uri: string, link: string, label: string, preset: string): Promise<Neo4jCases> {
  const driver = neo4j.driver(uri, undefined, { useBigInt: true, fetchSize: -1, telemetryDisabled: true });
  const { settings } = loadConfig({ flags: { preset } });
  const properties = entryProperties(settings.sides);
  const types = (await ask(driver, `MATCH (n:\`${label}\`) WHERE n.type IS NOT NULL RETURN DISTINCT n.type`)).map(
    ([type]) => String(type),
  );
  const [[primaryRois] = []] = await ask(driver, 'MATCH (m:Meta) RETURN m.primaryRois');
  const rois = primaryRois as string[];

  const floor = async (sums: 'client' | 'server'): Promise<{ roundTrips: number; rows: number }> => {
    const meta = await ask(driver, metaQuery(META_PROPERTIES));
    const catalogue = await ask(driver, catalogueQuery(label, properties));
    const counts = await ask(driver, sums === 'client' ? roiInfoQuery(label) : roiSumsQuery(label), { types, rois });
    const summed = createRoiSums(new Set(rois));
    if (sums === 'client') for (const [type, roiInfo] of counts as [string, string | null][]) summed.add(type, roiInfo);
    return { roundTrips: 3, rows: meta.length + catalogue.length + counts.length };
  };

  const ours = async (
    sums: 'client' | 'server',
  ): Promise<{ ms: number; roundTrips: number; rows: number; bytes: number | null }> => {
    const connectome = await openConnectome(uri, { maxInFlight: 8 });
    // Bytes before the first question are the handshake's.
    const before = connectome.bytesReceived() ?? 0;
    const run = createRun('bench', () => performance.now());
    const startedMs = performance.now();
    await buildCatalog({
      connectome,
      cache: createCache(null),
      settings: { ...settings, sums },
      run,
      clock: systemClock,
    });
    const ms = performance.now() - startedMs;
    const bytes = (connectome.bytesReceived() ?? 0) - before;
    await connectome.close();
    return { ms, roundTrips: run.report.roundTrips, rows: run.report.rows, bytes };
  };

  const oneByOne = async (): Promise<{ ms: number; roundTrips: number }> => {
    const step = Math.ceil(types.length / SAMPLED_TYPES);
    const sampled = types.filter((_, i) => i % step === 0);
    const startedMs = performance.now();
    for (const type of sampled) await ask(driver, roiInfoQuery(label), { types: [type] });
    return { ms: ((performance.now() - startedMs) * types.length) / sampled.length, roundTrips: types.length };
  };

  return {
    cases: [
      { name: `${link}: floor, summed here`, run: () => floor('client') },
      { name: `${link}: floor, summed by the server`, run: () => floor('server') },
      { name: `${link}: one query a type (reckoned from ${SAMPLED_TYPES})`, run: oneByOne },
      { name: `${link}: neurodex --sums client`, run: () => ours('client') },
      { name: `${link}: neurodex --sums server`, run: () => ours('server') },
    ],
    close: () => driver.close(),
  };
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
