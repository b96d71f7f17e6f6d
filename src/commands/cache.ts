/** Opens the cache that a command was told to use, and closes it. */
import { lastRunKey } from '../cache/keys.ts';
import type { Store, StoreFault } from '../cache/store.ts';
import { openStore } from '../cache/stores.ts';
import { type Cache, createCache } from '../cache/twoLevel.ts';
import { isoTime } from '../clock.ts';
import { ConfigError } from '../errors.ts';
import type { Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import type { Context } from './context.ts';
import type { LastRun } from './lastRun.ts';

/** A run reads nearly every entry once: what memory holds of a large dataset would be for nothing. */
const L1_BYTES = 2 ** 20;

/** The cache of a command, which tells the first fault of each kind. */
export function cacheOn(
  store: Store | null,
  { fresh }: Pick<Settings, 'fresh'>,
  onFault?: (first: StoreFault) => void,
): Cache {
  return createCache(store, { isFresh: fresh, l1Bytes: L1_BYTES, onFault });
}

/** @throws ConfigError if the cache is all there is to read, and cannot be opened */
export async function openCache(
  settings: Pick<Settings, 'cache' | 'fresh' | 'offline'>,
  run: Pick<Run, 'tell'>,
): Promise<Cache> {
  try {
    return cacheOn(await openStore(settings.cache, run.tell), settings, ({ message, so }) =>
      run.tell(`The cache ${message}; ${so}.`),
    );
  } catch (error) {
    if (settings.offline)
      throw new ConfigError(`--offline: the cache cannot be used: ${(error as Error).message}.`, { cause: error });
    // A cache saves time and nothing else: without it the run goes on, and says so once.
    run.tell(`Nothing is kept for the next run: ${(error as Error).message}.`);
    return cacheOn(null, settings);
  }
}

/** Works with a cache, leaves word of that in it, and closes it; a run that fails has used it, too. */
export async function withCache<T>(
  cache: Cache,
  run: Run,
  { wallMs }: Context,
  work: (cache: Cache) => Promise<T>,
): Promise<T> {
  try {
    return await work(cache);
  } finally {
    run.report.cache = cache.stats;
    const word: LastRun = { command: run.report.command, at: isoTime(wallMs()), stats: structuredClone(cache.stats) };
    await cache.set(lastRunKey(), word);
    await cache.close();
  }
}
