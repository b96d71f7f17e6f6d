/** L1 memory over L2 disk, both keyv. A fault of L2 is counted and taken for a miss; it never ends a run. */
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import type { CacheStats } from '../report.ts';
import type { OpenStore } from './stores.ts';

export interface Cache {
  /** undefined is a miss. What comes back is JSON that some run stored: check its shape. */
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  readonly stats: Readonly<CacheStats>;
  close(): Promise<void>;
}

/** Entries are few and small (a description is some 60 KB): this many never cost memory that matters. */
const L1_ENTRIES = 1000;

export function createCache(l2: OpenStore | null): Cache {
  // No serialisation in memory: values are never changed after they were stored.
  const l1 = new Keyv({ store: new LRUCache({ max: L1_ENTRIES }), serialize: undefined, deserialize: undefined });
  const stats: CacheStats = { l1: { hits: 0, misses: 0 }, l2: { hits: 0, misses: 0, faults: 0 } };

  const fromL2 = async (key: string): Promise<unknown> => {
    if (!l2) return undefined;
    try {
      return await l2.keyv.get(key);
    } catch {
      stats.l2.faults++;
      return undefined;
    }
  };

  return {
    stats,
    async get(key) {
      const near: unknown = await l1.get(key);
      stats.l1[near === undefined ? 'misses' : 'hits']++;
      if (near !== undefined) return near;
      const far = await fromL2(key);
      if (l2) stats.l2[far === undefined ? 'misses' : 'hits']++;
      if (far !== undefined) await l1.set(key, far);
      return far;
    },
    async set(key, value) {
      await l1.set(key, value);
      if (!l2) return;
      try {
        await l2.keyv.set(key, value);
      } catch {
        stats.l2.faults++;
      }
    },
    async close() {
      await l2?.close();
    },
  };
}
