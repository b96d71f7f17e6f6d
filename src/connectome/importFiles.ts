/** Files of neurons, Meta, ROI counts and connections -> one DuckDB file, which appears whole or not at all. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { DecodeError, WriteError } from '../errors.ts';
import { requireBodyIds, requireColumns, requireCounts } from './checks.ts';
import { type Database, quoteIdentifier } from './database.ts';
import { descriptionFromMeta } from './meta.ts';
import { isGzip, type Relation, readerOf, refuseTwins, requireFile } from './readers.ts';
import { createMeta, createRoiCount, ROI_COUNT_COLUMNS } from './tables.ts';
import { writeWhole } from './wholeFile.ts';

export interface ImportFiles {
  neurons: string;
  meta: string;
  /** roiInfo as a table of its own: bodyId, roi, pre, post (neuprint-python's roi_counts_df). */
  roiCounts?: string | undefined;
  connections?: string | undefined;
  into: string;
}

export interface ImportOptions {
  signal?: AbortSignal | undefined;
  /** Neuron properties to be kept as text, whatever they look like ("007" is no number). */
  textProperties: readonly string[];
  onStep?: (step: string) => void;
}

export interface ImportResult {
  cells: number;
  typed: number;
  types: number;
  roiCounts: number;
  connections: number;
  /** What the file cannot answer, and which numbers suffer. */
  notes: string[];
}

/**
 * @throws ConfigError for a missing file or an unusable target; DecodeError for data that break a rule, naming
 * the body; WriteError if the target cannot be written. In each case the target is as it was.
 */
export async function importFiles(files: ImportFiles, options: ImportOptions): Promise<ImportResult> {
  const { signal, onStep = () => undefined } = options;
  const meta = readMeta(files.meta);
  const notes = missingInMeta(meta, files.meta);
  return await writeWhole(files.into, async (database) => {
    onStep('neurons');
    const neurons = await readerOf(database, files.neurons, ['bodyId', ...COUNTS, ...options.textProperties], signal);
    await createNeuron(database, neurons, signal);
    onStep('ROI counts');
    if (files.roiCounts === undefined) await roiCountsFromRoiInfo(database, neurons, signal);
    else await roiCountsFromFile(database, files.roiCounts, signal);
    if (files.roiCounts !== undefined && neurons.columns.includes('roiInfo')) {
      notes.push(`${files.neurons}: its roiInfo is passed over for ${files.roiCounts}.`);
    }
    onStep('connections');
    const connections =
      files.connections === undefined
        ? undefined
        : await readerOf(database, files.connections, CONNECTION_COLUMNS, signal);
    await createConnection(database, connections, signal);
    await createMeta(database, meta);
    notes.push(...(await notesOnNeurons(database, neurons)));
    return { ...(await tableCounts(database)), notes };
  });
}

export type TableCounts = Omit<ImportResult, 'notes'>;

/** What the tables of a connectome file hold. */
export async function tableCounts(database: Database): Promise<TableCounts> {
  const [counts] = await database.query(
    `SELECT count(*)::DOUBLE, count(named)::DOUBLE, count(DISTINCT named)::DOUBLE,
            (SELECT count(*) FROM roi_count)::DOUBLE, (SELECT count(*) FROM connection)::DOUBLE
     FROM (SELECT CASE WHEN trim(type) <> '' THEN type END AS named FROM neuron)`,
  );
  const [cells = 0, typed = 0, types = 0, roiCounts = 0, connections = 0] = (counts ?? []) as number[];
  return { cells, typed, types, roiCounts, connections };
}

