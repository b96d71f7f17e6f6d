/** `neurodex cache clear` and `neurodex cache prune`: what they remove, and the room that gives. */
import { join } from 'node:path';
import { cacheFile, discard, type SetAside } from '../cache/sqliteFile.ts';
import { StoreFault } from '../cache/store.ts';
import { isRedis } from '../cache/stores.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type Amount, amountOf, contentsOf, datasetsIn, isOf, type KeptEntry, surplusOf } from './contents.ts';
import { inOneLine, setAsideIn, withStore } from './store.ts';

export interface Removal {
  name: string;
  diskBytes: number | null;
  /** null where all went unread. */
  removed: Amount | null;
  left: Amount;
  /** What had been set aside as damaged and was removed, too. */
  setAside: SetAside;
}

/**
 * @param dataset name or name:tag; undefined: all that is kept
 * @throws ConfigError if nothing of the dataset is kept, with what is
 */
export async function clearCache(dataset: string | undefined, settings: Settings): Promise<Removal> {
  if (dataset === undefined) return await clearAll(settings);
  return await remove(settings, (entries) => {
    const own = entries.filter((entry) => isOf(dataset, entry));
    if (own.length > 0) return own;
    const names = datasetsIn(entries);
    const what =
      names.length === 0
        ? 'nothing is kept of any dataset'
        : `what is kept is of ${names.map((name) => JSON.stringify(name)).join(', ')}`;
    throw new ConfigError(`--dataset: ${what}; got ${JSON.stringify(dataset)}.`);
  });
}

async function clearAll(settings: Settings): Promise<Removal> {
  const removal = await removeAll(settings);
  const setAside = setAsideIn(settings.cache);
  await inOneLine(async () => {
    for (const name of setAside.files) discard(join(settings.cache, name));
  });
  return { ...removal, setAside };
}

async function removeAll(settings: Settings): Promise<Removal> {
  try {
    return await remove(settings, (entries) => entries);
  } catch (error) {
    const { cause } = error as Error;
    if (isRedis(settings.cache) || !(cause instanceof StoreFault) || cause.trouble !== 'full') throw error;
    // To delete from a file SQLite writes to a log first, for which a full disk has no room.
    const file = cacheFile(settings.cache);
    await inOneLine(async () => discard(file));
    return { name: file, diskBytes: 0, removed: null, left: amountOf([]), setAside: NOTHING_ASIDE };
  }
}

const NOTHING_ASIDE: SetAside = { files: [], bytes: 0 };

export async function pruneCache(maxBytes: number, settings: Settings): Promise<Removal> {
  return await remove(settings, (entries) => surplusOf(entries, maxBytes));
}

async function remove(
  { cache }: Settings,
  choose: (entries: readonly KeptEntry[]) => readonly KeptEntry[],
): Promise<Removal> {
  const { result, ...place } = await withStore(cache, async (store) => {
    const entries = store ? await contentsOf(store) : [];
    const chosen = choose(entries);
    await store?.deleteMany(chosen.map(({ key }) => key));
    // Also where nothing goes: an earlier removal may have been interrupted before this.
    await store?.shrink();
    return { all: amountOf(entries), removed: amountOf(chosen) };
  });
  const { all, removed } = result;
  return {
    ...place,
    removed,
    left: { entries: all.entries - removed.entries, bytes: all.bytes - removed.bytes },
    setAside: NOTHING_ASIDE,
  };
}
