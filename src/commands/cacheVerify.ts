/** `neurodex cache verify`: asks the source again for what is kept, and compares. */
import { ConfigError } from '../errors.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import { type VerifiedPart, verifyKept } from '../verifyKept.ts';
import { openCache, withCache } from './cache.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';

export interface VerifiedCache {
  dataset: string;
  /** Of what is kept of the dataset; empty where that is nothing. */
  parts: VerifiedPart[];
}

/**
 * @param most so many types of each lookup, chosen at random
 * @throws ConfigError without a cache; what keeps the source from answering
 */
export async function verifyCache(most: number, settings: Settings, context: Context): Promise<VerifiedCache> {
  const { signal, clock } = context;
  if (settings.cache === 'none') throw new ConfigError('--cache: expected a folder or redis://HOST:PORT; got none.');
  const run = createRun('cache verify', clock.now, context.onEvent);
  return await withCache(await openCache(settings, run), run, context, async (cache) => {
    const connectome = await run.phase('connect', () => connect(settings, signal, cache));
    try {
      const parts = await verifyKept({ connectome, cache, settings, run, clock, signal }, most);
      return { dataset: run.report.dataset ?? '', parts };
    } finally {
      await connectome.close();
    }
  });
}
