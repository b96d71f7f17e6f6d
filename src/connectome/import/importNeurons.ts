/** One file of neurons, or several that are joined by bodyId -> the table neuron. */
import { DecodeError, WriteError } from '../../errors.ts';
import { type Cell, type Database, quoteIdentifier } from '../file/database.ts';
import { requireBodyIds, requireCounts } from './checks.ts';
import { type ImportRules, type Rows, requireColumns, rowsOf } from './importRules.ts';

export const COUNTS = ['pre', 'post', 'upstream', 'downstream', 'synweight'] as const;

export interface NeuronOptions {
  rules: ImportRules;
  textProperties: readonly string[];
  /** ROI counts come from elsewhere: roiInfo is left out. */
  withoutRoiInfo: boolean;
  signal?: AbortSignal | undefined;
}

/** What the temporary table `staged` holds. */
export interface Staged {
  /** The files, for messages. */
  files: string;
  columns: readonly string[];
  /** What all files together call their columns. */
  found: readonly string[];
  /** Whether roiInfo was left out. */
  leftRoiInfo: boolean;
  notes: readonly string[];
}

/** No list is looked for in names: they are shown as stored. */
const NAMES: readonly string[] = ['type', 'instance', 'status', 'statusLabel'];

/**
 * Creates the temporary table `staged` with every body of any file; where two files have a column, the first that
 * says something about a body holds, and a note says where they disagree.
 */
export async function stageNeurons(
  database: Database,
  files: readonly string[],
  options: NeuronOptions,
): Promise<Staged> {
  const { rules, textProperties, withoutRoiInfo, signal } = options;
  const columns = new Map<string, { name: string; file: string }>();
  const notes: string[] = [];
  const found: string[] = [];
  let leftRoiInfo = false;
  for (const [i, file] of files.entries()) {
    const lists = textProperties.filter((name) => !NAMES.includes(name));
    const rows = await rowsOf(database, file, { text: ['bodyId', ...COUNTS, ...textProperties], lists, rules }, signal);
    requireColumns(rows, files.length === 1 ? ['bodyId', 'type'] : ['bodyId'], rules);
    const names = rows.columns.filter((name) => !(withoutRoiInfo && name === 'roiInfo'));
    leftRoiInfo ||= names.length < rows.columns.length;
    found.push(...rows.found.filter((column) => !found.includes(column)));
    const table = i === 0 ? 'staged' : 'staged_next';
    await stageBodies(database, table, { ...rows, columns: names }, signal);
    notes.push(...(await notesOnValues(database, table, file, names, rules)));
    if (i > 0) notes.push(...(await joined(database, file, names, columns, signal)));
    for (const name of names) {
      if (!columns.has(name.toLowerCase())) columns.set(name.toLowerCase(), { name, file });
    }
  }
  const all = [...columns.values()].map(({ name }) => name);
  const label = files.join(', ');
  requireColumns({ file: label, columns: all, found, sql: '' }, ['bodyId', 'type'], rules);
  return { files: label, columns: all, found, leftRoiInfo, notes };
}

/**
 * Creates a temporary table of bodies, checked; of the rows' columns, `bodyId` and COUNTS are text.
 * @throws DecodeError for a body without an id, twice, or with a count that is none, or if there is no row
 */
export async function stageBodies(database: Database, table: string, rows: Rows, signal?: AbortSignal): Promise<void> {
  const { file, columns } = rows;
  await stage(database, table, rows, columns, signal);
  await requireBodies(database, table, file);
  const counts = COUNTS.filter((name) => columns.includes(name));
  await requireCounts(database, table, file, counts);
  await typed(database, table, columns);
}

/** Creates neuron from `staged`; `totals` are SQL of (bodyId, pre, post) for cells whose files have no such columns. */
export async function createNeuron(
  database: Database,
  { columns }: Pick<Staged, 'columns'>,
  totals: string | null,
  signal?: AbortSignal,
): Promise<void> {
  const kept = columns.filter((name) => name !== 'roiInfo').map((name) => `staged.${quoteIdentifier(name)}`);
  const counted = totals === null ? [] : (['pre', 'post'] as const).filter((name) => !columns.includes(name));
  const select = [...kept, ...counted.map((name) => `coalesce(totals.${name}, 0)::BIGINT AS ${name}`)].join(', ');
  const from = counted.length > 0 ? `staged LEFT JOIN (${totals}) totals USING (bodyId)` : 'staged';
  await database.query(`CREATE TABLE neuron AS SELECT ${select} FROM ${from} ORDER BY type, bodyId`, [], { signal });
}

export async function stage(
  database: Database,
  table: string,
  { file, sql }: Pick<Rows, 'file' | 'sql'>,
  columns: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const select = columns.map(quoteIdentifier).join(', ');
  try {
    await database.query(
      `CREATE TEMP TABLE ${table} AS SELECT ${select}, row_number() OVER () AS "_row" FROM ${sql}`,
      [],
      { signal },
    );
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof WriteError) throw cause;
    throw new DecodeError(`${file}: ${(cause as Error).message}`, { cause });
  }
}

