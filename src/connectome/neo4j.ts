/** A Neo4j over Bolt: connects, runs Cypher under a signal, counts what it costs, tells its errors apart. Alone imports the driver. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import neo4j, { type Driver, type Neo4jError, type RecordShape, type Result, type ServerInfo } from 'neo4j-driver';
import { ConfigError, ConnectError, QueryError, withoutSecrets } from '../errors.ts';
import type { Ask } from './connectome.ts';

export interface Neo4jOptions {
  uri: string;
  database?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** The most queries that will run at once; the pool is a little larger. */
  maxInFlight?: number | undefined;
}

export interface Neo4jAnswer {
  rows: unknown[][];
  serverMs: number;
}

export interface Neo4jServer {
  /** All rows of a read query. 64-bit integers come as bigint. */
  read(cypher: string, parameters: RecordShape, ask?: Ask): Promise<Neo4jAnswer>;
  write(cypher: string, parameters: RecordShape, ask?: Ask): Promise<Neo4jAnswer>;
  /** Bytes received so far; null over TLS, whose sockets cannot be watched. */
  bytesReceived(): number | null;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const ACQUIRE_TIMEOUT_MS = 20_000;

/** Closing waits for connections that are in use; a user who interrupts does not. */
const CLOSE_MS = 300;

const FETCH_ALL = -1;

/** The server ends a query at its time limit, which it looks at every 2 s; after this much more it is not heard of. */
const OVERDUE_MS = 5_000;

const HOW_TO_ASK_LESS = 'ask for less at once by --batch-weight, or allow more by --timeout-ms.';

/**
 * Opens a pool of connections and waits for the first of them.
 * @throws ConfigError for a URI that is none; ConnectError if the server cannot be reached or lets nobody in
 */
export async function connectNeo4j(options: Neo4jOptions, signal?: AbortSignal): Promise<Neo4jServer> {
  const { uri, database = 'neo4j', username, password, maxInFlight = 8 } = options;
  const { hostname, port, protocol } = parsedUri(uri);
  const sockets = watchSockets(Number(port || 7687));
  const auth =
    username === undefined && password === undefined
      ? undefined
      : neo4j.auth.basic(username ?? 'neo4j', password ?? '');
  const driver: Driver = neo4j.driver(`${protocol}//${hostname}${port ? `:${port}` : ''}`, auth, {
    maxConnectionPoolSize: maxInFlight + 2,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    connectionAcquisitionTimeout: ACQUIRE_TIMEOUT_MS,
    useBigInt: true,
    // One PULL takes all: each further one would cost a round trip. Batches are sized to fit memory.
    fetchSize: FETCH_ALL,
    // Failures are ours to judge and to count.
    disableAutoCommitRetries: true,
    telemetryDisabled: true,
    userAgent: 'neurodex',
  });
  const where = `${hostname}${port ? `:${port}` : ''}`;

  const run = async (
    mode: 'READ' | 'WRITE',
    cypher: string,
    parameters: RecordShape,
    ask: Ask = {},
  ): Promise<Neo4jAnswer> => {
    ask.signal?.throwIfAborted();
    const session = driver.session({ database, defaultAccessMode: mode });
    const overdue = ask.timeoutMs === undefined ? undefined : AbortSignal.timeout(ask.timeoutMs + OVERDUE_MS);
    try {
      const result = session.run(cypher, parameters, { timeout: ask.timeoutMs });
      return await untilAborted(received(result), ask.signal, overdue);
    } catch (cause) {
      ask.signal?.throwIfAborted();
      if (overdue?.aborted) {
        throw new QueryError(`${where}: no answer within ${ask.timeoutMs} ms; ${HOW_TO_ASK_LESS}`, { cause });
      }
      throw errorOf(cause as Neo4jError, where, database);
    } finally {
      // Resets the connection, which ends a query that still runs on the server. Not waited for: rows that were
      // under way would arrive first, 38 s of them on a thin link. It fails where the connection is gone already.
      session.close().catch(() => undefined);
    }
  };

  const close = async (): Promise<void> => {
    sockets.stop();
    await Promise.race([driver.close(), setTimeout(CLOSE_MS, undefined, { ref: false })]);
  };

  // All connections that will be used are made at once: one made when its first batch is due would cost that batch
  // three round trips (0.5 s of 1.5 s at 200 ms). The first tells whether there is a server that lets us in.
  const [first, ...others] = Array.from({ length: maxInFlight }, () => driver.getServerInfo({ database }));
  // What keeps another from opening keeps the first from it too, or the query that needs it.
  for (const other of others) other.catch(() => undefined);
  try {
    await untilAborted(first as Promise<ServerInfo>, signal);
  } catch (cause) {
    await close();
    signal?.throwIfAborted();
    throw errorOf(cause as Neo4jError, where, database);
  }
  return {
    read: (cypher, parameters, ask) => run('READ', cypher, parameters, ask),
    write: (cypher, parameters, ask) => run('WRITE', cypher, parameters, ask),
    bytesReceived: () => (/\+s/.test(protocol) ? null : sockets.bytesRead()),
    close,
  };
}

function parsedUri(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (!url || !/^(bolt|neo4j)(\+s|\+ssc)?:$/.test(url.protocol) || url.hostname === '') {
    throw new ConfigError(
      `Expected bolt://HOST:PORT or neo4j://HOST:PORT, got ${JSON.stringify(withoutSecrets(uri))}.`,
    );
  }
  if (url.username || url.password) {
    throw new ConfigError('Expected no user and password in the URI; give them as NEO4J_USERNAME and NEO4J_PASSWORD.');
  }
  return url;
}

/** Counts what arrives on the connections that are made to a port from now on. */
function watchSockets(port: number): { bytesRead(): number; stop(): void } {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => {
      if (socket.remotePort === port) sockets.push(socket);
    });
  };
  subscribe('net.client.socket', onSocket);
  return {
    bytesRead: () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0),
    stop: () => void unsubscribe('net.client.socket', onSocket),
  };
}

