/** A connectome file -> an empty Neo4j, laid out as neuPrint's databases are. */
import { ConfigError } from '../../errors.ts';
import { quoteName } from '../cypher/cypher.ts';
import type { CypherAnswer } from '../cypher/cypherServer.ts';
import { type Cell, type Database, quoteIdentifier } from '../file/database.ts';
import { ROI_COUNT_COLUMNS } from '../file/tables.ts';
import type { Neo4jServer } from './neo4j.ts';

export interface LoadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (what: 'cells' | 'connections', done: number, total: number) => void;
}

export interface LoadResult {
  dataset: string;
  cells: number;
  connections: number;
}

/** Some 40 properties a cell: a batch is about 1 MB. */
const CELLS_A_BATCH = 1000;
const CONNECTIONS_A_BATCH = 10_000;

/** @throws ConfigError if the database holds anything */
export async function loadNeo4j(
  database: Database,
  server: Neo4jServer,
  options: LoadOptions = {},
): Promise<LoadResult> {
  const { signal } = options;
  const write = (cypher: string, parameters = {}): Promise<CypherAnswer> =>
    server.write(cypher, parameters, { signal });
  const [[hasNodes] = []] = (await server.read('MATCH (n) RETURN true LIMIT 1', {}, { signal })).rows;
  if (hasNodes)
    throw new ConfigError(
      '--into: expected an empty database, this one holds nodes. Nothing was written; name another by --database.',
    );

  const meta = await metaProperties(database);
  const label = (kind: string): string => quoteName(`${meta.dataset}_${kind}`);
  await createCells(database, `Segment:${label('Segment')}:Neuron:${label('Neuron')}`, write, options);
  for (const kind of ['Segment', 'Neuron']) {
    await write(`CREATE CONSTRAINT FOR (n:${label(kind)}) REQUIRE n.bodyId IS UNIQUE`);
    for (const property of ['type', 'instance', 'status'])
      await write(`CREATE INDEX FOR (n:${label(kind)}) ON (n.${property})`);
  }
  await write('CALL db.awaitIndexes(300)');
  const connections = await createConnections(database, label('Segment'), write, options);
  // Last, so that a database that was not filled to its end is none that can be read.
  await write(`CREATE (m:Meta:${label('Meta')}) SET m = $meta`, { meta });
  return { dataset: String(meta.dataset), cells: await countOf(database, 'neuron'), connections };
}

type Properties = Record<string, unknown>;
type Write = (cypher: string, parameters?: object) => Promise<CypherAnswer>;

/** A table's columns in SQL that gives lists as JSON text, and their values as Neo4j holds them. */
interface Reader {
  select: string;
  names: string[];
  propertiesOf(row: readonly Cell[]): Properties;
}

async function readerOf(database: Database, table: string): Promise<Reader> {
  const rows = await database.query(
    'SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $1 ORDER BY column_index',
    [table],
  );
  const columns = rows.map(([name, type]) => ({
    name: String(name),
    type: String(type),
    isList: String(type).endsWith('[]'),
  }));
  const sqlOf = ({ name, type, isList }: (typeof columns)[0]): string => {
    const column = quoteIdentifier(name);
    // Items as text: those of a BIGINT[] may exceed 2^53. Dates, decimals and the like travel as text too.
    if (isList) return `to_json(${column}::VARCHAR[])::VARCHAR`;
    return SCALARS.has(type) ? column : `${column}::VARCHAR`;
  };
  return {
    select: columns.map(sqlOf).join(', '),
    names: columns.map(({ name }) => name),
    propertiesOf: (row) =>
      Object.fromEntries(
        columns.flatMap(({ name, type, isList }, i) => {
          const value = row[i] ?? null;
          if (value === null) return [];
          return [[name, isList ? itemsOf(String(value), type) : value]];
        }),
      ),
  };
}

/** Column types whose values Neo4j holds as they are. */
const SCALARS = new Set(['VARCHAR', 'BIGINT', 'INTEGER', 'SMALLINT', 'DOUBLE', 'FLOAT', 'BOOLEAN']);

/** The driver sends a JavaScript number as a float, a bigint as an integer. */
function itemsOf(json: string, type: string): unknown[] {
  const items = JSON.parse(json) as string[];
  if (/INT\[\]$/.test(type)) return items.map(BigInt);
  return /^(DOUBLE|FLOAT)/.test(type) ? items.map(Number) : items;
}

