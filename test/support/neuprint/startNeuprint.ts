/** A neuPrint server on 127.0.0.1, as neuPrintHTTP 1.9.2 is one, on top of a real Neo4j; counts what it is asked. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Access, type AuthorizationKind, authorizationKind } from './access.ts';
import type { Certificate } from './certificate.ts';
import { type DatabaseOptions, openNeuprintDatabase } from './database.ts';
import { createRoutes, type Reply } from './routes.ts';

export interface NeuprintServerOptions extends DatabaseOptions {
  /** 0, or left out: any free port. */
  port?: number | undefined;
  access?: Access | undefined;
  /** Speaks TLS. */
  certificate?: Certificate | undefined;
  /** As with a proxy in front that packs what is asked for packed. */
  gzip?: boolean | undefined;
  /** The list of datasets fails, as it does where one of several databases is down. */
  listFails?: boolean | undefined;
  onRequest?: ((request: NeuprintRequest) => Act | undefined) | undefined;
}

export interface NeuprintRequest {
  method: string;
  /** Without its query. */
  path: string;
  dataset: string | null;
  cypher: string | null;
  userAgent: string | undefined;
  authorization: AuthorizationKind;
  /** But what authorizes. */
  headers: IncomingHttpHeaders;
  /** Of the body of the reply. */
  bytesSent: number;
}

/** What becomes of an answer. */
export interface Act {
  status?: number;
  headers?: Record<string, string>;
  /** In place of the answer, which is not asked for. */
  body?: string;
  /** Before anything is sent. */
  delayMs?: number;
  /** Promises the whole, sends so much of it and breaks the connection. */
  cutAfterBytes?: number;
  /** Breaks the connection without an answer. */
  reset?: true;
  /** Sends nothing more: at all, or after `cutAfterBytes`. */
  stall?: true;
}

export interface NeuprintServer {
  /** http://127.0.0.1:PORT, or https:// with a certificate. */
  url: string;
  /** In the order in which they came. */
  requests: NeuprintRequest[];
  /** The most that were under way at a time. */
  mostAtOnce(): number;
  /** Forgets what was counted. */
  forget(): void;
  close(): Promise<void>;
}

export async function startNeuprint(options: NeuprintServerOptions): Promise<NeuprintServer> {
  const { port = 0, access, certificate, gzip = false, listFails, onRequest } = options;
  const database = openNeuprintDatabase(options);
  // Its connections would keep the process from ending.
  const giveUp = async (cause: unknown): Promise<never> => {
    await database.close();
    throw cause;
  };
  const routes = await createRoutes({ database, access, listFails, location: options.bolt }).catch(giveUp);
  const requests: NeuprintRequest[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = incoming;
    const { pathname: path, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const body = await textOf(incoming);
    const { authorization, ...others } = headers;
    const request: NeuprintRequest = {
      method,
      path,
      ...askedIn(body),
      userAgent: headers['user-agent'],
      authorization: authorizationKind(authorization),
      headers: others,
      bytesSent: 0,
    };
    requests.push(request);
    const act = onRequest?.(request);
    if (act?.delayMs !== undefined) await setTimeout(act.delayMs, undefined, { ref: false });
    if (act?.reset) return void incoming.socket.resetAndDestroy();
    if (act?.stall && act.cutAfterBytes === undefined) return;
    const isMade = act?.body !== undefined || act?.status !== undefined;
    const made: Reply = { status: 200, text: act?.body ?? '' };
    const reply = isMade ? made : await routes({ method, path, searchParams, headers, body });
    send({ ...reply, status: act?.status ?? reply.status }, { request, response, act });
  };

  const send = (
    { status, text }: Reply,
    { request, response, act }: { request: NeuprintRequest; response: ServerResponse; act: Act | undefined },
  ): void => {
    const isPacked = gzip && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    const content = isPacked ? gzipSync(text) : Buffer.from(text);
    response.writeHead(status, {
      'content-type': 'application/json; charset=UTF-8',
      'content-length': content.length,
      ...(isPacked && { 'content-encoding': 'gzip' }),
      ...act?.headers,
    });
    const sent = content.subarray(0, act?.cutAfterBytes);
    request.bytesSent = sent.length;
    if (act?.cutAfterBytes === undefined) return void response.end(sent);
    response.write(sent, () => {
      if (!act.stall) response.destroy();
    });
  };

  const onAsked = (incoming: IncomingMessage, response: ServerResponse): void => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.once('close', () => atOnce--);
    // What breaks here broke on the other side: the client went away.
    answer(incoming, response).catch(() => response.destroy());
  };
  const server = certificate === undefined ? createServer(onAsked) : createTlsServer(certificate, onAsked);
  // Go hangs up on nobody who keeps a connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, '127.0.0.1', () => listening());
  }).catch(giveUp);
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mostAtOnce: () => mostAtOnce,
    forget() {
      requests.length = 0;
      mostAtOnce = atOnce;
    },
    async close() {
      await new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
      await database.close();
    },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** For whoever reads the counts; what the server makes of a body is its own. */
function askedIn(body: string): { dataset: string | null; cypher: string | null } {
  try {
    const { dataset = null, cypher = null } = Object(JSON.parse(body));
    return { dataset, cypher };
  } catch {
    // No body, or none of JSON.
    return { dataset: null, cypher: null };
  }
}
