import { describe, expect, test } from 'vitest';
import { createCache } from '../../src/cache/twoLevel.ts';
import { loadConfig } from '../../src/config.ts';
import type { Connectome } from '../../src/connectome/connectome.ts';
import { loadAll } from '../../src/lookup/loadAll.ts';
import { createSource } from '../../src/lookup/source.ts';
import { type TunedLookup, type TunedParts, withTunedLoader } from '../../src/lookup/tunedLoader.ts';
import { verifySample } from '../../src/lookup/verify.ts';
import { createRun } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

interface Row {
  type: string;
  count: number;
}

const cells = new Map(Array.from({ length: 100 }, (_, i) => [`T${i}`, 1 + (i % 7)]));

/** A source that answers `countOf` a type, which may depend on what else was asked with it. */
function lookupOf(countOf: (type: string, types: readonly string[]) => number): TunedLookup<Row, number> {
  return {
    name: 'counts',
    guesses: { server: { aMs: 1, bMsPerUnit: 0.1 } },
    async ask(types) {
      const value = types.map((type) => ({ type, count: countOf(type, types) }));
      return { value, rows: value.length, serverMs: null, roundTrips: 1 };
    },
    valueOf: ([row]) => row?.count ?? 0,
  };
}

function partsOf(): TunedParts {
  const clock = createVirtualClock();
  const run = createRun('test', clock.now);
  const connectome = { id: 'test', maxInFlight: 4 } as Connectome;
  const { settings } = loadConfig({});
  const source = createSource({ connectome, clock, run, timeoutMs: 1000 });
  return { source, cache: createCache(null), clock, run, settings };
}

async function verified(lookup: TunedLookup<Row, number>, count: number): Promise<TunedParts> {
  const parts = partsOf();
  const values = await withTunedLoader(lookup, cells, parts, (loader) => loadAll(loader, cells));
  await verifySample(lookup, values, cells, count, parts);
  return parts;
}

describe('--verify', () => {
  test('asks as many types again, each alone', async () => {
    const alone: string[] = [];
    const lookup = lookupOf((type, types) => {
      if (types.length === 1) alone.push(type);
      return type.length;
    });
    const { run } = await verified(lookup, 12);
    expect(new Set(alone).size).toBe(12);
    expect(run.report.verifiedTypes).toBe(12);
    expect((await verified(lookup, 1000)).run.report.verifiedTypes).toBe(cells.size);
  });

  test('shows both answers of a type that a batch answered otherwise', async () => {
    const lookup = lookupOf((type, types) => (type === 'T42' && types.length > 1 ? 7 : 8));
    await expect(verified(lookup, cells.size)).rejects.toThrow(
      '--verify: counts of "T42": two ways to ask differ. in a batch: 7; alone, by the server: 8',
    );
  });
});
