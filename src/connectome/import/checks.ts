/** Rules that every imported row must keep, each broken one told by file, body and value. */
import { DecodeError } from '../../errors.ts';
import type { Database } from '../file/database.ts';

/** A body's id above 2^53 that went through a number of floating point has lost its last digits. */
const WAS_A_FLOAT = /e\+?\d+$|\.0$/i;

export async function requireBodyIds(database: Database, table: string, file: string, column: string): Promise<void> {
  const row = table === 'roi_staged' ? 'NULL' : '"_row"::DOUBLE';
  const [bad] = await database.query(
    // pandas writes ids as 12.0 where a column has gaps; up to 15 digits nothing was lost by it.
    `SELECT ${column}, ${row} FROM ${table}
     WHERE ${column} IS NULL OR NOT regexp_full_match(${column}, '[0-9]{1,19}|[0-9]{1,15}\\.0')
     OR TRY_CAST(${column} AS BIGINT) IS NULL LIMIT 1`,
  );
  if (!bad) return;
  const where = bad[1] === null ? file : `${file}, row ${bad[1]}`;
  const what = bad[0] === null ? 'nothing' : JSON.stringify(bad[0]);
  const why = WAS_A_FLOAT.test(String(bad[0])) ? '; keep ids as text or Int64 where the file is made' : '';
  throw new DecodeError(`${where}: expected ${column} to be a whole number of at most 19 digits, got ${what}${why}.`);
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
