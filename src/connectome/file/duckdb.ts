/** Connectome on an embedded DuckDB with the tables neuron, roi_count, connection and meta. */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { ConfigError, DecodeError } from '../../errors.ts';
import { cellRow, cellsIn } from '../cellRow.ts';
import type {
  Answer,
  Ask,
  CatalogueRow,
  Connectome,
  DatasetDescription,
  PartnerRow,
  RoiCountRow,
  TypedAnswer,
  TypeSize,
} from '../connectome.ts';
import { fileId } from '../identity.ts';
import { listSeparator } from '../listText.ts';
import { descriptionFromMeta, META_PROPERTIES } from '../meta.ts';
import { partnerRow } from '../partnerRow.ts';
import { type Cell, type Database, openDatabase, type Parameter, quoteIdentifier, quoteLiteral } from './database.ts';

/** One question takes all cores; a second keeps them busy while the first's rows are taken. */
const MOST_IN_FLIGHT = 2;

/** Opens a file that `neurodex import` or `neurodex sample` wrote. */
export async function openDuckdb(file: string): Promise<Connectome> {
  const path = pathOf(file);
  // Before it is opened: what takes its place later has another.
  const edit = editOf(path);
  return await connectomeOn(await openDatabase(path), { id: fileId(path), edit });
}

/** @throws ConfigError if there is no such file */
export function pathOf(file: string): string {
  if (!existsSync(file))
    throw new ConfigError(`${file}: no such file. Make one with "neurodex import" or "neurodex sample".`);
  const path = realpathSync(file);
  if (!statSync(path).isFile()) throw new ConfigError(`${file}: expected a DuckDB file, found a directory.`);
  return path;
}

/**
 * A file that was edited has another time or size, or its log has, which holds what a writer that ended before its time
 * did not move into the file; uuid and lastDatabaseEdit may be absent.
 */
function editOf(path: string): string {
  const parts = [path, `${path}.wal`].flatMap((part) => statSync(part, { throwIfNoEntry: false }) ?? []);
  return parts.map(({ size, mtimeMs }) => `${size}-${mtimeMs}`).join(' ');
}

interface Identity {
  id: string;
  /** What edit() answers. */
  edit: string;
}

/**
 * Asks an open database the questions of a Connectome; closes it with itself.
 * @throws DecodeError if a table or a column is missing
 */
