/** A cache folder -> the keyv store in it; says so where there can be none. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { bytesAt, makeFolder } from '../files.ts';

export interface OpenStore {
  keyv: Keyv;
  close(): Promise<void>;
}

/** Marks our databases: "ndex", at the place that SQLite keeps for it in a file's head. */
const APPLICATION_ID = 0x6e646578;
const APPLICATION_ID_AT = 68;

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
  const file = join(folder, 'neurodex.sqlite');
  requireOurs(file);
  const store = new KeyvSqlite({ uri: `sqlite://${file}`, busyTimeout: BUSY_TIMEOUT_MS });
  // keyv forwards the store's errors to its own listeners and throws where there is none.
  const keyv = new Keyv({
    store: store as unknown as KeyvStoreAdapter,
    namespace: 'neurodex',
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
  keyv.on('error', () => undefined);
  try {
    await store.query(`PRAGMA application_id = ${APPLICATION_ID}`);
    await store.query('PRAGMA journal_mode = WAL');
    await store.query('PRAGMA synchronous = NORMAL');
  } catch (error) {
    await store.close();
    throw error;
  }
  return { keyv, close: () => store.close() };
}

/** @throws an Error if another program's database stands there: not a byte of it is changed */
function requireOurs(file: string): void {
  if (!existsSync(file) || statSync(file).size === 0) return;
  if (bytesAt(file, APPLICATION_ID_AT, 4).readUInt32BE() === APPLICATION_ID) return;
  throw new Error(`${file} is not a database of neurodex; move it away, or name another folder by --cache`);
}
