/** A cache folder -> the store in it: keyv over SQLite, its lists made single statements. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KeyvSqlite } from '@keyv/sqlite';
import type { KeyvEntry, KeyvStoreAdapter } from 'keyv';
import { EXPIRES_FROM_END, EXPIRES_LENGTH, openKeyv, writtenMsOf } from './kept.ts';
import {
  APPLICATION_ID,
  cacheFile,
  canHaveLog,
  inodeOf,
  isDiskFull,
  place,
  replace,
  requireFolder,
  requireOurs,
} from './sqliteFile.ts';
import { type ListedEntry, type Store, StoreFault, type Trouble } from './store.ts';

/** Raised when the table's shape changes: what an older one holds is dropped. The first release had 0. */
const STORE_VERSION = 1;

/** Four processes that write at once lose rows to SQLITE_BUSY without it, none with it. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * A check reads the whole file, from memory in 17 ms for 60 MB, 80 ms for 250 MB, 240 ms for 500 MB. In a larger one
 * damage is met as it is read, and the file is set aside when it is closed.
 */
const CHECKED_BYTES = 256 * 2 ** 20;

/** The second finds a fresh file, or, if another process is just putting one there, the third. */
const ATTEMPTS = 3;

const FULL = ['is on a disk that is full', 'full'] as const;
const DAMAGED = ['is damaged', 'damaged'] as const;
const REASONS: Readonly<Record<string, readonly [string, Trouble]>> = {
  ENOSPC: FULL,
  SQLITE_FULL: FULL,
  SQLITE_READONLY: ['cannot be written to', 'other'],
  SQLITE_CANTOPEN: ['cannot be opened or written beside', 'other'],
  SQLITE_BUSY: [`was held by another process for more than ${BUSY_TIMEOUT_MS / 1000} s`, 'locked'],
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
};

type Sqlite = typeof import('@keyv/sqlite').KeyvSqlite;

/**
 * Opens neurodex.sqlite in the folder, which is made if need be.
 * @throws an Error whose message says why nothing can be kept there
 */
export async function openSqliteStore(folder: string, tell: (text: string) => void): Promise<Store> {
  const Sqlite = await loadSqlite();
  requireFolder(folder);
  const file = cacheFile(folder);
  const renew = async (inode: bigint | undefined): Promise<void> => {
    const time = await timeOf(Sqlite);
    const aside = await withFresh(Sqlite, file, (fresh) => replace(file, fresh, inode, time));
    if (aside)
      tell(`${file} was damaged: set aside as ${basename(aside)}, which may be deleted; the cache is empty now.`);
  };
  for (let attempt = 1; ; attempt++) {
    let inode: bigint | undefined;
    try {
      inode = inodeOf(file);
      return createStore(await openDatabase(Sqlite, file), file, renew);
    } catch (error) {
      if (!isDamage(error) || attempt === ATTEMPTS) throw plain(file, error);
    }
    try {
      await renew(inode);
    } catch (error) {
      throw plain(file, error);
    }
  }
}

async function loadSqlite(): Promise<Sqlite> {
  try {
    return (await import('@keyv/sqlite')).KeyvSqlite;
  } catch (cause) {
    throw new Error('@keyv/sqlite does not load; "npm install @keyv/sqlite" needs a C++ compiler', { cause });
  }
}

async function openDatabase(Sqlite: Sqlite, file: string): Promise<KeyvSqlite> {
  if (!existsSync(file)) await withFresh(Sqlite, file, (fresh) => place(fresh, file));
  requireOurs(file);
  const database = connect(Sqlite, file);
  try {
    await chooseJournal(database, file);
    await requireVersion(database, file);
    if (statSync(file).size <= CHECKED_BYTES) await requireSound(database);
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw error;
  }
}

