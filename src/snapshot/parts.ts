/**
 * The parts of a dataset that have landed, in a folder beside the file that will be made of them. They lie in a DuckDB
 * file of their own: a part is one transaction, which is there whole or not at all however the process ends, and the file's
 * lock, which goes with the process, keeps a second run out.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BodyRange } from '../connectome/cypher/wholeDataset.ts';
import { type Bounds, type Cell, createDatabase, type Database, quoteIdentifier } from '../connectome/file/database.ts';
import { ConfigError, ConnectError, WriteError } from '../errors.ts';

/** What the parts are of: all of it must be the same for a run to go on with them. */
export interface Origin {
  /** As Connectome.id. */
  source: string;
  /** name:tag */
  dataset: string;
  edit: string | null;
}

/** What there is to be asked for. */
export interface Plan {
  /** Of the cells, in the order in which they are asked for. */
  properties: string[];
  ranges: SizedRange[];
}

export interface SizedRange extends BodyRange {
  cells: number;
}

/** A part is of a range of cells or of a type, which is its key. */
const PART_TABLES = [
  /** Rows: bodyId, roiInfo, then a kept value each property. */
  'cell',
  /** A row: connections, synapses. */
  'connection_count',
  /** Rows: bodyId, partner's bodyId, weight. */
  'body_connection',
  /** Rows: type, partner's type, pairs, weight. */
  'type_connection',
] as const;

export type PartTable = (typeof PART_TABLES)[number];
export type PartRow = readonly (string | null)[];

export interface Part {
  key: string;
  rows: readonly PartRow[];
}

/**
 * A table's rows, each as a list of texts. They lie as JSON, so that a cell's are one text; of connections there are some
 * in a text, since the key is beside each, and few, since DuckDB takes 2,048 texts at a time apart.
 */
export function rowsSql(table: PartTable, database?: string): string {
  const from = database === undefined ? table : `${database}.${table}`;
  return `(SELECT key, unnest(from_json("rows", '[["VARCHAR"]]')) AS v FROM ${from})`;
}

const ROWS_IN_TEXT: Readonly<Record<PartTable, number>> = {
  cell: 1,
  connection_count: 1,
  body_connection: 20,
  type_connection: 20,
};

export interface Parts {
  /** For the messages. */
  readonly folder: string;
  /** The DuckDB file, to be read once close() was called. */
  readonly file: string;
  /** What an earlier run planned and has parts of. */
  kept(): Promise<{ origin: Origin; plan: Plan } | null>;
  /** Starts anew: what is kept is removed. */
  begin(origin: Origin, plan: Plan): Promise<void>;
  /** Whose parts have landed. */
  keys(table: PartTable): Promise<Set<string>>;
  /** Keeps all of them or none. */
  land(table: PartTable, parts: readonly Part[]): Promise<void>;
  query(sql: string): Promise<Cell[][]>;
  /** Whether another run could go on with something: not where nobody can tell whether the dataset was edited since. */
  areSome(): Promise<boolean>;
  close(): void;
  /** To be called once the file that was made of the parts is in its place. */
  remove(): void;
}

const FILE = 'parts.duckdb';

/** A file that is made of the parts, until it takes its place. */
export const PARTIAL = 'partial-';

/** As fast as with more; with half of it 54,956 cells of 5 kB cannot be counted by type. */
const BOUNDS: Bounds = { memoryLimit: '128MB', threads: 2 };

/** Raised when the parts' form changes. */
const FORM = '1';

