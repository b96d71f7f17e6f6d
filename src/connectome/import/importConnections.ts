/** A file of connections -> the table connection, and what they tell of ROIs and totals. */
import { DecodeError } from '../../errors.ts';
import type { Database } from '../file/database.ts';
import { requireBodyIds, requireCounts } from './checks.ts';
import { stage } from './importNeurons.ts';
import { type ImportRules, type Rows, requireColumns, rowsOf } from './importRules.ts';

const COLUMNS = ['bodyId_pre', 'bodyId_post', 'weight'];

/** SQL of (bodyId, pre, post): the synapses of a cell, counted by connections. */
export const CONNECTION_TOTALS = `SELECT bodyId, sum(pre) AS pre, sum(post) AS post FROM (
    SELECT bodyId_pre AS bodyId, weight AS pre, 0 AS post FROM connection
    UNION ALL SELECT bodyId_post, 0, weight FROM connection) GROUP BY bodyId`;

/** SQL of (bodyId, roi, pre, post, upstream, downstream): the same by ROI, from the temporary table connection_roi. */
export const CONNECTION_ROI_COUNTS = `SELECT bodyId, roi, sum(pre)::BIGINT AS pre, sum(post)::BIGINT AS post,
    sum(post)::BIGINT AS upstream, sum(pre)::BIGINT AS downstream FROM (
      SELECT bodyId_pre AS bodyId, roi, weight AS pre, 0 AS post FROM connection_roi
      UNION ALL SELECT bodyId_post, roi, 0, weight FROM connection_roi) GROUP BY ALL HAVING sum(pre) + sum(post) > 0`;

/** How a file may write that a synapse lies in no ROI; "NotPrimary" is what neuprint-python makes of the rest. */
export const NO_ROI = ['', 'None', 'NotPrimary'];

/** @throws DecodeError if the file lacks a column */
export async function connectionRows(
  database: Database,
  file: string,
  rules: ImportRules,
  signal?: AbortSignal,
): Promise<Rows> {
  const rows = await rowsOf(database, file, { text: [...COLUMNS, 'roi'], rules }, signal);
  requireColumns(rows, COLUMNS, rules);
  return rows;
}

/**
 * Creates connection, empty without rows. Answers whether connection_roi was made: if it is wanted, and the rows name ROIs.
 * @throws DecodeError if ROI counts are to be made of no connections
 */
export async function createConnection(
  database: Database,
  rows: Rows | undefined,
  { wantsRois, signal }: { wantsRois: boolean; signal?: AbortSignal | undefined },
): Promise<boolean> {
  await database.query('CREATE TABLE connection (bodyId_pre BIGINT, bodyId_post BIGINT, weight BIGINT)');
  if (rows === undefined) return false;
  const { file } = rows;
  const hasRois = wantsRois && rows.columns.includes('roi');
  await stage(database, 'connection_staged', rows, hasRois ? [...COLUMNS, 'roi'] : COLUMNS, signal);
  await requireBodyIds(database, 'connection_staged', file, 'bodyId_pre');
  await requireBodyIds(database, 'connection_staged', file, 'bodyId_post');
  await requireCounts(database, 'connection_staged', file, ['weight'], 'bodyId_pre');
  const pair = 'bodyId_pre::BIGINT AS bodyId_pre, bodyId_post::BIGINT AS bodyId_post';
  const weight = 'weight::DOUBLE::BIGINT';
  await database.query(
    // A pair may come in several rows, one an ROI (neuprint-python's fetch_adjacencies): its weight is their sum.
    `INSERT INTO connection SELECT ${pair}, sum(${weight}) FROM connection_staged GROUP BY ALL ORDER BY ALL`,
    [],
    { signal },
  );
  if (hasRois) {
    const [any] = await database.query('SELECT 1 FROM connection LIMIT 1');
    if (any === undefined)
      throw new DecodeError(`${file}: expected connections, of which ROI counts could be made, found none.`);
    await database.query(
      `CREATE TEMP TABLE connection_roi AS SELECT ${pair}, roi, ${weight} AS weight FROM connection_staged
       WHERE trim(roi) NOT IN (SELECT unnest($1))`,
      [NO_ROI],
      { signal },
    );
  }
  await database.query('DROP TABLE connection_staged');
  return hasRois;
}