/** A fresh file, made elsewhere to be put in its place whole: no process ever sees one that is not marked as ours yet. */
async function withFresh<T>(Sqlite: Sqlite, file: string, use: (fresh: string) => T): Promise<T> {
  const folder = mkdtempSync(`${file}.new-`);
  try {
    const fresh = join(folder, basename(file));
    const database = connect(Sqlite, fresh);
    await requireVersion(database, fresh);
    await database.close();
    return use(fresh);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function connect(Sqlite: Sqlite, file: string): KeyvSqlite {
  const database = new Sqlite({ uri: `sqlite://${file}`, busyTimeout: BUSY_TIMEOUT_MS });
  // It tells of what rejects its calls as well, and would throw that again where nobody listens.
  database.on('error', () => undefined);
  return database;
}

async function chooseJournal(database: KeyvSqlite, file: string): Promise<void> {
  const mode = canHaveLog(file) ? 'WAL' : 'DELETE';
  // Where it is refused (another process is writing, the log cannot be made) the mode stays what it is.
  const [granted] = await query<{ journal_mode: string }>(database, `PRAGMA journal_mode = ${mode}`).catch(() => []);
  if (granted?.journal_mode === 'wal') await database.query('PRAGMA synchronous = NORMAL');
}

/** Empties a file of an older version. Asked again once nobody else can write: two processes may come at once. */
async function requireVersion(database: KeyvSqlite, file: string): Promise<void> {
  if ((await versionOf(database, file)) === STORE_VERSION) return;
  await database.query('BEGIN IMMEDIATE');
  if ((await versionOf(database, file)) !== STORE_VERSION) {
    await database.query('DROP TABLE keyv');
    // A column before the value is read without it: a list of 1,600 entries takes 4 ms, not as long as their 360 MB.
    await database.query(
      `CREATE TABLE keyv (key TEXT PRIMARY KEY, expires INTEGER AS
       (CAST(substr(value, -${EXPIRES_FROM_END}, ${EXPIRES_LENGTH}) AS INTEGER)) STORED, value TEXT)`,
    );
    await database.query(`PRAGMA application_id = ${APPLICATION_ID}`);
    await database.query(`PRAGMA user_version = ${STORE_VERSION}`);
  }
  await database.query('COMMIT');
}

async function versionOf(database: KeyvSqlite, file: string): Promise<number> {
  const [found] = await query<{ user_version: number }>(database, 'PRAGMA user_version');
  const version = found?.user_version ?? 0;
  if (version <= STORE_VERSION) return version;
  throw new Error(`${file} was made by a newer neurodex; use that one, or name another folder by --cache`);
}

async function requireSound(database: KeyvSqlite): Promise<void> {
  const [found] = await query<{ quick_check: string }>(database, 'PRAGMA quick_check(1)');
  if (found?.quick_check === 'ok') return;
  throw Object.assign(new Error(found?.quick_check), { code: 'SQLITE_CORRUPT' });
}

function createStore(database: KeyvSqlite, file: string, renew: (inode: bigint | undefined) => Promise<void>): Store {
  const inode = inodeOf(file);
  let isDamaged = false;
  const keyv = openKeyv(Object.assign(database, manyAtOnce(database)) as unknown as KeyvStoreAdapter);
  const requireInPlace = (cause?: unknown): void => {
    if (inodeOf(file) === inode) return;
    throw new StoreFault(`${file} was removed or replaced while it was in use`, 'removed', cause);
  };
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      requireInPlace(error);
      isDamaged ||= isDamage(error);
      throw plain(file, error);
    }
  };
  return {
    name: file,
    getMany: (keys) => guarded(keyv.getMany(keys)),
    setMany: (entries) => guarded(keyv.setMany(entries)),
    list: (prefix) => guarded(list(database, prefix)),
    deleteMany: (keys) => guarded(keyv.deleteMany(keys)),
    async shrink() {
      await guarded(database.query('VACUUM'));
      // The log would stay as large as what was copied.
      await guarded(database.query('PRAGMA wal_checkpoint(TRUNCATE)'));
    },
    async close() {
      await database.close();
      if (isDamaged) await renew(inode);
      // SQLite has no objection to writing into a file that has lost its name.
      else requireInPlace();
    },
  };
}

/** @keyv/sqlite writes entries one by one, searches all rows for each key it read, and reads what it is to delete. */
function manyAtOnce(database: KeyvSqlite): object {
  return {
    async getMany(keys: readonly string[]) {
      const rows = await query<{ key: string; value: string }>(
        database,
        'SELECT key, value FROM keyv WHERE key IN (SELECT value FROM json_each(?))',
        JSON.stringify(keys),
      );
      const found = new Map(rows.map(({ key, value }) => [key, value]));
      return keys.map((key) => found.get(key));
    },
    /** One statement, hence all or nothing. The values travel as one blob, as JSON they take 3 times as long (40 MB: 0.6 s). */
    async setMany(entries: readonly KeyvEntry[]) {
      let end = 0;
      const places = entries.map(({ key, value }) => {
        const start = end;
        end += Buffer.byteLength(value);
        return [key, start + 1, end - start] as const;
      });
      const blob = Buffer.allocUnsafe(end);
      for (const [i, [, start]] of places.entries()) blob.write(entries[i]?.value, start - 1);
      // "WHERE true" tells the parser that ON begins no join.
      await database.query(
        `INSERT INTO keyv (key, value)
         SELECT value ->> 0, CAST(substr(?2, value ->> 1, value ->> 2) AS TEXT) FROM json_each(?1) WHERE true
         ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [JSON.stringify(places), blob],
      );
    },
    async deleteMany(keys: readonly string[]) {
      await database.query('DELETE FROM keyv WHERE key IN (SELECT value FROM json_each(?))', JSON.stringify(keys));
      return true;
    },
  };
}

async function list(database: KeyvSqlite, prefix: string): Promise<ListedEntry[]> {
  const rows = await query<{ key: string; bytes: number; expires: number }>(
    database,
    `SELECT key, octet_length(value) AS bytes, expires FROM keyv
     WHERE key >= ?1 AND key < ?1 || char(0x10ffff) ORDER BY key`,
    prefix,
  );
  return rows.map(({ key, bytes, expires }) => ({ key, bytes, writtenMs: writtenMsOf(expires) }));
}

function query<Row>(database: KeyvSqlite, sql: string, parameter?: string): Promise<Row[]> {
  return database.query(sql, parameter === undefined ? [] : [parameter]) as Promise<Row[]>;
}

/** As in 20261121T143000Z, by the system's clock. */
async function timeOf(Sqlite: Sqlite): Promise<string> {
  const memory = connect(Sqlite, ':memory:');
  const [now] = await query<{ time: string }>(memory, "SELECT strftime('%Y%m%dT%H%M%SZ', 'now') AS time");
  await memory.close();
  return now?.time ?? '';
}

function isDamage(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB';
}

/** One line that a user can act on. */
function plain(file: string, error: unknown): Error {
  const { code = '', message, syscall } = error as NodeJS.ErrnoException;
  const known = code === 'SQLITE_IOERR' && isDiskFull(file) ? FULL : REASONS[code];
  const reason = known ?? (syscall ? ([`cannot be made or looked at (${code})`, 'other'] as const) : null);
  if (reason) return new StoreFault(`${file} ${reason[0]}`, reason[1], error);
  return code ? new StoreFault(`${file} failed (${message})`, 'other', error) : (error as Error);
}
