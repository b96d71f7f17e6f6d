/** `neurodex cache verify`: asks the source again for what is kept, and compares. */
import { openAnswers } from '../cache/answers.ts';
import { answersPrefixes, type Collection, partsOf } from '../cache/keys.ts';
import type { StoreFault } from '../cache/store.ts';
import type { Cache } from '../cache/twoLevel.ts';
import { ConfigError } from '../errors.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import { sum } from '../sum.ts';
import { type VerifiedPart, verifyKept } from '../verifyKept.ts';
import { cacheOn } from './cache.ts';
import { connect } from './connect.ts';
import { contentsOf, datasetsIn, type KeptEntry } from './contents.ts';
import type { Context } from './context.ts';
import { withStore } from './store.ts';

export interface VerifiedCache {
  dataset: string;
  /** Of what is kept of the dataset and still holds; empty where that is nothing. */
  parts: VerifiedPart[];
  /** Answers that no run would take any more. */
  earlier: number;
}

/**
 * @param most so many types of each lookup, chosen at random
 * @throws ConfigError for a cache that cannot be opened or read, or holds nothing of the dataset; what keeps the source from answering
 */
export async function verifyCache(most: number, settings: Settings, context: Context): Promise<VerifiedCache> {
  const { signal, clock } = context;
  if (settings.fresh || settings.offline)
    throw new ConfigError(
      'cache verify: expected to read the cache and to ask the source; drop --fresh and --offline.',
    );
  const run = createRun('cache verify', clock.now, context.onEvent);
  const { result } = await withStore(settings.cache, async (store): Promise<VerifiedCache> => {
    if (store === null)
      throw new ConfigError(`cache verify: nothing is kept in ${settings.cache}; name the cache by --cache.`);
    const faults: StoreFault[] = [];
    const cache = cacheOn(store, settings, (fault) => void faults.push(fault));
    // Before the source is asked: what is asked anew on the way is kept.
    const entries = await contentsOf(store);
    const connectome = await run.phase('connect', () => connect(settings, signal, cache));
    try {
      const own = entries.filter(({ source }) => source === connectome.id);
      const types = await keptTypes(own, cache, clock);
      const parts = await verifyKept({ connectome, cache, settings, run, clock, signal }, most);
      if (faults[0] !== undefined)
        throw new ConfigError(`cache verify: ${faults[0].message}; what was compared is not all.`);
      const dataset = run.report.dataset ?? '';
      if (!own.some((entry) => entry.dataset === dataset))
        throw new ConfigError(
          `cache verify: ${store.name} holds nothing of ${dataset} from this source; ${heldText(entries, dataset)}.`,
        );
      const holding = sum(parts.filter(({ part }) => types.has(part)).map(({ kept }) => kept));
      return { dataset, parts, earlier: sum([...types.values()].map(({ size }) => size)) - holding };
    } finally {
      await connectome.close();
    }
  });
  return result;
}

/** By lookup: the types of which an answer is kept, whether or not it still holds. */
async function keptTypes(
  entries: readonly KeptEntry[],
  cache: Cache,
  { random }: Context['clock'],
): Promise<Map<string, Set<string>>> {
  const collections = new Map<string, Collection>();
  for (const { key } of entries) {
    const parts = partsOf(key);
    if (parts?.kind === 'answers') collections.set(answersPrefixes(parts).own, parts);
  }
  const types = new Map<string, Set<string>>();
  for (const collection of collections.values()) {
    const { lookup } = collection;
    const kept = await openAnswers(cache, collection, random);
    types.set(lookup, new Set([...(types.get(lookup) ?? []), ...kept.types]));
  }
  return types;
}

function heldText(entries: readonly KeptEntry[], dataset: string): string {
  const names = datasetsIn(entries);
  if (names.length === 0) return 'it holds nothing of any dataset';
  const sources = [...new Set(entries.filter((one) => one.dataset === dataset).flatMap(({ source }) => source ?? []))];
  return `it holds ${names.map((name) => (name === dataset ? `${name} from ${sources.join(' and ')}` : name)).join(', ')}`;
}
