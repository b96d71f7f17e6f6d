/** Which datasets a source holds, whatever kind of source it is. */
import { nameWithoutTag } from '../datasetName.ts';
import { DecodeError, QueryError } from '../errors.ts';
import type { Ask } from './connectome.ts';
import { metaQuery } from './cypher/cypher.ts';
import { fileIn, isCypher, isNeuprint, type OpenOptions, openConnectome, openCypher } from './open.ts';

export interface HeldDataset {
  name: string;
  tag: string | null;
  uuid: string | null;
  /** Free text, as stored. */
  lastDatabaseEdit: string | null;
  /** What its makers say of it. */
  info: string | null;
  /** Its makers do not list it on their own pages. */
  isHidden: boolean;
}

/**
 * @throws ConfigError for a source of no known kind; ConnectError if it cannot be reached; QueryError if it does not
 * say, as a neuPrint server does where one of its databases is down; DecodeError if it is no connectome
 */
export async function heldDatasets(
  source: string,
  options: Omit<OpenOptions, 'dataset'> = {},
  ask: Ask = {},
): Promise<HeldDataset[]> {
  if (isNeuprint(source)) return await servedBy(source, options, ask);
  if (isCypher(source)) return await inNeo4j(source, options, ask);
  const file = fileIn(source);
  if (file !== null) return [await datasetInFile(file, ask)];
  const connectome = await openConnectome(source, options, ask.signal);
  try {
    const { name, tag, uuid, lastDatabaseEdit } = (await connectome.describe(ask)).value;
    return [{ name, tag, uuid, lastDatabaseEdit, info: null, isHidden: false }];
  } finally {
    await connectome.close();
  }
}

const PROPERTIES = ['dataset', 'tag', 'uuid', 'lastDatabaseEdit', 'info', 'hideDataSet'] as const;

/** One row, whatever it has of them: 12 ms, where opening it as a Connectome, which looks at all tables, takes 27. */
const HELD_IN_FILE = `SELECT to_json(held)::VARCHAR
  FROM (SELECT COLUMNS(name -> name IN (${PROPERTIES.map((name) => `'${name}'`).join(', ')})) FROM meta) held`;

/** @throws ConfigError if there is no such file; DecodeError if it names no dataset */
export async function datasetInFile(file: string, ask: Ask = {}): Promise<HeldDataset> {
  const [{ pathOf }, { openDatabase }] = [await import('./file/duckdb.ts'), await import('./file/database.ts')];
  const database = await openDatabase(pathOf(file));
  try {
    const [[row] = []] = await database.query(HELD_IN_FILE, [], ask);
    const held = heldIn(typeof row === 'string' ? JSON.parse(row) : {});
    if (held !== null) return held;
    throw new DecodeError(`${file}: expected a table meta with the name of a dataset, found none.`);
  } catch (cause) {
    if (!(cause instanceof QueryError) || cause.failure !== 'question') throw cause;
    const message = `${file}: expected a table meta with a column dataset; make the file with "neurodex import".`;
    throw new DecodeError(message, { cause });
  } finally {
    database.close();
  }
}

async function servedBy(url: string, { token, proxy }: OpenOptions, ask: Ask): Promise<HeldDataset[]> {
  const { neuprintDatasets } = await import('./neuprint/neuprint.ts');
  const served = await neuprintDatasets({ url, token, proxy }, ask);
  return served.map(({ name: full, ...dataset }) => {
    const name = nameWithoutTag(full);
    return { ...dataset, name, tag: full.slice(name.length + 1) || null };
  });
}

async function inNeo4j(uri: string, options: OpenOptions, ask: Ask): Promise<HeldDataset[]> {
  // One question: one connection.
  const { server } = await openCypher(uri, { ...options, maxInFlight: 1, isHasty: true }, ask.signal);
  try {
    const { rows } = await server.read(metaQuery(PROPERTIES), {}, ask);
    const datasets = rows
      .map(([, ...values]) => heldIn(Object.fromEntries(PROPERTIES.map((property, i) => [property, values[i]]))))
      .filter((held) => held !== null);
    if (datasets.length > 0) return datasets;
    throw new DecodeError(
      'Expected a :Meta node with the name of a dataset, found none: this is no neuPrint database, or not the right --database.',
    );
  } finally {
    await server.close();
  }
}

/** null: it has no name. */
function heldIn(meta: Partial<Record<(typeof PROPERTIES)[number], unknown>>): HeldDataset | null {
  const name = textOf(meta.dataset);
  if (name === null) return null;
  return {
    name,
    tag: textOf(meta.tag),
    uuid: textOf(meta.uuid),
    lastDatabaseEdit: textOf(meta.lastDatabaseEdit),
    info: textOf(meta.info),
    isHidden: meta.hideDataSet === true,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
