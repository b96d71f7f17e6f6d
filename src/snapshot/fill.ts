/** The parts of a dataset -> a connectome file, by the code that imports files: the same tables under the same rules. */
import { type Bounds, type Database, quoteIdentifier, quoteLiteral } from '../connectome/file/database.ts';
import { createMeta, createTypeConnection } from '../connectome/file/tables.ts';
import { createConnection } from '../connectome/import/importConnections.ts';
import { type TableCounts, tableCounts } from '../connectome/import/importFiles.ts';
import { COUNTS, createNeuron, stageBodies } from '../connectome/import/importNeurons.ts';
import { roiCountsFromRoiInfo } from '../connectome/import/importRoiCounts.ts';
import type { Rows } from '../connectome/import/importRules.ts';
import { columnNames, columnSql, columnType } from './columns.ts';
import type { ConnectionTable } from './connections.ts';
import { rowsSql } from './parts.ts';
import { declaredProperties } from './properties.ts';
import type { Kind } from './values.ts';

export interface FillParts {
  /** The DuckDB file with the parts. */
  file: string;
  /** Of the cells, as they were asked for. */
  properties: readonly string[];
  meta: Readonly<Record<string, unknown>>;
  /** Who is to blame for data that break a rule. */
  source: string;
  connections: ConnectionTable | null;
}

export interface Filled extends TableCounts {
  /** Pairs of types, where connections were taken by type. */
  typeConnections: number;
  notes: string[];
}

/** What is text whatever it looks like, or is checked as text. */
const TEXTS: readonly string[] = ['bodyId', 'type', ...COUNTS];

/** Of the database that is filled: 54,956 cells of 5 kB need 128 MB, and take no longer than with more. */
export const FILL_BOUNDS: Bounds = { memoryLimit: '192MB', threads: 2 };

const ROI_INFO_OF_SERVER = {
  form: 'a JSON object',
  advice: 'No file was made; let those who keep the database know.',
};

/** In place of a kind. */
const NO_VALUE = '-';

/** @throws DecodeError for data that break a rule, naming the body */
export async function fillFromParts(
  database: Database,
  { file, properties, meta, source, connections }: FillParts,
  signal?: AbortSignal,
): Promise<Filled> {
  const run = (sql: string): Promise<unknown> => database.query(sql, [], { signal });
  await run(`ATTACH ${quoteLiteral(file)} AS parts`);
  const bodies = await cells(database, properties, meta, source);
  await stageBodies(database, 'staged', bodies, signal);
  await createNeuron(database, bodies, null, signal);
  await roiCountsFromRoiInfo(database, source, ROI_INFO_OF_SERVER, signal);
  await run('DROP TABLE staged');
  await dropRoiMarks(database, signal);
  const pairs: Rows = {
    file: source,
    columns: ['bodyId_pre', 'bodyId_post', 'weight'],
    sql: `(SELECT v[1] AS bodyId_pre, v[2] AS bodyId_post, v[3] AS weight FROM ${rowsSql('body_connection', 'parts')})`,
  };
  await createConnection(database, connections === 'bodies' ? pairs : undefined, { wantsRois: false, signal });
  if (connections === 'types') {
    await createTypeConnection(
      database,
      `SELECT v[1] AS type_pre, v[2] AS type_post, v[3]::BIGINT AS pairs, v[4]::BIGINT AS weight
       FROM ${rowsSql('type_connection', 'parts')}`,
      signal,
    );
  }
  await createMeta(database, meta);
  await run('DETACH parts');
  const [[typeConnections = 0] = []] =
    connections === 'types' ? await database.query('SELECT count(*)::DOUBLE FROM type_connection') : [];
  return {
    ...(await tableCounts(database)),
    typeConnections: Number(typeConnections),
    notes: notesOn(properties),
  };
}

async function cells(
  database: Database,
  properties: readonly string[],
  meta: FillParts['meta'],
  source: string,
): Promise<Rows> {
  // bodyId, roiInfo, then the properties without bodyId.
  const others = properties.filter((name) => name !== 'bodyId');
  const valueSql = (property: string): string => `v[${others.indexOf(property) + 3}]`;
  // A text of letters a cell, of which few differ: a list of the kinds of each property took 8 MB a property.
  const letters = `list_transform(v[3:], lambda value: coalesce(left(value, 1), '${NO_VALUE}'))`;
  const patterns = await database.query(
    `SELECT DISTINCT array_to_string(${letters}, '') FROM ${rowsSql('cell', 'parts')}`,
  );
  const declared = declaredProperties(meta);
  const names = columnNames(properties);
  const columns = others.flatMap((property, i) => {
    const found = [...new Set(patterns.map(([pattern]) => String(pattern)[i] as Kind | typeof NO_VALUE))].filter(
      (kind) => kind !== NO_VALUE,
    );
    const isText = TEXTS.includes(property);
    // What no cell has is no column, but for the type, which every file has.
    if (found.length === 0 && property !== 'type') return [];
    const type = isText ? 'VARCHAR' : columnType(found, declared?.get(property));
    return [{ name: names.get(property) as string, sql: columnSql(valueSql(property), type) }];
  });
  const select = columns.map(({ name, sql }) => `, ${sql} AS ${quoteIdentifier(name)}`).join('');
  return {
    file: source,
    columns: ['bodyId', 'roiInfo', ...columns.map(({ name }) => name)],
    sql: `(SELECT v[1] AS "bodyId", v[2] AS "roiInfo"${select}
      FROM ${rowsSql('cell', 'parts')})`,
  };
}

/** What marks an ROI that no list of the dataset names: a property of its name, true where the cell's roiInfo has it. */
async function dropRoiMarks(database: Database, signal?: AbortSignal): Promise<void> {
  const marks = await database.query(
    `SELECT column_name FROM duckdb_columns() WHERE database_name = current_database() AND table_name = 'neuron'
     AND data_type = 'BOOLEAN' AND column_name IN (SELECT roi FROM roi_count)`,
    [],
    { signal },
  );
  for (const [name] of marks) await database.query(`ALTER TABLE neuron DROP COLUMN ${quoteIdentifier(String(name))}`);
}

function notesOn(properties: readonly string[]): string[] {
  return [...columnNames(properties)].flatMap(([property, name]) =>
    property === name
      ? []
      : [
          `The property ${JSON.stringify(property)} is the column ${JSON.stringify(name)}: names of columns differ in more than case.`,
        ],
  );
}
