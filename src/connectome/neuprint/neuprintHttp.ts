/** Requests to a neuPrint server: what each says of itself, what comes back in parts, how long and how large it may be. */
import { pipeline } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { QueryError } from '../../errors.ts';
import { packageHomepage, packageVersion } from '../../packageRoot.ts';
import type { Ask } from '../connectome.ts';
import { HOW_TO_ASK_LESS } from '../neo4j/neo4jErrors.ts';
import { openConnections, openProxied, proxyUrl } from './neuprintConnections.ts';
import { errorOfLoss, type FailedReply } from './neuprintErrors.ts';
import { createPause } from './neuprintPause.ts';
import { neuprintOrigin, tokenIn } from './neuprintUrl.ts';

export interface HttpOptions {
  /** https://HOST */
  url: string;
  /** As it is, or {"token": "…"}. */
  token?: string | undefined;
  /** An HTTP proxy on the way; http://localhost is spoken to without. */
  proxy?: string | undefined;
  maxInFlight: number;
  /** A larger reply is refused, as one that does not fit the memory (default 128 MB). */
  maxReplyBytes?: number | undefined;
  /** One question may be all: no connection is made that it does not need. */
  isHasty?: boolean | undefined;
}

/** The server makes a reply as a whole before it sends the first byte; 20,000 cells with their roiInfo are 20 to 60 MB. */
const MAX_REPLY_BYTES = 128e6;

/** Of a reply that is no answer. */
const MOST_ERROR_BYTES = 64_000;

/** Connections that a run uses as a rule. */
const AT_START = 8;

/** A gateway that gives up sooner has nobody behind it; later, a query that takes long. */
const LATE_MS = 5_000;

export interface Http {
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

/** @throws ConfigError for an address or a token that is none */
export function createHttp(options: HttpOptions): Http {
  const { proxy, maxInFlight, maxReplyBytes = MAX_REPLY_BYTES, isHasty = false } = options;
  const origin = neuprintOrigin(options.url);
  const where = new URL(origin).host;
  const token = options.token === undefined ? null : tokenIn(options.token, 'token');
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const together = isHasty ? 1 : AT_START;
  const isProxied = proxy !== undefined && origin.startsWith('https:');
  const connections = isProxied
    ? openProxied(proxy, maxInFlight)
    : openConnections(origin, { most: maxInFlight, together });
  const way = isProxied ? `${where}, by the proxy ${proxyUrl(proxy).host}` : where;
  const userAgent = `neurodex/${packageVersion()} (+${packageHomepage()})`;
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
      await connections.close();
    },
    async ask(request, onChunk, { signal, timeoutMs }) {
      await pause.over(signal);
      const overdue = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
      const late = AbortSignal.timeout(LATE_MS);
      try {
        const reply = await connections.dispatcher.request({
          origin,
          ...request,
          headers: {
            ...authorization,
            accept: 'application/json',
            'accept-encoding': 'gzip',
            'user-agent': userAgent,
            ...(request.body !== undefined && { 'content-type': 'application/json' }),
          },
          signal: AbortSignal.any([signal, overdue].filter((one) => one !== undefined)),
        });
        hasAnswered = true;
        const { statusCode: status, headers } = reply;
        pause.heed(status, headers);
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
        // A connection is free a turn of the loop after its reply: whoever asks sooner has another one opened.
        await setImmediate();
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
        throw errorOfLoss(cause, way, hasAnswered);
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
