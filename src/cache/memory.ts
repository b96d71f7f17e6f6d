/** The near level: keyv over a bounded LRU that holds parsed values. */
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { LRUCache } from 'lru-cache';
import { TTL_MS, writtenMsOf } from './kept.ts';
import type { ListedEntry } from './store.ts';

/** A value and the length of its JSON text, which stands for what it takes: some times as much, once parsed. */
export interface Held {
  value: unknown;
  bytes: number;
}

export interface Memory {
  getMany(keys: readonly string[]): Promise<(Held | undefined)[]>;
  /** One that is longer than all there is room for is not held. */
  set(key: string, held: Held): Promise<void>;
  list(prefix: string): ListedEntry[];
  deleteMany(keys: readonly string[]): Promise<void>;
}

export function createMemory(maxBytes: number): Memory {
  const lru = new LRUCache<string, { value: Held; expires: number }>({
    maxSize: maxBytes,
    sizeCalculation: ({ value }) => value.bytes,
  });
  // keyv hands over a TTL as third argument, where lru-cache expects its options.
  const store = {
    opts: {},
    get: (key: string) => lru.get(key),
    set: (key: string, kept: { value: Held; expires: number }) => void lru.set(key, kept),
    delete: (key: string) => lru.delete(key),
    clear: () => lru.clear(),
    on: () => store,
  };
  // No serialisation in memory: values are never changed after they were stored.
  const keyv = new Keyv<Held>({
    store: store as unknown as KeyvStoreAdapter,
    namespace: undefined,
    useKeyPrefix: false,
    ttl: TTL_MS,
    serialize: undefined,
    deserialize: undefined,
  });
  return {
    getMany: (keys) => keyv.getMany<Held>([...keys]),
    async set(key, held) {
      await keyv.set(key, held);
    },
    list: (prefix) =>
      [...lru.entries()]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, { value, expires }]) => ({ key, bytes: value.bytes, writtenMs: writtenMsOf(expires) })),
    async deleteMany(keys) {
      await keyv.deleteMany([...keys]);
    },
  };
}
