/** A source URI -> the Connectome behind it. */
import { ConfigError, withoutSecrets } from '../errors.ts';
import type { Connectome } from './connectome.ts';
import type { OpenCypher } from './cypher/cypherServer.ts';
import { boltId, fileId, neuprintId } from './identity.ts';
import { unopened } from './unopened.ts';

/** For messages. */
export const SOURCES =
  'FILE.duckdb, https://HOST of a neuPrint, bolt://HOST:PORT, neo4j://HOST:PORT, or sample?types=1200&cells=12000&seed=1';

/** What only some sources need. */
export interface OpenOptions {
  /** name or name:tag, where a database holds several; a neuPrint wants to be told name:tag. */
  dataset?: string | undefined;
  database?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** Of a neuPrint server, as it is or as {"token": "…"}; public data need none. */
  token?: string | undefined;
  /** An HTTP proxy on the way to a neuPrint server: http://HOST:PORT. */
  proxy?: string | undefined;
  /** The most queries that will run at once (default 64, 8 to a neuPrint). */
  maxInFlight?: number | undefined;
  /** Of a neuPrint server: a larger one is asked for in parts (default 128 MB). */
  maxReplyBytes?: number | undefined;
  /** How many connections are made at once, at the start (default 18: 16 batches, the catalogue, one to spare). */
  openAtOnce?: number | undefined;
  /** One question may be all: the first connection is enough to go on, and few others are made. */
  isHasty?: boolean | undefined;
}

const BOLT = /^(bolt|neo4j)(\+s|\+ssc)?:\/\//;
const HTTP = /^https?:\/\//i;

/**
 * Heavy clients are loaded only when their kind of source is asked for.
 * @throws ConfigError for a source of no known kind; ConnectError if it cannot be opened
 */
export async function openConnectome(
  source: string,
  options: OpenOptions = {},
  signal?: AbortSignal,
): Promise<Connectome> {
  if (isSample(source)) {
    const { openSample, sampleOptions } = await import('./sample/sample.ts');
    return await openSample(sampleOptions(source), signal);
  }
  if (isCypher(source)) {
    const { connectomeOnCypher } = await import('./cypher/cypherConnectome.ts');
    const { server, ...known } = await openCypher(source, options, signal);
    return connectomeOnCypher(server, { ...known, dataset: options.dataset });
  }
  const { openDuckdb } = await import('./file/duckdb.ts');
  return await openDuckdb(fileOf(source));
}

/** Whether it is a server that openCypher opens. */
export function isCypher(source: string): boolean {
  return BOLT.test(source) || isNeuprint(source);
}

/** Whether it is a neuPrint server, which does not say what it holds but to those who ask for its list. */
export function isNeuprint(source: string): boolean {
  return HTTP.test(source);
}

/** @throws ConfigError for a source that is no such server; ConnectError if it cannot be reached or lets nobody in */
export async function openCypher(source: string, options: OpenOptions = {}, signal?: AbortSignal): Promise<OpenCypher> {
  if (isNeuprint(source)) {
    const { openNeuprint } = await import('./neuprint/neuprint.ts');
    return await openNeuprint({ ...options, url: source }, signal);
  }
  const { openBolt } = await import('./neo4j/bolt.ts');
  return await openBolt({ ...options, uri: source }, signal);
}

/**
 * A source that is not opened: it is known by what is kept of it, and answers nothing.
 * @throws ConfigError for a source of no known kind
 */
export async function nameConnectome(source: string, { database, dataset }: OpenOptions = {}): Promise<Connectome> {
  if (isSample(source)) {
    const { sampleId, sampleOptions } = await import('./sample/sample.ts');
    return unopened(sampleId(sampleOptions(source)));
  }
  if (isNeuprint(source)) return unopened(neuprintId(source, dataset));
  return unopened(BOLT.test(source) ? boltId(source, database, dataset) : fileId(fileOf(source)));
}

function isSample(source: string): boolean {
  return source === 'sample' || source.startsWith('sample?');
}

/** The file that a source is; null: it is something else. */
export function fileIn(source: string): string | null {
  if (isSample(source) || isCypher(source)) return null;
  const file = source.replace(/^duckdb:/, '');
  return /\.(duckdb|db)$/.test(file) || source !== file ? file : null;
}

/** @throws ConfigError for what is none */
function fileOf(source: string): string {
  const file = fileIn(source);
  if (file !== null) return file;
  throw new ConfigError(`--source: expected ${SOURCES}; got ${JSON.stringify(withoutSecrets(source))}.`);
}
