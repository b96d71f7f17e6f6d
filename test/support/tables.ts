/** What a connectome file holds, to be compared with another: by table its columns and its rows, in an order of their own. */
import { openDatabase, quoteIdentifier } from '../../src/connectome/file/database.ts';

export async function tablesIn(file: string): Promise<Record<string, { columns: string[]; rows: string[] }>> {
  const database = await openDatabase(file);
  try {
    const tables: Record<string, { columns: string[]; rows: string[] }> = {};
    for (const [table] of await database.query('SELECT table_name FROM duckdb_tables() ORDER BY 1')) {
      const columns = await database.query(
        'SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY 1',
        [String(table)],
      );
      const names = columns.map(([name]) => `to_json(${quoteIdentifier(String(name))})::VARCHAR`).join(', ');
      const rows = await database.query(`SELECT to_json([${names}])::VARCHAR FROM ${table} ORDER BY 1`);
      tables[String(table)] = {
        columns: columns.map(([name, type]) => `${name} ${type}`),
        rows: rows.map(([row]) => String(row)),
      };
    }
    return tables;
  } finally {
    database.close();
  }
}
