/** Opens what keeps a cache, for commands that are about nothing else: where it fails, they do. */
import { statSync } from 'node:fs';
import { bytesOf, cacheFile, type SetAside, setAsideOf } from '../cache/sqliteFile.ts';
import { type Store, StoreFault } from '../cache/store.ts';
import { isRedis, openStore } from '../cache/stores.ts';
import { ConfigError, isExpected } from '../errors.ts';

export interface Kept<T> {
  /** A file, or a server without its password. */
  name: string;
  /** What the file takes after the work; null for a server. */
  diskBytes: number | null;
  result: T;
}

/**
 * @param work gets null where nothing was ever kept: to look there makes no folder and no file
 * @throws ConfigError for what cannot be opened, read or changed, or was damaged
 */
export async function withStore<T>(cache: string, work: (store: Store | null) => Promise<T>): Promise<Kept<T>> {
  const file = cache === 'none' || isRedis(cache) ? null : cacheFile(cache);
  if (file !== null && !isFile(cache) && sizeOf(file) === null)
    return { name: file, diskBytes: 0, result: await work(null) };
  // A cache that was damaged is empty from then on: no answer to what is asked here.
  const store = await requireStore(cache, (text) => {
    throw new ConfigError(text);
  });
  let result: T;
  try {
    result = await inOneLine(() => work(store));
  } finally {
    await inOneLine(() => store.close());
  }
  // SQLite moves its log into the file on closing.
  return { name: store.name, diskBytes: file === null ? null : sizeOf(file), result };
}

/** @throws ConfigError for none, and for what cannot be opened */
export async function requireStore(cache: string, tell: (text: string) => void): Promise<Store> {
  const store = await inOneLine(() => openStore(cache, tell));
  if (store === null) throw new ConfigError('--cache: expected a folder or redis://HOST:PORT; got none.');
  return store;
}

/** Makes a store's errors, which say what is the matter, ours. */
export async function inOneLine<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    // A defect stays one.
    if (isExpected(cause) || cause instanceof TypeError) throw cause;
    const { message } = cause as Error;
    throw new ConfigError(cause instanceof StoreFault ? `${message}; ${cause.remedy}.` : `${message}.`, { cause });
  }
}

/** null if there is no such file. */
function sizeOf(file: string): number | null {
  return lookedAt(file, bytesOf);
}

function isFile(folder: string): boolean {
  return lookedAt(folder, (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
}

/** What was set aside as damaged; of a server nothing ever is. */
export function setAsideIn(cache: string): SetAside {
  return cache === 'none' || isRedis(cache) ? { files: [], bytes: 0 } : lookedAt(cacheFile(cache), setAsideOf);
}

/** @throws ConfigError where that is not allowed */
function lookedAt<T>(path: string, look: (path: string) => T): T {
  try {
    return look(path);
  } catch (cause) {
    throw new ConfigError(`${path}: cannot be looked at (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}