async function requireBodies(database: Database, table: string, file: string): Promise<void> {
  await requireBodyIds(database, table, file, 'bodyId');
  const [any] = await database.query(`SELECT 1 FROM ${table} LIMIT 1`);
  if (any === undefined) throw new DecodeError(`${file}: expected a row for each cell, found none.`);
  const [more] = await database.query(
    `SELECT bodyId::BIGINT::VARCHAR, count(*)::DOUBLE FROM ${table} GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
  );
  if (!more) return;
  const times = more[1] === 2 ? 'twice' : `${more[1]} times`;
  throw new DecodeError(
    `${file}: expected each bodyId once, found ${more[0]} ${times}; leave the file out, or keep one row of each body.`,
  );
}

/** After the checks: numbers, so that files which write them otherwise agree. */
async function typed(database: Database, table: string, columns: readonly string[]): Promise<void> {
  await database.query(`ALTER TABLE ${table} ALTER bodyId TYPE BIGINT`);
  for (const name of COUNTS) {
    if (!columns.includes(name)) continue;
    await database.query(`ALTER TABLE ${table} ALTER ${name} TYPE BIGINT USING ${name}::DOUBLE::BIGINT`);
  }
}

/** Codes that the rules do not know, of properties whose codes they translate. */
async function notesOnValues(
  database: Database,
  table: string,
  file: string,
  columns: readonly string[],
  rules: ImportRules,
): Promise<string[]> {
  const notes: string[] = [];
  for (const [name, values] of Object.entries(rules.values)) {
    const known = Object.values(values).filter((value) => value !== null);
    if (known.length === 0 || !columns.includes(name)) continue;
    const column = quoteIdentifier(name);
    const unknown = await database.query(
      `SELECT ${column}, count(*)::DOUBLE FROM ${table} WHERE trim(${column}) <> '' AND ${column} NOT IN (SELECT unnest($1))
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 4`,
      [known],
    );
    if (unknown.length === 0) continue;
    const shown = unknown.slice(0, 3).map(([value, cells]) => `${JSON.stringify(value)} (${bodies(cells)})`);
    notes.push(
      `${file}: expected values of ${name} that import.values knows, got ${shown.join(', ')}${unknown.length > 3 ? ', …' : ''}; kept as they are.`,
    );
  }
  return notes;
}

function bodies(count: Cell | undefined): string {
  return count === 1 ? '1 body' : `${count} bodies`;
}

/** Joins `staged_next` to `staged`: every body of either. */
async function joined(
  database: Database,
  file: string,
  added: readonly string[],
  columns: ReadonlyMap<string, { name: string; file: string }>,
  signal?: AbortSignal,
): Promise<string[]> {
  const notes: string[] = [];
  const select: string[] = [];
  const kinds = new Map([...(await kindsOf(database, 'staged')), ...(await kindsOf(database, 'staged_next', 'next.'))]);
  for (const { name } of columns.values()) {
    if (name === 'bodyId') continue;
    const other = added.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    const old = `staged.${quoteIdentifier(name)}`;
    if (other === undefined) {
      select.push(`${old} AS ${quoteIdentifier(name)}`);
      continue;
    }
    const next = `next.${quoteIdentifier(other)}`;
    const isOneKind = kinds.get(name) === kinds.get(`next.${other}`);
    const both = isOneKind ? [old, next] : [`${old}::VARCHAR`, `${next}::VARCHAR`];
    select.push(`coalesce(${both.join(', ')}) AS ${quoteIdentifier(name)}`);
    const [row = []] = await database.query(
      `SELECT count(*)::DOUBLE, min(bodyId)::VARCHAR, left(arg_min(${old}::VARCHAR, bodyId), 40), left(arg_min(${next}::VARCHAR, bodyId), 40)
       FROM staged JOIN staged_next next USING (bodyId) WHERE ${old}::VARCHAR <> ${next}::VARCHAR`,
      [],
      { signal },
    );
    const [cells, body, here, there] = row;
    if (Number(cells) > 0) {
      const first = columns.get(name.toLowerCase())?.file;
      notes.push(
        `${file}: ${name} of ${bodies(cells)} is not what ${first} says, which holds (body ${body}: ${JSON.stringify(there)}, there ${JSON.stringify(here)}).`,
      );
    }
  }
  const fresh = added.filter((name) => !columns.has(name.toLowerCase()));
  select.push(...fresh.map((name) => `next.${quoteIdentifier(name)}`));
  await database.query(
    `CREATE TEMP TABLE staged_both AS SELECT bodyId${select.map((sql) => `, ${sql}`).join('')}
     FROM staged FULL JOIN staged_next next USING (bodyId)`,
    [],
    { signal },
  );
  await database.query('DROP TABLE staged');
  await database.query('DROP TABLE staged_next');
  await database.query('ALTER TABLE staged_both RENAME TO staged');
  return notes;
}

async function kindsOf(database: Database, table: string, prefix = ''): Promise<[string, string][]> {
  const rows = (await database.query(`DESCRIBE ${table}`)) as [string, string][];
  return rows.map(([name, kind]) => [prefix + name, kind]);
}
