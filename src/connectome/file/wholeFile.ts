/** A DuckDB file that appears whole or not at all. */
import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError, WriteError } from '../../errors.ts';
import { bytesAt } from '../../files.ts';
import { type Bounds, createDatabase, type Database } from './database.ts';

/**
 * Runs `fill` on a new database in a folder beside the target (a rename is atomic only within one file system)
 * and puts it in the target's place when all is well.
 * @param beside how that folder's path begins
 * @param bounds of the database
 */
export async function writeWhole<T>(
  into: string,
  fill: (database: Database) => Promise<T>,
  { beside = `${into}.partial-`, bounds }: { beside?: string; bounds?: Bounds } = {},
): Promise<T> {
  requireTarget(into);
  let folder: string;
  try {
    folder = mkdtempSync(beside);
  } catch (cause) {
    throw new WriteError(
      `${into}: its folder ${dirname(into)} cannot be written to (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  try {
    const partial = join(folder, basename(into));
    const database = await createDatabase(partial, bounds);
    let result: T;
    try {
      result = await fill(database);
      await database.query('CHECKPOINT');
    } finally {
      database.close();
    }
    renameSync(partial, into);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws ConfigError if no DuckDB file can be put there, or something else would be replaced */
export function requireTarget(into: string): void {
  // A source is known by its name for what it is.
  if (!/\.(duckdb|db)$/.test(into)) throw new ConfigError(`${into}: expected a name that ends in .duckdb.`);
  if (!existsSync(dirname(into))) throw new ConfigError(`${into}: the folder ${dirname(into)} does not exist.`);
  // DuckDB would replay the log of the file that stood there into the new one.
  if (existsSync(`${into}.wal`)) {
    throw new ConfigError(
      `${into}.wal exists: a program has ${into} open for writing, or ended without closing it. Close it, or remove both.`,
    );
  }
  const stat = statSync(into, { throwIfNoEntry: false });
  if (stat === undefined) return;
  // Anything but a DuckDB file is somebody's own.
  if (!stat.isFile() || !isDuckdbFile(into))
    throw new ConfigError(`${into}: exists and is no DuckDB file; it is left alone. Choose another name.`);
}

/** Bytes 8 to 11 of a DuckDB file spell DUCK. */
function isDuckdbFile(file: string): boolean {
  return bytesAt(file, 8, 4).toString('latin1') === 'DUCK';
}
