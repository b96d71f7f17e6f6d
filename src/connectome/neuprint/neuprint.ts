/** A neuPrint server: takes Cypher with its values written into it, gives rows as they arrive, lists its datasets. */
import { ConfigError, ConnectError, QueryError } from '../../errors.ts';
import type { Ask } from '../connectome.ts';
import { inlined } from '../cypher/cypherLiterals.ts';
import type { CypherCost, CypherParameters, CypherServer, OnRow, OpenCypher } from '../cypher/cypherServer.ts';
import { neuprintId } from '../identity.ts';
import { errorOfReply, isUnknownDataset } from './neuprintErrors.ts';
import { createHttp, type Http, type HttpOptions } from './neuprintHttp.ts';
import { createReplyRows } from './replyRows.ts';

export interface NeuprintOptions extends Omit<HttpOptions, 'maxInFlight'> {
  /** name:tag, as the server lists it. */
  dataset?: string | undefined;
  maxInFlight?: number | undefined;
}

/** Of the datasets of a server, by name:tag. */
export interface ServedDataset {
  name: string;
  uuid: string | null;
  lastDatabaseEdit: string | null;
  info: string | null;
  isHidden: boolean;
}

/** neuPrint servers are shared: its own documentation asks for few queries at once. */
const MOST_IN_FLIGHT = 8;

/** For a message that would like to say what there is. */
const LIST_TIMEOUT_MS = 10_000;

/**
 * Nothing is asked until somebody asks.
 * @throws ConfigError for an address or a token that is none; without a dataset, one that lists what there is
 */
export async function openNeuprint(options: NeuprintOptions, signal?: AbortSignal): Promise<OpenCypher> {
  const { url, dataset, maxInFlight = MOST_IN_FLIGHT } = options;
  const http = createHttp({ ...options, maxInFlight });
  if (dataset === undefined) {
    try {
      const message = await datasetsText(http, signal);
      throw new ConfigError(`--dataset: expected name:tag of a dataset; got none.${message}`);
    } finally {
      await http.close();
    }
  }
  return { server: createServer(http, dataset), id: neuprintId(url, dataset), maxInFlight };
}

/**
 * What there is on a server, by name.
 * @throws ConnectError if it does not say: it fails as a whole where one of its databases is down
 */
export async function neuprintDatasets(options: NeuprintOptions, ask: Ask): Promise<ServedDataset[]> {
  const http = createHttp({ ...options, maxInFlight: 1 });
  try {
    return await datasetsOf(http, ask);
  } finally {
    await http.close();
  }
}

function createServer(http: Http, dataset: string): CypherServer {
  const readEach = async (
    cypher: string,
    parameters: CypherParameters,
    onRow: OnRow,
    ask: Ask = {},
  ): Promise<CypherCost> => {
    const rows = createReplyRows(onRow);
    const body = JSON.stringify({ cypher: inlined(cypher, parameters), dataset });
    const failed = await http.ask(
      { method: 'POST', path: '/api/custom/custom', body },
      (chunk) => rows.add(chunk),
      ask,
    );
    if (failed === null) return { received: rows.end(), serverMs: null };
    if (!isUnknownDataset(failed)) throw errorOfReply(failed, http);
    throw await unknownDataset(ask);
  };
  /** While it is asked for: the first questions of a run fail together. */
  let listed: Promise<string> | undefined;
  const unknownDataset = async ({ signal }: Ask): Promise<ConfigError> => {
    listed ??= datasetsText(http, signal).finally(() => {
      listed = undefined;
    });
    return new ConfigError(
      `--dataset: expected name:tag of a dataset; the server has no ${JSON.stringify(dataset)}.${await listed}`,
    );
  };
  return {
    readEach,
    unknownDataset,
    async read(cypher, parameters, ask) {
      const rows: unknown[][] = [];
      const cost = await readEach(cypher, parameters, (row) => rows.push(row), ask);
      return { ...cost, rows };
    },
    bytesReceived: () => http.bytesReceived(),
    close: () => http.close(),
  };
}

/** " It has a, b, c." or nothing where the server does not say. */
async function datasetsText(http: Http, signal?: AbortSignal): Promise<string> {
  try {
    const names = (await datasetsOf(http, { signal, timeoutMs: LIST_TIMEOUT_MS })).map(({ name }) => name);
    return names.length === 0 ? '' : ` It has ${names.join(', ')}.`;
  } catch (error) {
    const isSilent = error instanceof QueryError || (error instanceof ConnectError && error.isOutage);
    if (!isSilent) throw error;
    return '';
  }
}

async function datasetsOf(http: Http, ask: Ask): Promise<ServedDataset[]> {
  const chunks: Buffer[] = [];
  const request = { method: 'GET', path: '/api/dbmeta/datasets' } as const;
  const failed = await http.ask(request, (chunk) => void chunks.push(chunk), ask);
  if (failed !== null) throw errorOfReply(failed, http);
  const listed = objectOf(Buffer.concat(chunks).toString('utf8'));
  if (listed === null) throw new ConnectError(`${http.where}: it gives no list of datasets; is it a neuPrint server?`);
  const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return Object.entries(listed)
    .map(([name, dataset]) => {
      const { uuid, 'last-mod': lastDatabaseEdit, info, hidden } = Object(dataset) as Record<string, unknown>;
      return {
        name,
        uuid: textOf(uuid),
        lastDatabaseEdit: textOf(lastDatabaseEdit),
        // What the server says of a dataset that says nothing of itself.
        info: info === 'N/A' ? null : textOf(info),
        isHidden: hidden === true,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function objectOf(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown> | null) : null;
  } catch {
    // Told by the caller, as what is JSON and no object.
    return null;
  }
}
