/** `neurodex cache clear` and `neurodex cache prune`: what they remove, and the room that gives. */
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { type Amount, amountOf, contentsOf, datasetsIn, isOf, type KeptEntry, surplusOf } from './contents.ts';
import { withStore } from './store.ts';

export interface Removal {
  name: string;
  diskBytes: number | null;
  removed: Amount;
  left: Amount;
}

/**
 * @param dataset name or name:tag; undefined: all that is kept
 * @throws ConfigError if nothing of the dataset is kept, with what is
 */
export async function clearCache(dataset: string | undefined, settings: Settings): Promise<Removal> {
  return await remove(settings, (entries) => {
    if (dataset === undefined) return entries;
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
  };
}