/** @throws ConfigError for a folder of somebody else's, or while another run has it; WriteError where it cannot be written */
export async function openParts(into: string): Promise<Parts> {
  const folder = `${into}.snapshot`;
  const file = join(folder, FILE);
  prepare(folder);
  const database = await opened(folder, file, into);
  let isOpen = true;
  /** Of what begin() planned. */
  let canGoOn = true;
  const close = (): void => {
    if (isOpen) database.close();
    isOpen = false;
  };
  try {
    await requireOwn(database, folder);
    // Of a run that was killed while it made the file.
    for (const name of readdirSync(folder)) {
      if (name.startsWith(PARTIAL)) rmSync(join(folder, name), { recursive: true, force: true });
    }
  } catch (error) {
    close();
    throw error;
  }

  const forget = async (): Promise<void> => {
    for (const table of Object.keys(TABLES)) await database.query(`DROP TABLE IF EXISTS ${table}`);
  };
  const isPlanned = async (): Promise<boolean> =>
    (await database.query(`SELECT 1 FROM duckdb_tables() WHERE table_name = 'origin'`)).length > 0;

  return {
    folder,
    file,
    close,
    query: (sql) => database.query(sql),
    async kept() {
      if (!(await isPlanned())) return null;
      const [row] = await database.query('SELECT form, source, dataset, edit, properties FROM origin');
      const [form, source, dataset, edit, properties] = (row ?? []) as string[];
      if (form !== FORM) return null;
      const ranges = await database.query('SELECT first, last, cells::DOUBLE FROM body_range ORDER BY rowid');
      return {
        origin: { source, dataset, edit } as Origin,
        plan: {
          properties: JSON.parse(properties as string) as string[],
          ranges: ranges.map(([first, last, cells]) => ({ first, last, cells }) as SizedRange),
        },
      };
    },
    async begin({ source, dataset, edit }, { properties, ranges }) {
      await forget();
      canGoOn = edit !== null;
      for (const [table, columns] of Object.entries(TABLES)) {
        if (table === 'origin') continue;
        const texts = columns.map((column) => `${quoteIdentifier(column)} VARCHAR`).join(', ');
        await database.query(`CREATE TABLE ${table} (${texts})`);
      }
      await database.append(
        'body_range',
        ranges.map(({ first, last, cells }) => [first, last, String(cells)]),
      );
      // Last: with it, all else is there.
      await database.query(
        'CREATE TABLE origin AS SELECT $1 AS form, $2 AS source, $3 AS dataset, $4 AS edit, $5 AS properties',
        [FORM, source, dataset, edit, JSON.stringify(properties)],
      );
    },
    async keys(table) {
      return new Set((await database.query(`SELECT DISTINCT key FROM ${table}`)).map(([key]) => String(key)));
    },
    async land(table, parts) {
      const texts = parts.flatMap(({ key, rows }) => jsonTexts(rows, ROWS_IN_TEXT[table]).map((text) => [key, text]));
      await database.append(table, texts);
    },
    async areSome() {
      if (!isOpen) return canGoOn && existsSync(file);
      const some = 'SELECT 1 FROM cell, origin WHERE edit IS NOT NULL LIMIT 1';
      return (await isPlanned()) && (await database.query(some)).length > 0;
    },
    remove() {
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TABLES: Readonly<Record<string, readonly string[]>> = {
  origin: ['form', 'source', 'dataset', 'edit', 'properties'],
  body_range: ['first', 'last', 'cells'],
  ...Object.fromEntries(PART_TABLES.map((table) => [table, ['key', 'rows']])),
};

/** At least one, so that a part without rows has landed, too. */
function jsonTexts(rows: readonly PartRow[], most: number): string[] {
  const texts = [JSON.stringify(rows.slice(0, most))];
  for (let i = most; i < rows.length; i += most) texts.push(JSON.stringify(rows.slice(i, i + most)));
  return texts;
}

/** Makes the folder, or sees that nothing is in it but ours. */
function prepare(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new WriteError(`${folder}: cannot be made (${code}); what lands is kept there.`, { cause });
  }
  const isOurs = (name: string): boolean => name.startsWith(FILE) || name.startsWith(PARTIAL);
  if (!statSync(folder).isDirectory() || !readdirSync(folder).every(isOurs)) throw foreign(folder);
}

async function opened(folder: string, file: string, into: string): Promise<Database> {
  const isNew = !existsSync(file);
  try {
    return await createDatabase(file, BOUNDS);
  } catch (cause) {
    if (/another process has it open/.test((cause as Error).message))
      throw new ConfigError(
        `${into}: another snapshot into it is under way. Wait until it is done, or choose another name.`,
        { cause },
      );
    if (cause instanceof WriteError) throw cause;
    if (cause instanceof ConfigError) throw foreign(folder);
    if (isNew && cause instanceof ConnectError)
      throw new WriteError(`${folder}: cannot be written to (${cause.message}).`, { cause });
    throw new ConfigError(`${folder}: what an earlier run kept is damaged. Remove it, and run again.`, { cause });
  }
}

async function requireOwn(database: Database, folder: string): Promise<void> {
  const tables = await database.query('SELECT table_name FROM duckdb_tables()');
  if (tables.some(([name]) => !Object.hasOwn(TABLES, String(name)))) throw foreign(folder);
}

function foreign(folder: string): ConfigError {
  return new ConfigError(
    `${folder}: expected nothing, or what an earlier snapshot kept there; found something else, which is left alone. Move it away, or choose another --into.`,
  );
}