function readMeta(file: string): Record<string, unknown> {
  requireFile(file);
  let meta: unknown;
  try {
    const bytes = readFileSync(file);
    // Windows editors put a byte order mark in front.
    meta = JSON.parse((isGzip(file) ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new DecodeError(
      `${file}: expected the properties of a :Meta node as one JSON object: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta)) {
    throw new DecodeError(`${file}: expected the properties of a :Meta node as one JSON object.`);
  }
  refuseTwins(file, Object.keys(meta));
  return meta as Record<string, unknown>;
}

function missingInMeta(meta: Record<string, unknown>, file: string): string[] {
  const description = descriptionFromMeta(meta);
  const notes: string[] = [];
  if (description.primaryRois === null)
    notes.push(`${file} has no primaryRois: ROI shares and regions cannot be told.`);
  if (description.roiHierarchy === null)
    notes.push(`${file} has no roiHierarchy: each ROI will count as its own region.`);
  return notes;
}

async function notesOnNeurons(database: Database, neurons: Relation): Promise<string[]> {
  const notes: string[] = [];
  const missing = ['pre', 'post'].filter((column) => !neurons.columns.includes(column));
  if (missing.length > 0)
    notes.push(`${neurons.file} has no column ${missing.join(', ')}: the totals of synapses will be 0.`);
  const [[strangers = 0] = []] = await database.query(
    'SELECT count(*)::DOUBLE FROM roi_count WHERE bodyId NOT IN (SELECT bodyId FROM neuron)',
  );
  if (Number(strangers) > 0)
    notes.push(`${strangers} ROI counts are of bodies that ${neurons.file} does not list: no type has them.`);
  // R writes NA for what is absent, pandas may write nan.
  const [placeholder] = await database.query(
    `SELECT type FROM neuron WHERE lower(type) IN ('na', 'nan', 'none', 'null') LIMIT 1`,
  );
  if (placeholder)
    notes.push(
      `${neurons.file} has a type ${JSON.stringify(placeholder[0])}: it counts as a type; leave the cell empty if it is none.`,
    );
  return notes;
}

/** Arrive as text in a Relation, as `bodyId` does: what they must be is checked here. */
export const COUNTS = ['pre', 'post', 'upstream', 'downstream', 'synweight'] as const;

/** Creates neuron; what the rows held stays `staged` until their ROI counts were made. */
export async function createNeuron(database: Database, neurons: Relation, signal?: AbortSignal): Promise<void> {
  requireColumns(neurons, ['bodyId', 'type']);
  // A leading underscore marks a remark of whoever made the file, no neuPrint property; an unnamed first
  // column is the row number that pandas writes.
  const kept = neurons.columns.filter(
    (name) => !name.startsWith('_') && name !== 'roiInfo' && !/^(column0|Unnamed: 0)$/.test(name),
  );
  const counts = COUNTS.filter((name) => kept.includes(name));
  await stage(database, 'staged', neurons, neurons.columns, signal);
  await requireBodyIds(database, 'staged', neurons.file, 'bodyId');
  await requireCounts(database, 'staged', neurons.file, counts);
  const select = kept.map((name) =>
    name === 'bodyId'
      ? 'bodyId::BIGINT AS bodyId'
      : counts.some((c) => c === name)
        ? countSql(name)
        : quoteIdentifier(name),
  );
  await database.query(`CREATE TABLE neuron AS SELECT ${select.join(', ')} FROM staged ORDER BY type, bodyId`, [], {
    signal,
  });
  const [twice] = await database.query(
    'SELECT bodyId::VARCHAR FROM neuron GROUP BY bodyId HAVING count(*) > 1 ORDER BY bodyId LIMIT 1',
  );
  if (twice) throw new DecodeError(`${neurons.file}: expected each bodyId once, found ${twice[0]} twice.`);
}

/** Creates roi_count from the rows that createNeuron staged. */
export async function roiCountsFromRoiInfo(database: Database, neurons: Relation, signal?: AbortSignal): Promise<void> {
  if (!neurons.columns.includes('roiInfo')) {
    throw new DecodeError(
      `${neurons.file}: expected a column roiInfo, or the option --roi-counts FILE with bodyId, roi, pre, post; found ${neurons.columns.join(', ')}.`,
    );
  }
  await database.query(
    `CREATE TEMP TABLE info AS SELECT bodyId, ${neurons.jsonTextOf('roiInfo')} AS roiInfo FROM staged`,
    [],
    { signal },
  );
  await database.query('DROP TABLE staged');
  const [bad] = await database.query(
    `SELECT bodyId, left(roiInfo, 40) FROM info
     WHERE roiInfo IS NOT NULL AND NOT coalesce(TRY(json_type(roiInfo)) IN ('OBJECT', 'NULL'), false) LIMIT 1`,
    [],
    { signal },
  );
  if (bad) {
    throw new DecodeError(
      `${neurons.file}: body ${bad[0]}: expected roiInfo to be a JSON object, got ${JSON.stringify(bad[1])}. Write it with json.dumps, or give --roi-counts.`,
    );
  }
  await database.query(
    `CREATE TEMP TABLE exploded AS
     SELECT bodyId, unnest(map_keys(m)) AS roi, unnest(map_values(m)) AS counts
     FROM (SELECT bodyId, from_json(roiInfo, '"MAP(VARCHAR, JSON)"') AS m FROM info)`,
    [],
    { signal },
  );
  await database.query('DROP TABLE info');
  const [odd] = await database.query(
    `SELECT bodyId, roi, left(counts::VARCHAR, 40) FROM exploded WHERE json_type(counts) NOT IN ('OBJECT', 'NULL') LIMIT 1`,
  );
  if (odd) {
    throw new DecodeError(
      `${neurons.file}: body ${odd[0]}: expected roiInfo[${JSON.stringify(odd[1])}] to be an object with pre and post, got ${odd[2]}.`,
    );
  }
  const fields = ROI_COUNT_COLUMNS.map((name) => `counts ->> '${name}' AS ${name}`);
  await database.query(
    `CREATE TEMP TABLE roi_staged AS SELECT bodyId, roi, ${fields.join(', ')} FROM exploded WHERE json_type(counts) = 'OBJECT'`,
    [],
    { signal },
  );
  await database.query('DROP TABLE exploded');
  await roiCountFromStaged(database, neurons.file, signal);
}

async function roiCountsFromFile(database: Database, file: string, signal?: AbortSignal): Promise<void> {
  await database.query('DROP TABLE staged');
  const relation = await readerOf(database, file, ['bodyId', 'roi', ...ROI_COUNT_COLUMNS], signal);
  requireColumns(relation, ['bodyId', 'roi', 'pre', 'post']);
  const fields = ROI_COUNT_COLUMNS.map((name) => (relation.columns.includes(name) ? name : `NULL::VARCHAR AS ${name}`));
  await database.query(
    // "NotPrimary" is what neuprint-python makes of the rest; it is no ROI of the dataset.
    `CREATE TEMP TABLE roi_staged AS SELECT bodyId, roi, ${fields.join(', ')} FROM ${relation.sql} WHERE roi <> 'NotPrimary'`,
    [],
    { signal },
  );
  await requireBodyIds(database, 'roi_staged', file, 'bodyId');
  await roiCountFromStaged(database, file, signal);
}

async function roiCountFromStaged(database: Database, file: string, signal?: AbortSignal): Promise<void> {
  await requireCounts(database, 'roi_staged', file, ROI_COUNT_COLUMNS);
  await createRoiCount(
    database,
    `SELECT bodyId::BIGINT AS bodyId, roi, ${ROI_COUNT_COLUMNS.map(countSql).join(', ')} FROM roi_staged`,
    signal,
  );
  await database.query('DROP TABLE roi_staged');
}

const CONNECTION_COLUMNS = ['bodyId_pre', 'bodyId_post', 'weight'] as const;

/** Creates connection; without a relation, with no rows. */
export async function createConnection(
  database: Database,
  relation: Relation | undefined,
  signal?: AbortSignal,
): Promise<void> {
  await database.query('CREATE TABLE connection (bodyId_pre BIGINT, bodyId_post BIGINT, weight BIGINT)');
  if (relation === undefined) return;
  requireColumns(relation, CONNECTION_COLUMNS);
  await stage(database, 'connection_staged', relation, CONNECTION_COLUMNS, signal);
  await requireBodyIds(database, 'connection_staged', relation.file, 'bodyId_pre');
  await requireBodyIds(database, 'connection_staged', relation.file, 'bodyId_post');
  await requireCounts(database, 'connection_staged', relation.file, ['weight'], 'bodyId_pre');
  await database.query(
    // A pair may come in several rows, one an ROI (neuprint-python's fetch_adjacencies): its weight is their sum.
    `INSERT INTO connection SELECT bodyId_pre::BIGINT, bodyId_post::BIGINT, sum(${castCount('weight')})
     FROM connection_staged GROUP BY ALL ORDER BY ALL`,
    [],
    { signal },
  );
  await database.query('DROP TABLE connection_staged');
}

async function stage(
  database: Database,
  table: string,
  relation: Relation,
  columns: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const select = columns.map(quoteIdentifier).join(', ');
  try {
    await database.query(
      `CREATE TEMP TABLE ${table} AS SELECT ${select}, row_number() OVER () AS "_row" FROM ${relation.sql}`,
      [],
      { signal },
    );
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof WriteError) throw cause;
    throw new DecodeError(`${relation.file}: ${(cause as Error).message}`, { cause });
  }
}

function castCount(column: string): string {
  return `${column}::DOUBLE::BIGINT`;
}

function countSql(column: string): string {
  return `${castCount(column)} AS ${column}`;
}
