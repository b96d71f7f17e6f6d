/** The cache alone, without a source: what is kept of 100,000 types is written as batches would land, and read as a run would. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openAnswers, type StampedAnswer } from '../../src/cache/answers.ts';
import { catalogueKey } from '../../src/cache/keys.ts';
import { openStore } from '../../src/cache/stores.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import { entryProperties } from '../../src/catalog/entry.ts';
import { loadConfig } from '../../src/config.ts';
import type { CatalogueRow } from '../../src/connectome/connectome.ts';
import { keptRowsOf, rowsIn } from '../../src/lookup/keptCatalogue.ts';
import { roiCountsForm } from '../../src/lookup/keptForms.ts';
import type { Case, Cost } from './measure.ts';

const TYPES = 100_000;
/** One for each batch that landed. */
const SHARDS = 160;
const EDIT = JSON.stringify(['a783551a946a4472a6f9bfaa2a009e44', '2026-01-01 00:00:00']);

const rois = Array.from({ length: 120 }, (_, i) => `ROI${i}(${i % 2 === 0 ? 'L' : 'R'})`);
const form = roiCountsForm(rois, 'digest');
const collection = { dataset: 'large:v1', source: 'bolt://127.0.0.1/neo4j/', lookup: form.name, variant: form.variant };
const typeNames = Array.from({ length: TYPES }, (_, i) => `Family${i % 97}_${i}`);

export function cacheCases(folder: string): Case[] {
  const cacheFolder = join(folder, 'large-cache');
  const properties = entryProperties(loadConfig({ flags: {} }).settings.sides);
  const random = seeded(1);
  const answers = typeNames.map((type) => {
    const count = 20 + Math.floor(11 * random());
    const counts = rois
      .map((roi) => ({ roi, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, count);
    return counts.map(({ roi }) => ({ type, roi, pre: below(1_000, random), post: below(4_000, random) }));
  });
  const rows = typeNames.flatMap((type, i) => ['L', 'R'].map((side) => rowOf(type, i, side, properties)));

  const withCache = async (work: (cache: Cache) => Promise<void>): Promise<Cost> => {
    const cache = createCache(await openStore(cacheFolder, () => undefined));
    try {
      await work(cache);
      if (cache.stats.l2.faults > 0) throw new Error(`Expected no fault of the cache, got ${cache.stats.l2.faults}.`);
      return { hits: [cache.stats.l1.hits, cache.stats.l2.hits] };
    } finally {
      await cache.close();
    }
  };

  const write = async (): Promise<Cost> => {
    const cost = await withCache(async (cache) => {
      const kept = await openAnswers(cache, collection, Math.random);
      for (let shard = 0; shard < SHARDS; shard++) {
        const landed = new Map<string, StampedAnswer>();
        for (let i = shard; i < TYPES; i += SHARDS) {
          const fingerprint = `digest:${1 + (i % 40)}:${549_755_813_888 + i}`;
          landed.set(typeNames[i] as string, { text: form.textOf(answers[i] ?? []), fingerprint });
        }
        kept.keep(landed, EDIT);
      }
      await kept.written();
      await cache.set(catalogueKey(collection.dataset, collection.source), {
        id: EDIT,
        ...keptRowsOf(rows, properties),
      });
    });
    const files = readdirSync(cacheFolder).map((name) => statSync(join(cacheFolder, name)).size);
    return { ...cost, fileBytes: files.reduce((sum, size) => sum + size, 0) };
  };

  return [
    {
      name: `${TYPES} types, catalogue and ROI counts: written in ${SHARDS} shards`,
      prepare: () => rmSync(cacheFolder, { recursive: true, force: true }),
      run: write,
    },
    {
      name: `${TYPES} types, catalogue and ROI counts: read`,
      prepare: async () => {
        if (!existsSync(cacheFolder)) await write();
      },
      run: async () => {
        let counts = 0;
        const cost = await withCache(async (cache) => {
          const kept = await openAnswers(cache, collection, Math.random);
          for (const [type, text] of kept.select((_type, { state }) => state === EDIT, EDIT)) {
            counts += form.answerIn(text, type).length;
          }
          const catalogue = await cache.get(catalogueKey(collection.dataset, collection.source));
          if (rowsIn(catalogue, properties)?.length !== rows.length) throw new Error('Expected the whole catalogue.');
        });
        if (counts < 20 * TYPES) throw new Error(`Expected 20 counts of each type, got ${counts} in all.`);
        return { ...cost, kept: TYPES };
      },
    },
  ];
}

/** A few annotations of each type, as in a real dataset; most properties are absent. */
function rowOf(type: string, i: number, side: string, properties: readonly string[]): CatalogueRow {
  const known: Record<string, string> = {
    somaSide: side,
    instance: `${type}_${side}`,
    class: `class ${i % 40}`,
    superclass: `superclass ${i % 9}`,
    hemilineage: `lineage ${i % 200}`,
    consensusNt: `transmitter ${i % 7}`,
    flywireType: `FW${i}`,
  };
  const values = properties.map((property) => known[property] ?? null);
  return { type, cells: 1 + (i % 20), pre: 100 + (i % 5_000), post: 700 + (i % 9_000), values };
}

/** Small counts are the most frequent. */
function below(most: number, random: () => number): number {
  return Math.floor(most * random() ** 4);
}

/** The same on every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