export async function connectomeOn(database: Database, { id, edit }: Identity): Promise<Connectome> {
  const columns = await columnsOf(database);
  const neuron = columns.get('neuron') ?? new Map<string, string>();
  const meta = columns.get('meta') ?? new Map<string, string>();
  const countOf = (property: string): string =>
    neuron.has(property) ? `coalesce(sum(${property}), 0)::DOUBLE` : '0::DOUBLE';

  const holds = async (table: string, required: readonly string[], ask?: Ask): Promise<boolean> =>
    required.every((column) => columns.get(table)?.has(column)) &&
    (await database.query(`SELECT 1 FROM ${table} LIMIT 1`, [], ask)).length > 0;
  /** No connections at all were not taken: unknown is not zero. */
  const partnersSql = async (ask?: Ask): Promise<string> => {
    if (await holds('connection', CONNECTION_COLUMNS, ask)) return PARTNERS;
    if (await holds('type_connection', TYPE_CONNECTION_COLUMNS, ask)) return TYPE_PARTNERS;
    throw new ConfigError(
      'Expected a file with connections, this one holds none: make it with --connections, by "neurodex import" or "neurodex snapshot".',
    );
  };

  /** Rows of the types asked for; the row of a type whose second column is null counts its cells in the third. */
  const askTyped = async <Row>(
    fromRow: (row: Cell[]) => Row,
    sql: string,
    parameters: readonly Parameter[],
    ask?: Ask,
  ): Promise<TypedAnswer<Row>> => {
    const cells = new Map<string, number>();
    const rows = await database.queryAs(
      (row) => {
        if (row[1] !== null) return fromRow(row);
        cells.set(row[0] as string, row[2] as number);
        return null;
      },
      sql,
      parameters,
      ask,
    );
    return { ...embedded(rows.filter((row) => row !== null) as Row[], rows.length, 1), cells };
  };

  return {
    id,
    isEmbedded: true,
    maxInFlight: MOST_IN_FLIGHT,
    async edit() {
      return embedded<string | null>(edit, 0, 0);
    },

    async describe(ask) {
      const known = META_PROPERTIES.filter((property) => meta.has(property));
      // to_json: whatever the column's type, one text that is parsed in one place.
      const select = known.map((property) => `to_json(${quoteIdentifier(property)})::VARCHAR`).join(', ');
      const [row] = await database.query(`SELECT ${select} FROM meta`, [], ask);
      if (row === undefined) throw new DecodeError('Table meta: expected one row, found none.');
      const properties = Object.fromEntries(known.map((property, i) => [property, parsedCell(row[i])]));
      return embedded<DatasetDescription>({ ...descriptionFromMeta(properties), edit }, 1, 1);
    },

    async typeSizes(ask) {
      const rows = await database.queryAs(
        ([type, cells]) => ({ type, cells }) as TypeSize,
        'SELECT type::VARCHAR, count(*)::DOUBLE FROM neuron WHERE type IS NOT NULL GROUP BY ALL',
        [],
        ask,
      );
      return embedded(rows, rows.length, 1);
    },

    async catalogue(properties, ask) {
      // Only columns that exist are asked for: most datasets lack most annotations.
      const known = properties.filter((property) => neuron.has(property));
      const positions = properties.map((property) => known.indexOf(property));
      const values = known.map((property) => `, ${textSql(property, neuron.get(property))}`).join('');
      // Sums as DOUBLE: exact below 2^53, and no bigint for each of 100,000 rows.
      const counts = `count(*)::DOUBLE, ${countOf('pre')}, ${countOf('post')}`;
      const { from, below } = ask?.range ?? { from: null, below: null };
      const untyped = `SELECT NULL, ${counts}${', NULL'.repeat(known.length)} FROM neuron WHERE type IS NULL HAVING count(*) > 0`;
      const rows = await database.queryAs(
        ([type, cells, pre, post, ...found]): CatalogueRow => ({
          type: type as string | null,
          cells: cells as number,
          pre: pre as number,
          post: post as number,
          values: positions.map((position) => (found[position] ?? null) as string | null),
        }),
        `SELECT type::VARCHAR, ${counts}${values} FROM neuron
         WHERE type IS NOT NULL AND ($1 IS NULL OR type::VARCHAR >= $1) AND ($2 IS NULL OR type::VARCHAR < $2) GROUP BY ALL
         ${from === null ? `UNION ALL ${untyped}` : ''}`,
        [from, below],
        ask,
      );
      return embedded(rows, rows.length, 1);
    },

    roiCounts: (types, rois, ask) =>
      askTyped(
        ([type, roi, pre, post]) => ({ type, roi, pre, post }) as RoiCountRow,
        `WITH asked AS (${ASKED_CELLS})
         SELECT asked.type, r.roi, coalesce(sum(r.pre), 0)::DOUBLE, coalesce(sum(r.post), 0)::DOUBLE
         FROM asked JOIN roi_count r USING (bodyId) WHERE r.roi IN (SELECT unnest($2)) GROUP BY ALL
         UNION ALL ${CELL_COUNTS} FROM asked GROUP BY type`,
        [types, rois],
        ask,
      ),

    async partners(types, ask) {
      const partners = await partnersSql(ask);
      return await askTyped(
        ([type, direction, pairs, weight, partner]) =>
          partnerRow({ type, direction, partner, pairs, weight } as PartnerRow),
        `WITH asked AS (${ASKED_CELLS}) ${partners} UNION ALL ${CELL_COUNTS}, NULL FROM asked GROUP BY type`,
        [types],
        ask,
      );
    },

    async cells(types, ask) {
      const instance = neuron.has('instance') ? 'instance::VARCHAR' : 'NULL';
      const rows = await database.queryAs(
        ([type, bodyId, found]) => cellRow(type as string, bodyId, found as string | null),
        `SELECT type::VARCHAR, bodyId::VARCHAR, ${instance} FROM neuron WHERE type::VARCHAR IN (SELECT unnest($1))`,
        [types],
        ask,
      );
      return { ...embedded(rows, rows.length, 1), cells: cellsIn(rows) };
    },

    // A file is made anew as a whole, and read anew in the time that digests of its cells would take.
    async fingerprints() {
      return embedded(null, 0, 0);
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

/** $1: types. */
const ASKED_CELLS = 'SELECT bodyId, type::VARCHAR AS type FROM neuron WHERE type::VARCHAR IN (SELECT unnest($1))';
const CELL_COUNTS = 'SELECT type, NULL, count(*)::DOUBLE, NULL';

const CONNECTION_COLUMNS = ['bodyId_pre', 'bodyId_post', 'weight'];

/** Bodies that are no cells of the dataset have no row in neuron; a weight may be 0, as in neuPrint. */
const PARTNERS = [
  { direction: 'upstream', own: 'bodyId_post', other: 'bodyId_pre' },
  { direction: 'downstream', own: 'bodyId_pre', other: 'bodyId_post' },
]
  .map(
    ({ direction, own, other }) =>
      `SELECT asked.type, '${direction}', count(*)::DOUBLE, sum(c.weight)::DOUBLE, partner.type::VARCHAR
       FROM asked JOIN connection c ON c.${own} = asked.bodyId JOIN neuron partner ON partner.bodyId = c.${other}
       WHERE c.weight >= 1 GROUP BY asked.type, partner.type`,
  )
  .join(' UNION ALL ');

const TYPE_CONNECTION_COLUMNS = ['type_pre', 'type_post', 'pairs', 'weight'];

const TYPE_PARTNERS = [
  { direction: 'upstream', own: 'type_post', other: 'type_pre' },
  { direction: 'downstream', own: 'type_pre', other: 'type_post' },
]
  .map(
    ({ direction, own, other }) =>
      `SELECT ${own}, '${direction}', pairs::DOUBLE, weight::DOUBLE, ${other}
       FROM type_connection WHERE ${own} IN (SELECT type FROM asked)`,
  )
  .join(' UNION ALL ');

const REQUIRED_COLUMNS = { neuron: ['bodyId', 'type'], roi_count: ['bodyId', 'roi', 'pre', 'post'], meta: ['dataset'] };

/** By table and column, its type. */
async function columnsOf(database: Database): Promise<Map<string, Map<string, string>>> {
  const columns = new Map<string, Map<string, string>>();
  for (const [table, column, type] of await database.query(
    // While a file is being made of parts, these lie in a database beside it.
    'SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND database_name = current_database()',
  )) {
    const types = columns.get(table as string) ?? new Map<string, string>();
    columns.set(table as string, types.set(column as string, type as string));
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

/** A list is told as listText tells a server's. */
function textSql(property: string, type = ''): string {
  const column = quoteIdentifier(property);
  if (!type.endsWith('[]')) return `${column}::VARCHAR`;
  const items = `list_filter(list_transform(${column}::VARCHAR[], lambda item: trim(item)), lambda item: item <> '')`;
  return `nullif(array_to_string(${items}, ${quoteLiteral(listSeparator(property))}), '')`;
}

function parsedCell(cell: Cell | undefined): unknown {
  return typeof cell === 'string' ? JSON.parse(cell) : null;
}
