/** A cache folder -> the keyv store in it; says so where there can be none. */

import { join } from 'node:path';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { makeFolder } from '../folders.ts';

export interface OpenStore {
  keyv: Keyv;
  close(): Promise<void>;
}

/** Four processes that write at once lose rows to SQLITE_BUSY without it, none with it. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens neurodex.sqlite in the folder, which is made if need be.
 * @throws an Error whose message says why nothing can be kept there
 */
export async function openSqliteStore(folder: string): Promise<OpenStore> {
  let KeyvSqlite: typeof import('@keyv/sqlite').KeyvSqlite;
  try {
    ({ KeyvSqlite } = await import('@keyv/sqlite'));
  } catch (cause) {
    throw new Error('@keyv/sqlite does not load; "npm install @keyv/sqlite" needs a C++ compiler', { cause });
  }
  makeFolder(folder);
  const store = new KeyvSqlite({ uri: `sqlite://${join(folder, 'neurodex.sqlite')}`, busyTimeout: BUSY_TIMEOUT_MS });
  // keyv forwards the store's errors to its own listeners and throws where there is none.
  const keyv = new Keyv({
    store: store as unknown as KeyvStoreAdapter,
    namespace: 'neurodex',
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
  keyv.on('error', () => undefined);
  await store.query('PRAGMA journal_mode = WAL');
  await store.query('PRAGMA synchronous = NORMAL');
  return { keyv, close: () => store.close() };
}