async function metaProperties(database: Database): Promise<Properties> {
  const reader = await readerOf(database, 'meta');
  const [row = []] = await database.query(`SELECT ${reader.select} FROM meta`);
  return reader.propertiesOf(row);
}

/** Cells carry roiInfo as JSON text and, for each ROI in it, a property of the ROI's name that is true. */
async function createCells(database: Database, labels: string, write: Write, options: LoadOptions): Promise<void> {
  const { signal, onProgress } = options;
  const reader = await readerOf(database, 'neuron');
  const total = await rowidsOf(database, 'neuron');
  const properties = new Set(reader.names);
  await inBatches(total, CELLS_A_BATCH, async (from, to) => {
    const part = `FROM neuron WHERE rowid >= ${from} AND rowid < ${to}`;
    const roiRows = await database.query(
      `SELECT bodyId, roi, ${ROI_COUNT_COLUMNS.join(', ')} FROM roi_count WHERE bodyId IN (SELECT bodyId ${part})`,
      [],
      { signal },
    );
    const roisOf = new Map<Cell, Cell[][]>();
    for (const row of roiRows) {
      const rows = roisOf.get(row[0] ?? null) ?? [];
      roisOf.set(row[0] ?? null, rows);
      rows.push(row);
    }
    const cells = await database.query(`SELECT bodyId, ${reader.select} ${part}`, [], { signal });
    const rows = cells.map(([bodyId, ...values]) => ({
      ...roiProperties(roisOf.get(bodyId ?? null) ?? [], properties),
      ...reader.propertiesOf(values),
    }));
    await write(`UNWIND $rows AS row CREATE (n:${labels}) SET n = row`, { rows });
    onProgress?.('cells', to, total);
  });
}

/** @param taken names of neuron properties, which an ROI of the same name must not set */
function roiProperties(rows: readonly Cell[][], taken: ReadonlySet<string>): Properties {
  const roiInfo = rows.map(([, roi, ...counts]) => {
    const entries = ROI_COUNT_COLUMNS.map((name, i) => [name, Number(counts[i] ?? 0)] as const);
    // neuPrint leaves zeros out.
    return [String(roi), Object.fromEntries(entries.filter(([, count]) => count > 0))] as const;
  });
  const isTouched = roiInfo.flatMap(([roi]) => (taken.has(roi) ? [] : [[roi, true] as const]));
  return { ...Object.fromEntries(isTouched), roiInfo: JSON.stringify(Object.fromEntries(roiInfo)) };
}

async function createConnections(
  database: Database,
  label: string,
  write: Write,
  options: LoadOptions,
): Promise<number> {
  const { signal, onProgress } = options;
  const total = await rowidsOf(database, 'connection');
  let created = 0;
  await inBatches(total, CONNECTIONS_A_BATCH, async (from, to) => {
    const rows = await database.query(
      `SELECT bodyId_pre, bodyId_post, weight FROM connection WHERE rowid >= ${from} AND rowid < ${to}`,
      [],
      { signal },
    );
    const {
      rows: [[count] = []],
    } = await write(
      `UNWIND $rows AS row MATCH (pre:${label} {bodyId: row[0]}), (post:${label} {bodyId: row[1]})
       CREATE (pre)-[:ConnectsTo {weight: row[2]}]->(post) RETURN count(*)`,
      { rows },
    );
    // Connections of bodies that are no neurons of the file find no ends.
    created += Number(count);
    onProgress?.('connections', to, total);
  });
  return created;
}

async function countOf(database: Database, table: string): Promise<number> {
  const [[count] = []] = await database.query(`SELECT count(*)::DOUBLE FROM ${table}`);
  return Number(count);
}

/** One beyond the last rowid: rows that were deleted leave gaps. */
async function rowidsOf(database: Database, table: string): Promise<number> {
  const [[last] = []] = await database.query(`SELECT coalesce(max(rowid) + 1, 0)::DOUBLE FROM ${table}`);
  return Number(last);
}

/**
 * Runs the ranges of `size` rows one after the other: two transactions that tie connections to the same cells
 * would wait for each other's locks, and Neo4j ends one of them.
 */
async function inBatches(
  total: number,
  size: number,
  work: (from: number, to: number) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < total; from += size) await work(from, Math.min(from + size, total));
}
