/** What a file that snapshot made says of itself: what it was taken from, so that the same is not taken again. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { type Database, openDatabase, quoteLiteral } from '../connectome/file/database.ts';
import { type TableCounts, tableCounts } from '../connectome/import/importFiles.ts';
import { ConfigError, DecodeError } from '../errors.ts';
import { CONNECTION_TABLES, type ConnectionTable } from './connections.ts';
import type { Origin } from './parts.ts';

export interface Mark extends Origin {
  connections: ConnectionTable | null;
}

export interface Held extends TableCounts {
  typeConnections: number;
}

const mark = z.object({
  source: z.string(),
  dataset: z.string(),
  edit: z.string().nullable(),
  connections: z.enum(CONNECTION_TABLES).nullable(),
});

/** A comment on the table meta: no query sees it. */
export async function setMark(database: Database, given: Mark): Promise<void> {
  await database.query(`COMMENT ON TABLE meta IS ${quoteLiteral(JSON.stringify(given))}`);
}

/** What the file holds, if it was taken from there, of that edit, with those connections; null: it is another, or none. */
export async function heldIn(file: string, wanted: Mark): Promise<Held | null> {
  if (wanted.edit === null || !existsSync(file)) return null;
  const database = await opened(file);
  if (database === null) return null;
  try {
    const [[comment = null] = []] = await database.query(
      "SELECT comment FROM duckdb_tables() WHERE table_name = 'meta' AND NOT internal",
    );
    const found = markIn(comment);
    const isSame =
      found !== null && (['source', 'dataset', 'edit'] as const).every((name) => found[name] === wanted[name]);
    if (!isSame || (wanted.connections !== null && found.connections !== wanted.connections)) return null;
    const [[typeConnections = 0] = []] =
      found.connections === 'types' ? await database.query('SELECT count(*)::DOUBLE FROM type_connection') : [];
    return { ...(await tableCounts(database)), typeConnections: Number(typeConnections) };
  } finally {
    database.close();
  }
}

async function opened(file: string): Promise<Database | null> {
  try {
    return await openDatabase(file);
  } catch (error) {
    // Damaged, or of a newer DuckDB: it is replaced. One that is in use is not.
    if (error instanceof DecodeError || error instanceof ConfigError) return null;
    throw error;
  }
}

function markIn(comment: unknown): Mark | null {
  if (typeof comment !== 'string' || !comment.startsWith('{')) return null;
  try {
    return mark.safeParse(JSON.parse(comment)).data ?? null;
  } catch {
    // Somebody's own comment.
    return null;
  }
}
