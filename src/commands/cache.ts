/** Opens the cache that a command was told to use. */
import { openStore } from '../cache/stores.ts';
import { type Cache, createCache } from '../cache/twoLevel.ts';
import type { Run } from '../report.ts';
import type { Settings } from '../settings.ts';

export async function openCache(settings: Pick<Settings, 'cache' | 'fresh'>, run: Run): Promise<Cache> {
  try {
    return createCache(await openStore(settings.cache, run.tell), {
      isFresh: settings.fresh,
      onFault: ({ message }) => run.tell(`The cache ${message}. What it lacks is asked for again.`),
    });
  } catch (error) {
    // A cache saves time and nothing else: without it the run goes on, and says so once.
    run.tell(`Nothing is kept for the next run: ${(error as Error).message}.`);
    return createCache(null);
  }
}
