/** Rules that every imported row must keep, each broken one told by file, body and value. */
import { DecodeError } from '../errors.ts';
import type { Database } from './database.ts';
import type { Relation } from './readers.ts';

export function requireColumns(relation: Relation, required: readonly string[]): void {
  const missing = required.filter((name) => !relation.columns.includes(name));
  if (missing.length === 0) return;
  throw new DecodeError(
    `${relation.file}: expected the columns ${required.join(', ')}; ${missing.join(', ')} missing, found ${relation.columns.join(', ')}.`,
  );
}

export async function requireBodyIds(database: Database, table: string, file: string, column: string): Promise<void> {
  const row = table === 'roi_staged' ? 'NULL' : '"_row"::DOUBLE';
  const [bad] = await database.query(
    `SELECT ${column}, ${row} FROM ${table}
     WHERE ${column} IS NULL OR NOT regexp_full_match(${column}, '[0-9]{1,19}') OR TRY_CAST(${column} AS BIGINT) IS NULL LIMIT 1`,
  );
  if (!bad) return;
  const where = bad[1] === null ? file : `${file}, row ${bad[1]}`;
  const what = bad[0] === null ? 'nothing' : JSON.stringify(bad[0]);
  throw new DecodeError(`${where}: expected ${column} to be a whole number of at most 19 digits, got ${what}.`);
}

export async function requireCounts(
  database: Database,
  table: string,
  file: string,
  columns: readonly string[],
  bodyId = 'bodyId',
): Promise<void> {
  for (const column of columns) {
    // pandas writes counts as 12.0 where a column has gaps.
    const [bad] = await database.query(
      `SELECT ${bodyId}, ${column} FROM ${table} WHERE NOT regexp_full_match(${column}, '[0-9]{1,15}(\\.0*)?') LIMIT 1`,
    );
    if (bad)
      throw new DecodeError(
        `${file}: body ${bad[0]}: expected ${column} to be a whole number from 0 up, got ${JSON.stringify(bad[1])}.`,
      );
  }
}
