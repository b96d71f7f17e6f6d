/** `neurodex cache verify`: asks the source again for what is kept, and compares. */
import { ConfigError } from '../errors.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import { type VerifiedPart, verifyKept } from '../verifyKept.ts';
import { cacheOn } from './cache.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';
import { withStore } from './store.ts';

export interface VerifiedCache {
  /** null where nothing was ever kept. */
  dataset: string | null;
  /** Of what is kept of the dataset; empty where that is nothing. */
  parts: VerifiedPart[];
}

/**
 * @param most so many types of each lookup, chosen at random
 * @throws ConfigError for a cache that cannot be opened or read; what keeps the source from answering
 */
export async function verifyCache(most: number, settings: Settings, context: Context): Promise<VerifiedCache> {
  const { signal, clock } = context;
  if (settings.fresh || settings.offline)
    throw new ConfigError(
      'cache verify: expected to read the cache and to ask the source; drop --fresh and --offline.',
    );
  const run = createRun('cache verify', clock.now, context.onEvent);
  const { result } = await withStore(settings.cache, async (store): Promise<VerifiedCache> => {
    if (store === null) return { dataset: null, parts: [] };
    let fault: Error | null = null;
    const cache = cacheOn(store, settings, (first) => {
      fault = first;
    });
    const connectome = await run.phase('connect', () => connect(settings, signal, cache));
    try {
      const parts = await verifyKept({ connectome, cache, settings, run, clock, signal }, most);
      if (fault !== null)
        throw new ConfigError(`cache verify: ${(fault as Error).message}; what was compared is not all.`);
      return { dataset: run.report.dataset, parts };
    } finally {
      await connectome.close();
    }
  });
  return result;
}
