/** The tables of a connectome file: plain SQL, so that R and Python users open the same file. */
import { DecodeError } from '../../errors.ts';
import { type Database, quoteIdentifier } from './database.ts';

/** Synapse counts of a cell in an ROI; all levels of the hierarchy are listed, as in neuPrint's roiInfo. */
export const ROI_COUNT_COLUMNS = ['pre', 'post', 'upstream', 'downstream'] as const;

/**
 * Creates roi_count from a query that yields (bodyId, roi, pre, post, upstream, downstream). Rows lie in the
 * order of their types, so that a batch of types reads few row groups.
 * @throws DecodeError if a cell lists an ROI twice
 */
export async function createRoiCount(database: Database, query: string, signal?: AbortSignal): Promise<void> {
  await database.query(
    `CREATE TABLE roi_count AS
     SELECT r.* FROM (${query}) r LEFT JOIN neuron n USING (bodyId) ORDER BY n.type, r.bodyId, r.roi`,
    [],
    { signal },
  );
  const [twice] = await database.query(
    'SELECT bodyId::VARCHAR, roi FROM roi_count GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1',
    [],
    { signal },
  );
  if (twice)
    throw new DecodeError(`Body ${twice[0]}: expected each ROI once, found ${JSON.stringify(twice[1])} twice.`);
}

/** Creates type_connection from a query that yields (type_pre, type_post, pairs, weight); no type is null, as one. */
export async function createTypeConnection(database: Database, query: string, signal?: AbortSignal): Promise<void> {
  await database.query(
    `CREATE TABLE type_connection AS
     SELECT type_pre, type_post, sum(pairs)::BIGINT AS pairs, sum(weight)::BIGINT AS weight FROM (${query})
     GROUP BY ALL ORDER BY ALL`,
    [],
    { signal },
  );
}

/**
 * Creates meta: one row, a column for each property of a :Meta node. Lists of names become VARCHAR[], other
 * lists and objects JSON, also where the property is their JSON text, as on a server.
 */
export async function createMeta(database: Database, meta: Readonly<Record<string, unknown>>): Promise<void> {
  const present = Object.entries(meta).filter(([, value]) => value !== null && value !== undefined);
  const columns = present.map(
    ([name, value], i) => `${columnSql(structureIn(value), `$${i + 1}`)} AS ${quoteIdentifier(name)}`,
  );
  const parameters = present.map(([, value]) =>
    typeof value === 'object' ? JSON.stringify(value, exactly) : String(value),
  );
  await database.query(`CREATE TABLE meta AS SELECT ${columns.join(', ')}`, parameters);
}

/** The list or object that a text stands for; else the value itself. */
function structureIn(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // A text that only begins like one.
    return value;
  }
}

function columnSql(value: unknown, parameter: string): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return `from_json(${parameter}::JSON, '["VARCHAR"]')`;
  }
  if (typeof value === 'object') return `${parameter}::JSON`;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? `${parameter}::BIGINT` : `${parameter}::DOUBLE`;
  if (typeof value === 'bigint') return `${parameter}::BIGINT`;
  if (typeof value === 'boolean') return `${parameter}::BOOLEAN`;
  return `${parameter}::VARCHAR`;
}

/** An integer as a number, as far as one holds it. */
function exactly(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
