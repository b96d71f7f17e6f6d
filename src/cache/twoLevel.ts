/** L1 memory over L2 disk or Redis, both keyv. A fault of L2 is counted and taken for a miss; it never ends a run. */
import type { CacheStats } from '../report.ts';
import { createMemory } from './memory.ts';
import { type ListedEntry, type Store, StoreFault, type Trouble } from './store.ts';

export interface Cache {
  /** undefined is a miss. What comes back is JSON that some run stored: check its shape. Never change it. */
  get(key: string): Promise<unknown>;
  /** One for each key, in their order. */
  getMany(keys: readonly string[]): Promise<unknown[]>;
  /** Whether it is kept: in L2, where there is one. */
  set(key: string, value: unknown): Promise<boolean>;
  /** All of the entries or none. */
  setMany(entries: ReadonlyMap<string, unknown>): Promise<boolean>;
  /** The entries whose keys begin with a text, by key. */
  list(prefix: string): Promise<ListedEntry[]>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Tells of an entry, or a part of one, that came back and is not what was stored: counted as a fault of L2. */
  damaged(what: string): void;
  readonly stats: Readonly<CacheStats>;
  /** Never rejects. */
  close(): Promise<void>;
}

export interface CacheOptions {
  /** How much JSON text L1 holds, in characters; parsed it takes some times as much. */
  l1Bytes?: number;
  /** Called with the first fault of L2 of each kind of trouble. The others are only counted. */
  onFault?: (fault: StoreFault) => void;
  /** Reads give only what was set through this very cache. */
  isFresh?: boolean;
}

const L1_BYTES = 32 * 2 ** 20;

export function createCache(
  l2: Store | null,
  { l1Bytes = L1_BYTES, onFault = () => undefined, isFresh = false }: CacheOptions = {},
): Cache {
  const l1 = createMemory(l1Bytes);
  const stats: CacheStats = { l1: { hits: 0, misses: 0 }, l2: { hits: 0, misses: 0, faults: 0 } };
  /** Whether what was last done to a key reached L2: where it did not, L2 may hold something older. */
  const reached = new Map<string, boolean>();

  const told = new Set<Trouble>();
  const name = l2?.name ?? 'memory';

  const faulted = (entries: number, error: unknown): void => {
    const fault =
      error instanceof StoreFault
        ? error
        : new StoreFault(`${name} failed (${(error as Error).message})`, 'other', error);
    stats.l2.faults += entries;
    if (told.has(fault.trouble)) return;
    told.add(fault.trouble);
    onFault(fault);
  };

  const damagedEntry = (what: string, cause?: unknown): StoreFault =>
    new StoreFault(`${name} holds an entry that is damaged (${what})`, 'entry', cause);

  const readTexts = async (store: Store, keys: readonly string[]): Promise<(string | undefined)[]> => {
    if (keys.length === 0) return [];
    try {
      return await store.getMany(keys);
    } catch (error) {
      faulted(keys.length, error);
      return [];
    }
  };

  /** What L2 has of the keys, held in L1 from now on. */
  const fromL2 = async (store: Store, missed: readonly string[]): Promise<Map<string, unknown>> => {
    const keys = missed.filter((key) => reached.get(key) ?? !isFresh);
    const texts = await readTexts(store, keys);
    const found = new Map<string, unknown>();
    for (const [i, key] of keys.entries()) {
      const text = texts[i];
      if (text === undefined) continue;
      try {
        const value: unknown = JSON.parse(text);
        found.set(key, value);
        await l1.set(key, { value, bytes: text.length });
      } catch (error) {
        faulted(1, damagedEntry(key, error));
      }
    }
    stats.l2.hits += found.size;
    stats.l2.misses += missed.length - found.size;
    return found;
  };

  const getMany = async (keys: readonly string[]): Promise<unknown[]> => {
    const held = await l1.getMany(keys);
    const missed = keys.filter((_, i) => held[i] === undefined);
    stats.l1.hits += keys.length - missed.length;
    stats.l1.misses += missed.length;
    const found = l2 && missed.length > 0 ? await fromL2(l2, missed) : new Map<string, unknown>();
    return keys.map((key, i) => {
      const near = held[i];
      return near === undefined ? found.get(key) : near.value;
    });
  };

  /** Does to L2 what was done to L1. */
  const toL2 = async (keys: readonly string[], work: (store: Store) => Promise<void>): Promise<boolean> => {
    if (!l2 || keys.length === 0) return true;
    let isDone = true;
    try {
      await work(l2);
    } catch (error) {
      isDone = false;
      faulted(keys.length, error);
    }
    for (const key of keys) reached.set(key, isDone);
    return isDone;
  };

  const setMany = async (entries: ReadonlyMap<string, unknown>): Promise<boolean> => {
    const texts = Array.from(entries, ([key, value]) => ({ key, text: JSON.stringify(value) }));
    for (const { key, text } of texts) await l1.set(key, { value: entries.get(key), bytes: text.length });
    return await toL2([...entries.keys()], (store) => store.setMany(texts));
  };

  return {
    stats,
    getMany,
    setMany,
    get: async (key) => (await getMany([key]))[0],
    set: (key, value) => setMany(new Map([[key, value]])),
    async list(prefix) {
      if (!l2) return l1.list(prefix);
      try {
        return await l2.list(prefix);
      } catch (error) {
        faulted(1, error);
        return l1.list(prefix);
      }
    },
    async deleteMany(keys) {
      await l1.deleteMany(keys);
      await toL2(keys, (store) => store.deleteMany(keys));
    },
    damaged: (what) => faulted(1, damagedEntry(what)),
    async close() {
      try {
        await l2?.close();
      } catch (error) {
        faulted(1, error);
      }
    },
  };
}
