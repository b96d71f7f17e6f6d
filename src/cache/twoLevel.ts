/** L1 memory over L2 disk or Redis, both keyv. A fault of L2 is counted and taken for a miss; it never ends a run. */
import type { CacheStats } from '../report.ts';
import type { ListedEntry, Store } from './store.ts';

export interface Cache {
  /** undefined is a miss. What comes back is JSON that some run stored: check its shape. Never change it. */
  get(key: string): Promise<unknown>;
  /** One for each key, in their order. */
  getMany(keys: readonly string[]): Promise<unknown[]>;
  set(key: string, value: unknown): Promise<void>;
  /** All of the entries or none reach L2. */
  setMany(entries: ReadonlyMap<string, unknown>): Promise<void>;
  /** The entries whose keys begin with a text, by key. */
  list(prefix: string): Promise<ListedEntry[]>;
  deleteMany(keys: readonly string[]): Promise<void>;
  /** Tells of an entry, or a part of one, that came back and is not what was stored: counted as a fault of L2. */
  damaged(what: string): void;
  readonly stats: Readonly<CacheStats>;
  close(): Promise<void>;
}
