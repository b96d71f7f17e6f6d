/** `neurodex cache stats`: what is kept, since when, and what the last run had of it. */
import { lastRunKey } from '../cache/keys.ts';
import type { SetAside } from '../cache/sqliteFile.ts';
import type { Settings } from '../settings.ts';
import { type Amount, amountOf, contentsOf, type Group, groupsOf, parsed } from './contents.ts';
import { type LastRun, lastRunOf } from './lastRun.ts';
import { setAsideIn, withStore } from './store.ts';

export interface CacheContents extends Amount {
  name: string;
  diskBytes: number | null;
  groups: Group[];
  lastRun: LastRun | null;
  setAside: SetAside;
}

export async function cacheStats({ cache }: Settings): Promise<CacheContents> {
  const { name, diskBytes, result } = await withStore(cache, async (store) => ({
    entries: store ? await contentsOf(store) : [],
    lastRun: store ? await store.getMany([lastRunKey()]) : [],
  }));
  const { entries, lastRun } = result;
  return {
    name,
    diskBytes,
    ...amountOf(entries),
    groups: groupsOf(entries),
    lastRun: lastRunOf(parsed(lastRun[0])),
    setAside: setAsideIn(cache),
  };
}
