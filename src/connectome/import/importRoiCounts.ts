/** ROI counts from the neurons' roiInfo, from a table of their own, or from connections -> the table roi_count. */
import { DecodeError } from '../../errors.ts';
import type { Database } from '../file/database.ts';
import { createRoiCount, ROI_COUNT_COLUMNS } from '../file/tables.ts';
import { requireBodyIds, requireCounts } from './checks.ts';
import { CONNECTION_ROI_COUNTS, NO_ROI } from './importConnections.ts';
import { type ImportRules, requireColumns, rowsOf } from './importRules.ts';

/** What a roiInfo should be, and what to do where it is not. */
export interface RoiInfoForm {
  form: string;
  advice: string;
}

/** From the temporary table `staged`, whose roiInfo should be JSON text. */
export async function roiCountsFromRoiInfo(
  database: Database,
  file: string,
  { form, advice }: RoiInfoForm,
  signal?: AbortSignal,
): Promise<void> {
  const [bad] = await database.query(
    `SELECT bodyId::VARCHAR, left(roiInfo, 40) FROM staged
     WHERE roiInfo IS NOT NULL AND NOT coalesce(TRY(json_type(roiInfo)) IN ('OBJECT', 'NULL'), false) LIMIT 1`,
    [],
    { signal },
  );
  if (bad) {
    throw new DecodeError(
      `${file}: body ${bad[0]}: expected roiInfo to be ${form}, got ${JSON.stringify(bad[1])}. ${advice}`,
    );
  }
  await database.query(
    `CREATE TEMP TABLE exploded AS
     SELECT bodyId, unnest(map_keys(m)) AS roi, unnest(map_values(m)) AS counts
     FROM (SELECT bodyId, from_json(roiInfo, '"MAP(VARCHAR, JSON)"') AS m FROM staged)`,
    [],
    { signal },
  );
  const [odd] = await database.query(
    `SELECT bodyId::VARCHAR, roi, left(counts::VARCHAR, 40) FROM exploded WHERE json_type(counts) NOT IN ('OBJECT', 'NULL') LIMIT 1`,
  );
  if (odd) {
    throw new DecodeError(
      `${file}: body ${odd[0]}: expected roiInfo[${JSON.stringify(odd[1])}] to be an object with pre and post, got ${odd[2]}.`,
    );
  }
  const fields = ROI_COUNT_COLUMNS.map((name) => `counts ->> '${name}' AS ${name}`);
  await database.query(
    `CREATE TEMP TABLE roi_staged AS SELECT bodyId, roi, ${fields.join(', ')} FROM exploded WHERE json_type(counts) = 'OBJECT'`,
    [],
    { signal },
  );
  await database.query('DROP TABLE exploded');
  await fromStaged(database, file, signal);
}

export async function roiCountsFromFile(
  database: Database,
  file: string,
  rules: ImportRules,
  signal?: AbortSignal,
): Promise<void> {
  const rows = await rowsOf(database, file, { text: ['bodyId', 'roi', ...ROI_COUNT_COLUMNS], rules }, signal);
  requireColumns(rows, ['bodyId', 'roi', 'pre', 'post'], rules);
  const fields = ROI_COUNT_COLUMNS.map((name) => (rows.columns.includes(name) ? name : `NULL::VARCHAR AS ${name}`));
  await database.query(
    `CREATE TEMP TABLE roi_staged AS SELECT bodyId, roi, ${fields.join(', ')} FROM ${rows.sql}
     WHERE trim(roi) NOT IN (SELECT unnest($1))`,
    [NO_ROI],
    { signal },
  );
  await requireBodyIds(database, 'roi_staged', file, 'bodyId');
  await fromStaged(database, file, signal);
}

/** From the temporary table connection_roi. */
export async function roiCountsFromConnections(database: Database, signal?: AbortSignal): Promise<void> {
  await createRoiCount(database, CONNECTION_ROI_COUNTS, signal);
  await database.query('DROP TABLE connection_roi');
}

async function fromStaged(database: Database, file: string, signal?: AbortSignal): Promise<void> {
  await requireCounts(database, 'roi_staged', file, ROI_COUNT_COLUMNS);
  const counts = ROI_COUNT_COLUMNS.map((name) => `${name}::DOUBLE::BIGINT AS ${name}`);
  await createRoiCount(database, `SELECT bodyId::BIGINT AS bodyId, roi, ${counts.join(', ')} FROM roi_staged`, signal);
  await database.query('DROP TABLE roi_staged');
}
