/** One lookup for all types of a dataset, after connecting: a grid of fixed settings, and ours, cold and with the pace known. */
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import type { Connectome } from '../../src/connectome/connectome.ts';
import { openConnectome } from '../../src/connectome/open.ts';
import type { Loader } from '../../src/lookup/loader.ts';
import { partnersLookup, roiCountsLookup } from '../../src/lookup/lookups.ts';
import { createSource } from '../../src/lookup/source.ts';
import { type TunedLookup, withTunedLoader } from '../../src/lookup/tunedLoader.ts';
import { createRun } from '../../src/report.ts';
import type { Loaded, OpenCases } from './dataCases.ts';
import type { Cost } from './measure.ts';

/** A lookup as the bench asks it. */
export interface Measured {
  lookupOf(connectome: Connectome, rois: readonly string[]): TunedLookup<{ type: string }, unknown>;
  /** Of the grid. */
  batchWeights: readonly number[];
}

export const ROI_COUNTS: Measured = {
  lookupOf: (connectome, rois) =>
    roiCountsLookup(connectome, rois, ['server', 'client']) as TunedLookup<{ type: string }, unknown>,
  batchWeights: [500, 2_000, 8_000, 20_000],
};

export const PARTNERS: Measured = {
  lookupOf: (connectome) => partnersLookup(connectome) as TunedLookup<{ type: string }, unknown>,
  batchWeights: [50, 200, 1_000, 5_000],
};

const CONCURRENCIES = [1, 2, 4, 8, 16, 32];

export async function lookupCases(
  uri: string,
  link: string,
  { dataset, preset }: Loaded,
  { lookupOf, batchWeights }: Measured,
): Promise<OpenCases> {
  const { settings } = loadConfig({ flags: { preset, dataset } });
  const connectome = await openConnectome(uri, { dataset, openAtOnce: Math.max(...CONCURRENCIES) });
  const cells = new Map((await connectome.typeSizes()).value.map(({ type, cells }) => [type, cells]));
  const { primaryRois } = (await connectome.describe()).value;
  const lookup = lookupOf(connectome, primaryRois ?? []);
  const { name } = lookup;
  const ways = Object.keys(lookup.guesses);

  const measure = async (
    cache: Cache,
    guesses: typeof lookup.guesses,
    pins: { concurrency?: number; batchWeight?: number } = {},
  ): Promise<Cost> => {
    const run = createRun('bench', clock.now);
    const before = connectome.bytesReceived() ?? 0;
    const source = createSource({ connectome, clock, run, timeoutMs: settings.timeoutMs });
    // As in a build, which by then knows how far away the source is.
    await source.ask('edit', (ask) => connectome.edit(ask));
    const parts = { source, cache, clock, run, settings: { ...settings, ...pins } };
    const load = (loader: Loader<unknown>): Promise<unknown[]> =>
      Promise.all([...cells.keys()].map((type) => loader.load(type)));
    await withTunedLoader({ ...lookup, guesses }, cells, parts, load);
    const { roundTrips, rows } = run.report;
    return { roundTrips, rows, bytes: (connectome.bytesReceived() ?? 0) - before };
  };

  const kept = createCache(null);
  const grid = ways.flatMap((way) =>
    CONCURRENCIES.flatMap((concurrency) =>
      batchWeights.map((batchWeight) => ({
        name: `${link}: ${name}, ${concurrency} at once, ${batchWeight} cells a batch${ways.length > 1 ? `, by the ${way}` : ''}`,
        isInGrid: true,
        run: () =>
          measure(
            createCache(null),
            { [way]: lookup.guesses[way] ?? { aMs: 1, bMsPerUnit: 1 } },
            { concurrency, batchWeight },
          ),
      })),
    ),
  );
  return {
    cases: [
      ...grid,
      { name: `${link}: ${name}, neurodex, cold`, run: () => measure(createCache(null), lookup.guesses) },
      { name: `${link}: ${name}, neurodex, pace known`, run: () => measure(kept, lookup.guesses) },
    ],
    close: () => connectome.close(),
  };
}
