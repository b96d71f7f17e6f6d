/** A neuPrint server over HTTP: sends Cypher with its values written into it, reads rows as they arrive. Alone imports undici. */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Pool } from 'undici';
import { ConfigError, ConnectError, QueryError } from '../errors.ts';
import { packageHomepage, packageVersion } from '../packageRoot.ts';
import type { Ask } from './connectome.ts';
import { inlined } from './cypherLiterals.ts';
import type { CypherCost, CypherParameters, CypherServer, OnRow } from './cypherServer.ts';
import { neuprintId } from './identity.ts';
import { HOW_TO_ASK_LESS } from './neo4jErrors.ts';
import { CONNECT_TIMEOUT_MS, errorOfLoss, errorOfReply, type FailedReply, isUnknownDataset } from './neuprintErrors.ts';
import { createPause } from './neuprintPause.ts';
import { neuprintOrigin, tokenIn } from './neuprintUrl.ts';
import type { OpenCypher } from './open.ts';
import { createReplyRows } from './replyRows.ts';

export interface NeuprintOptions {
  /** https://HOST */
  url: string;
  /** name:tag, as the server lists it. */
  dataset?: string | undefined;
  /** As it is, or {"token": "…"}. */
  token?: string | undefined;
  maxInFlight?: number | undefined;
  /** A larger reply is refused, as one that does not fit the memory (default 128 MB). */
  maxReplyBytes?: number | undefined;
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

/** The server makes a reply as a whole before it sends the first byte; 20,000 cells with their roiInfo are 20 to 60 MB. */
const MAX_REPLY_BYTES = 128e6;

/** Of a reply that is no answer. */
const MOST_ERROR_BYTES = 64_000;

/** A gateway that gives up sooner has nobody behind it; later, a query that takes long. */
const LATE_MS = 5_000;

const LIST_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 20_000;

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
export async function neuprintDatasets(options: NeuprintOptions, signal?: AbortSignal): Promise<ServedDataset[]> {
  const http = createHttp({ ...options, maxInFlight: 1 });
  try {
    return await datasetsOf(http, signal);
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
  /** The first questions of a run fail together: what there is is asked for once. */
  let listed: Promise<string> | undefined;
  const unknownDataset = async ({ signal }: Ask): Promise<ConfigError> => {
    listed ??= datasetsText(http, signal);
    return new ConfigError(`--dataset: the server has no ${JSON.stringify(dataset)}.${await listed}`);
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
    const names = (await datasetsOf(http, signal)).map(({ name }) => name);
    return names.length === 0 ? '' : ` It has ${names.join(', ')}.`;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ConnectError && !error.isOutage) throw error;
    return '';
  }
}

async function datasetsOf(http: Http, signal?: AbortSignal): Promise<ServedDataset[]> {
  const chunks: Buffer[] = [];
  const request = { method: 'GET', path: '/api/dbmeta/datasets' } as const;
  const failed = await http.ask(request, (chunk) => void chunks.push(chunk), { signal, timeoutMs: LIST_TIMEOUT_MS });
  if (failed !== null) throw errorOfReply(failed, http);
  let listed: Record<string, Record<string, unknown>>;
  try {
    listed = Object(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch (cause) {
    throw new QueryError(`${http.where}: its list of datasets cannot be read.`, { cause, failure: 'passing' });
  }
  const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  return Object.entries(listed)
    .map(([name, { uuid, 'last-mod': lastDatabaseEdit, info, hidden }]) => ({
      name,
      uuid: textOf(uuid),
      lastDatabaseEdit: textOf(lastDatabaseEdit),
      info: textOf(info),
      isHidden: hidden === true,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Http {
  origin: string;
  /** host:port, for messages. */
  where: string;
  hasToken: boolean;
  /**
   * @param onChunk gets the body of an answer; what it throws ends the reply
   * @returns null, or the reply that is no answer
   * @throws ConnectError if there is none; QueryError if it takes too long or is too large
   */
  ask(
    request: { method: 'GET' | 'POST'; path: string; body?: string },
    onChunk: (chunk: Buffer) => void,
    ask: Ask,
  ): Promise<FailedReply | null>;
  bytesReceived(): number;
  close(): Promise<void>;
}

function createHttp(options: NeuprintOptions & { maxInFlight: number }): Http {
  const { maxInFlight, maxReplyBytes = MAX_REPLY_BYTES } = options;
  const origin = neuprintOrigin(options.url);
  const where = new URL(origin).host;
  const token = options.token === undefined ? null : tokenIn(options.token, 'token');
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const pool = new Pool(origin, {
    connections: maxInFlight,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // How long a question may take is said with each.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let bytes = 0;
  let hasAnswered = false;
  const pause = createPause();

  return {
    origin,
    where,
    hasToken: token !== null,
    bytesReceived: () => bytes,
    async close() {
      pause.close();
      await pool.destroy();
    },
    async ask(request, onChunk, { signal, timeoutMs }) {
      await pause.over(signal);
      const overdue = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
      const late = AbortSignal.timeout(LATE_MS);
      try {
        const reply = await pool.request({
          ...request,
          headers: {
            ...authorization,
            accept: 'application/json',
            'accept-encoding': 'gzip',
            'user-agent': `neurodex/${packageVersion()} (+${packageHomepage()})`,
            ...(request.body !== undefined && { 'content-type': 'application/json' }),
          },
          signal: AbortSignal.any([signal, overdue].filter((one) => one !== undefined)),
        });
        hasAnswered = true;
        const { statusCode: status, headers } = reply;
        pause.heed(status, headers['retry-after']);
        const contentType = String(headers['content-type'] ?? '');
        const isAnswer = status === 200 && !/text\/html/.test(contentType);
        const texts: Buffer[] = [];
        let size = 0;
        const take = (chunk: Buffer): void => {
          try {
            if (isAnswer) onChunk(chunk);
            else texts.push(chunk);
          } catch (reason) {
            throw new ChunkError(reason);
          }
        };
        reply.body.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        const isPacked = headers['content-encoding'] === 'gzip';
        const body = isPacked ? pipeline(reply.body, createGunzip(), () => undefined) : reply.body;
        for await (const chunk of body as AsyncIterable<Buffer>) {
          size += chunk.length;
          if (isAnswer && size > maxReplyBytes) throw new ChunkError(tooLarge(where, maxReplyBytes));
          take(chunk);
          if (!isAnswer && size > MOST_ERROR_BYTES) break;
        }
        if (isAnswer) return null;
        // Whatever stands before a server may repeat what it was sent.
        const text = without(token, Buffer.concat(texts).toString('utf8'));
        const location = typeof headers.location === 'string' ? without(token, headers.location) : null;
        return { status, contentType, location, text, isLate: late.aborted };
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof ChunkError) throw cause.reason;
        if (overdue?.aborted) {
          const message = `${where}: no answer within ${timeoutMs} ms; ${HOW_TO_ASK_LESS}`;
          throw new QueryError(message, { cause, failure: 'timeout' });
        }
        throw errorOfLoss(cause, where, hasAnswered);
      }
    },
  };
}

/** What ends a reply from this side, told apart from what a connection throws. */
class ChunkError extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('a part of a reply was refused');
    this.reason = reason;
  }
}

function without(token: string | null, text: string): string {
  return token === null ? text : text.replaceAll(token, '***');
}

function tooLarge(where: string, maxReplyBytes: number): QueryError {
  const message = `${where}: a reply of more than ${maxReplyBytes / 1e6} MB; ask for less at once by --batch-weight.`;
  return new QueryError(message, { failure: 'memory' });
}