async function received(result: Result): Promise<Neo4jAnswer> {
  const rows: unknown[][] = [];
  return await new Promise((done, failed) => {
    result.subscribe({
      onNext: (record) => rows.push(record.keys.map((_, i) => record.get(i))),
      onCompleted: ({ resultAvailableAfter, resultConsumedAfter }) =>
        done({ rows, serverMs: Number(resultAvailableAfter) + Number(resultConsumedAfter) }),
      onError: failed,
    });
  });
}

/** Settles as the promise does, unless one of the signals aborts first. */
async function untilAborted<T>(promise: Promise<T>, ...signals: (AbortSignal | undefined)[]): Promise<T> {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  signal.throwIfAborted();
  return await new Promise<T>((done, failed) => {
    const stop = (): void => failed(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(done, failed).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** What went wrong, by the server's code or the driver's text, and what to do about it. */
function errorOf(cause: Neo4jError, where: string, database: string): Error {
  const { code = '', message = String(cause) } = cause;
  const reason = (message.split('\n')[0] ?? message).trim();
  if (/Security\.(Unauthorized|AuthenticationRateLimit|CredentialsExpired)/.test(code)) {
    return new ConnectError(`${where}: the server refused user and password; set NEO4J_USERNAME and NEO4J_PASSWORD.`, {
      cause,
    });
  }
  if (/Security\.Forbidden/.test(code))
    return new ConnectError(`${where}: this user may not read: ${reason}`, { cause });
  if (/DatabaseNotFound/.test(code)) {
    return new ConnectError(
      `${where}: expected the database ${JSON.stringify(database)}, which is not there; name another by --database.`,
      { cause },
    );
  }
  if (/TransactionTimedOut/.test(code)) {
    return new QueryError(`The server's time limit ended a query; ${HOW_TO_ASK_LESS}`, { cause });
  }
  if (/MemoryPoolOutOfMemory|TransactionOutOfMemory|TransactionMemoryLimit/.test(code)) {
    return new QueryError('The server ran out of memory for a query; ask for less at once by --batch-weight.', {
      cause,
    });
  }
  if (/acquisition timed out/.test(reason)) {
    return new ConnectError(`${where}: no answer within ${ACQUIRE_TIMEOUT_MS / 1000} s; is it reachable from here?`, {
      cause,
    });
  }
  if (/ServiceUnavailable|SessionExpired/.test(code))
    return new ConnectError(`${where}: ${connectionReason(reason)}`, { cause, isTransient: true });
  return new QueryError(`The server refused a query (${code}): ${reason}`, {
    cause,
    isTransient: code.includes('TransientError'),
    isUnknownFunction: /^Unknown function/.test(reason),
  });
}

function connectionReason(reason: string): string {
  const cause = /Caused by: (.*)$/.exec(reason)?.[1] ?? reason;
  if (/ECONNREFUSED/.test(cause))
    return 'nothing listens there (ECONNREFUSED); is the server running, and is this its Bolt port?';
  if (/ENOTFOUND|EAI_AGAIN/.test(cause)) return 'no host of that name is known.';
  if (/HTTP/.test(cause)) return 'an HTTP server answers there; give the Bolt port (7687 as a rule).';
  if (/self.signed|unable to verify|certificate/i.test(cause))
    return `its certificate is not trusted (${cause}); bolt+ssc:// takes any.`;
  if (/wrong version number|before secure TLS|SSL|packet length/i.test(cause))
    return 'it does not speak TLS; use bolt:// without +s.';
  if (/Failed to establish connection/.test(cause))
    return `no answer within ${CONNECT_TIMEOUT_MS / 1000} s; is it reachable from here?`;
  if (/closed by server|ECONNRESET|EPIPE/.test(cause))
    return 'the connection was lost; if the server wants TLS, use bolt+s://.';
  return cause;
}
