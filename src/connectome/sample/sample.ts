/** The synthetic connectome: the same tables as an imported one, of any size, from a seed alone. */
import { ConfigError } from '../../errors.ts';
import type { Connectome } from '../connectome.ts';
import { SAMPLE } from '../dataset.ts';
import { createDatabase, type Database } from '../file/database.ts';
import { connectomeOn } from '../file/duckdb.ts';
import { createMeta, createRoiCount } from '../file/tables.ts';
import { sampleAnatomy, sampleTypes } from './sampleTypes.ts';

export interface SampleOptions {
  types: number;
  /** Cells with a type; another tenth has none. */
  cells: number;
  seed: number;
}

const DEFAULTS: SampleOptions = { types: 1200, cells: 12_000, seed: 1 };

/** Raised when the generator makes other data from the same seed. */
const GENERATOR_VERSION = 1;

/** Above 2^53, as FlyWire's are: whoever takes one for a number shows it. */
const FIRST_BODY_ID = 720575940600000000n;

/**
 * Reads "sample?types=1200&cells=12000&seed=1"; what is left out has its default.
 * @throws ConfigError for an unknown parameter or a value that makes no sense
 */
export function sampleOptions(source: string): SampleOptions {
  const options = { ...DEFAULTS };
  for (const [key, value] of new URLSearchParams(source.split('?')[1] ?? '')) {
    if (!Object.hasOwn(options, key))
      throw new ConfigError(`${source}: expected the parameters types, cells, seed; got ${JSON.stringify(key)}.`);
    if (!/^[0-9]{1,9}$/.test(value))
      throw new ConfigError(`${source}: expected ${key} to be a whole number, got ${JSON.stringify(value)}.`);
    options[key as keyof SampleOptions] = Number(value);
  }
  if (options.types < 1) throw new ConfigError(`sample: expected at least 1 type, got ${options.types}.`);
  if (options.cells < options.types) {
    throw new ConfigError(
      `sample: expected at least one cell a type, got ${options.cells} cells for ${options.types} types.`,
    );
  }
  return options;
}

export function sampleId({ types, cells, seed }: SampleOptions): string {
  return `sample:${types}-${cells}-${seed}`;
}

