/** Opens the cache that a command was told to use. */
import { openSqliteStore } from '../cache/stores.ts';
import { type Cache, createCache } from '../cache/twoLevel.ts';
import type { Run } from '../report.ts';

/** @param folder or none */
export async function openCache(folder: string, run: Run): Promise<Cache> {
  if (folder === 'none') return createCache(null);
  try {
    return createCache(await openSqliteStore(folder));
  } catch (error) {
    // A cache saves time and nothing else: without it the run goes on, and says so once.
    run.tell(`Nothing is kept for the next run: ${(error as Error).message}.`);
    return createCache(null);
  }
}
