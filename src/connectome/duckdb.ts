/** Connectome on an embedded DuckDB with the tables neuron, roi_count, connection and meta. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { ConfigError, DecodeError } from '../errors.ts';
import type { Answer, CatalogueRow, Connectome, DatasetDescription, RoiCountRow } from './connectome.ts';
import { type Cell, type Database, openDatabase, quoteIdentifier } from './database.ts';
import { descriptionFromMeta, META_PROPERTIES } from './meta.ts';

/** Opens a file that `neurodex import` or `neurodex sample` wrote. */
export async function openDuckdb(file: string): Promise<Connectome> {
  if (!existsSync(file))
    throw new ConfigError(`${file}: no such file. Make one with "neurodex import" or "neurodex sample".`);
  const path = realpathSync(file);
  if (!statSync(path).isFile()) throw new ConfigError(`${file}: expected a DuckDB file, found a directory.`);
  return await connectomeOn(await openDatabase(path), {
    id: `duckdb:${path}`,
    // A file that was edited has another time or size; uuid and lastDatabaseEdit may be absent.
    edit: () => {
      const { size, mtimeMs } = statSync(path);
      return `${size}-${mtimeMs}`;
    },
  });
}

interface Identity {
  id: string;
  edit: () => string;
}

/**
 * Asks an open database the questions of a Connectome; closes it with itself.
 * @throws DecodeError if a table or a column is missing
 */
export async function connectomeOn(database: Database, { id, edit }: Identity): Promise<Connectome> {
  const columns = await columnsOf(database);
  const neuron = columns.get('neuron') ?? new Set<string>();
  const meta = columns.get('meta') ?? new Set<string>();
  const countOf = (property: string): string =>
    neuron.has(property) ? `coalesce(sum(${property}), 0)::DOUBLE` : '0::DOUBLE';

  return {
    id,
    async edit() {
      return embedded(edit(), 0, 0);
    },

    async describe(ask) {
      const known = META_PROPERTIES.filter((property) => meta.has(property));
      // to_json: whatever the column's type, one text that is parsed in one place.
      const select = known.map((property) => `to_json(${quoteIdentifier(property)})::VARCHAR`).join(', ');
      const [row] = await database.query(`SELECT ${select} FROM meta`, [], ask);
      if (row === undefined) throw new DecodeError('Table meta: expected one row, found none.');
      const properties = Object.fromEntries(known.map((property, i) => [property, parsedCell(row[i])]));
      return embedded<DatasetDescription>({ ...descriptionFromMeta(properties), edit: edit() }, 1, 1);
    },

    async catalogue(properties, ask) {
      // Only columns that exist are asked for: most datasets lack most annotations.
      const known = properties.filter((property) => neuron.has(property));
      const positions = properties.map((property) => known.indexOf(property));
      const values = known.map((property) => `, ${quoteIdentifier(property)}::VARCHAR`).join('');
      // Sums as DOUBLE: exact below 2^53, and no bigint for each of 100,000 rows.
      const counts = `count(*)::DOUBLE, ${countOf('pre')}, ${countOf('post')}`;
      const rows = await database.queryAs(
        ([type, cells, pre, post, ...found]): CatalogueRow => ({
          type: type as string | null,
          cells: cells as number,
          pre: pre as number,
          post: post as number,
          values: positions.map((position) => (found[position] ?? null) as string | null),
        }),
        `SELECT type::VARCHAR, ${counts}${values} FROM neuron WHERE type IS NOT NULL GROUP BY ALL
         UNION ALL
         SELECT NULL, ${counts}${', NULL'.repeat(known.length)} FROM neuron WHERE type IS NULL HAVING count(*) > 0`,
        [],
        ask,
      );
      return embedded(rows, rows.length, 1);
    },

    async roiCounts(types, rois, ask) {
      const rows = await database.queryAs(
        ([type, roi, pre, post]) => ({ type, roi, pre, post }) as RoiCountRow,
        `SELECT n.type::VARCHAR, r.roi, coalesce(sum(r.pre), 0)::DOUBLE, coalesce(sum(r.post), 0)::DOUBLE
         FROM neuron n JOIN roi_count r USING (bodyId)
         WHERE n.type::VARCHAR IN (SELECT unnest($1)) AND r.roi IN (SELECT unnest($2))
         GROUP BY ALL`,
        [types, rois],
        ask,
      );
      return embedded(rows, rows.length, 1);
    },

    async canSum() {
      return embedded(true, 0, 0);
    },

    // Nothing crosses a wire.
    bytesReceived: () => 0,

    async close() {
      database.close();
    },
  };
}

function embedded<T>(value: T, rows: number, roundTrips: number): Answer<T> {
  return { value, serverMs: null, rows, roundTrips };
}

const REQUIRED_COLUMNS = { neuron: ['bodyId', 'type'], roi_count: ['bodyId', 'roi', 'pre', 'post'], meta: ['dataset'] };

async function columnsOf(database: Database): Promise<Map<string, Set<string>>> {
  const columns = new Map<string, Set<string>>();
  for (const [table, column] of await database.query(
    'SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal',
  )) {
    const names = columns.get(table as string) ?? new Set<string>();
    columns.set(table as string, names.add(column as string));
  }
  for (const [table, required] of Object.entries(REQUIRED_COLUMNS)) {
    const missing = required.filter((column) => !columns.get(table)?.has(column));
    if (missing.length > 0) {
      throw new DecodeError(
        `Expected a table ${table} with the columns ${required.join(', ')}; ${missing.join(', ')} missing. Make the file with "neurodex import".`,
      );
    }
  }
  return columns;
}

function parsedCell(cell: Cell | undefined): unknown {
  return typeof cell === 'string' ? JSON.parse(cell) : null;
}