/** Fills a database in memory. */
export async function openSample(options: SampleOptions, signal?: AbortSignal): Promise<Connectome> {
  const database = await createDatabase();
  try {
    await fillSample(database, options, signal);
    return await connectomeOn(database, { id: sampleId(options), edit: String(GENERATOR_VERSION) });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Types are drawn here; their cells are spread by SQL, in arithmetic that is the same on every machine. */
export async function fillSample(database: Database, options: SampleOptions, signal?: AbortSignal): Promise<void> {
  const anatomy = sampleAnatomy();
  const run = (sql: string, parameters: Parameters<Database['query']>[1] = []): Promise<unknown> =>
    database.query(sql, parameters, { signal });
  const jsonTable = (table: string, structure: string, rows: unknown): Promise<unknown> =>
    run(`CREATE TEMP TABLE ${table} AS SELECT unnest(from_json($1::JSON, '[${structure}]'), recursive := true)`, [
      JSON.stringify(rows),
    ]);

  await run(
    // Two rounds of multiply and xor-shift: uniform enough in [0, 1), whatever n and k.
    `CREATE TEMP MACRO noise(n, k) AS (
       xor((n * 2654435761 + k * 97 + ${options.seed} * 1000003) % 4294967296,
           ((n * 2654435761 + k * 97 + ${options.seed} * 1000003) % 4294967296) >> 15) * 1540483477 % 4294967296 / 4294967296.0)`,
  );
  await jsonTable('roi', '{"name":"VARCHAR","parent":"VARCHAR","isPrimary":"BOOLEAN"}', anatomy.rois);
  const types = sampleTypes(options);
  const text = ['name', 'superclass', 'class', 'hemilineage', 'consensusNt', 'synonyms', 'flywireType', 'dimorphism'];
  await run(
    `CREATE TEMP TABLE kind AS
     SELECT unnest(from_json($1::JSON, '[{${text.map((name) => `"${name}":"VARCHAR"`).join(',')},"cells":"INTEGER","sides":["VARCHAR"],"meanPre":"INTEGER","meanPost":"INTEGER"}]'), max_depth := 2)`,
    [JSON.stringify(types.map(({ places: _, ...type }) => type))],
  );
  await jsonTable(
    'place',
    '{"type":"VARCHAR","stem":"VARCHAR","preShare":"DOUBLE","postShare":"DOUBLE"}',
    types.flatMap(({ name, places }) =>
      places.map(({ stem, pre, post }) => ({ type: name, stem, preShare: pre, postShare: post })),
    ),
  );

  await run(
    `CREATE TEMP TABLE cell AS
     SELECT row_number() OVER (ORDER BY kind.name, i) AS n, kind.*, i, sides[1 + i % len(sides)] AS side
     FROM kind, unnest(range(kind.cells)) AS t(i)`,
  );
  // A cell's synapses lie mostly on its own side; ROIs without halves take them whole.
  await run(
    `CREATE TEMP TABLE primary_count AS
     SELECT cell.n, roi.name AS roi,
            floor(meanPre * preShare * ipsi * (0.6 + 0.8 * noise(n, 1)))::BIGINT AS pre,
            floor(meanPost * postShare * ipsi * (0.6 + 0.8 * noise(n, 2)))::BIGINT AS post
     FROM cell JOIN place ON place.type = cell.name
     JOIN roi ON roi.isPrimary AND regexp_replace(roi.name, '\\((L|R)\\)$', '') = place.stem
     CROSS JOIN LATERAL (SELECT CASE WHEN NOT regexp_matches(roi.name, '\\((L|R)\\)$') THEN 1.0
       WHEN side = 'M' THEN 0.5 WHEN roi.name LIKE '%(' || side || ')' THEN 0.9 ELSE 0.1 END AS ipsi) AS half`,
  );
  await run(
    `CREATE TABLE neuron AS
     WITH inside AS (SELECT n, sum(pre)::BIGINT AS pre, sum(post)::BIGINT AS post FROM primary_count GROUP BY n)
     SELECT ${FIRST_BODY_ID} + 7 * n AS bodyId, name AS type, name || '_' || side AS instance, 'Traced' AS status,
            CASE WHEN noise(n, 3) < 0.97 THEN side END AS somaSide,
            superclass, class, hemilineage, consensusNt,
            CASE WHEN noise(n, 4) < 0.8 THEN consensusNt ELSE 'acetylcholine' END AS predictedNt,
            synonyms, flywireType, dimorphism,
            coalesce(pre, 0) + floor(3 * noise(n, 5))::BIGINT AS pre, coalesce(post, 0) + floor(9 * noise(n, 6))::BIGINT AS post
     FROM cell LEFT JOIN inside USING (n)
     UNION ALL
     SELECT ${FIRST_BODY_ID} - 7 * (1 + i), NULL, NULL, 'Orphan', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, 20
     FROM range(${Math.floor(options.cells / 10)}) AS t(i)
     ORDER BY type, bodyId`,
  );
  await run(
    // Every level is listed, as in neuPrint: a parent is the sum of its parts, a part a share of its primary ROI.
    `CREATE TEMP TABLE level AS
     SELECT name AS primaryRoi, name AS roi, 1.0 AS share FROM roi WHERE isPrimary
     UNION ALL SELECT name, parent, 1.0 FROM roi WHERE isPrimary AND parent IS NOT NULL
     UNION ALL SELECT parent, name, 0.4 FROM roi WHERE parent IN (SELECT name FROM roi WHERE isPrimary)`,
  );
  await createRoiCount(
    database,
    `SELECT ${FIRST_BODY_ID} + 7 * n AS bodyId, level.roi, sum(floor(pre * share))::BIGINT AS pre, sum(floor(post * share))::BIGINT AS post,
            sum(floor(post * share))::BIGINT AS upstream, sum(floor(pre * share))::BIGINT * 6 AS downstream
     FROM primary_count JOIN level ON level.primaryRoi = primary_count.roi
     GROUP BY ALL HAVING sum(floor(pre * share)) + sum(floor(post * share)) > 0`,
    signal,
  );
  const total = types.reduce((sum, type) => sum + type.cells, 0);
  await run(
    // Four partners a cell, the same ones for the cells of a type but for a few.
    `CREATE TABLE connection AS
     SELECT ${FIRST_BODY_ID} + 7 * n AS bodyId_pre, ${FIRST_BODY_ID} + 7 * (1 + (hash_of_type + k * 7919 + i) % ${total}) AS bodyId_post,
            1 + floor(40 * noise(n, 10 + k) * noise(n, 20 + k))::BIGINT AS weight
     FROM (SELECT n, i, floor(noise(length(name) + ascii(name), 9) * ${total})::BIGINT AS hash_of_type FROM cell), range(4) AS t(k)
     ORDER BY ALL`,
  );
  await createMeta(database, {
    dataset: SAMPLE,
    tag: `seed${options.seed}`,
    uuid: `sample-${GENERATOR_VERSION}-${options.types}-${options.cells}-${options.seed}`,
    lastDatabaseEdit: '2026-01-01 00:00:00',
    primaryRois: anatomy.rois.filter((roi) => roi.isPrimary).map((roi) => roi.name),
    roiHierarchy: anatomy.hierarchy,
  });
  for (const table of ['roi', 'kind', 'place', 'cell', 'primary_count', 'level']) await run(`DROP TABLE ${table}`);
}
