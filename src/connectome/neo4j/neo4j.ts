/** A Neo4j over Bolt: connects, runs Cypher under a signal, counts what it costs. Alone imports the driver. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import neo4j, { type Driver, type Neo4jError, type RecordShape, type Result } from 'neo4j-driver';
import { QueryError } from '../../errors.ts';
import type { Ask } from '../connectome.ts';
import type { CypherAnswer, CypherCost, CypherServer, OnRow } from '../cypher/cypherServer.ts';
import { parsedUri } from './boltUri.ts';
import { ACQUIRE_TIMEOUT_MS, CONNECT_TIMEOUT_MS, errorOf, HOW_TO_ASK_LESS } from './neo4jErrors.ts';

export interface Neo4jOptions {
  uri: string;
  database?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** The most queries that will run at once; the pool is a little larger. */
  maxInFlight?: number | undefined;
  /** How many connections are made at once, at the start; the others are made when they are needed. */
  openAtOnce?: number | undefined;
  /** One question may be all: the first connection is enough to go on, and few others are made. */
  isHasty?: boolean | undefined;
}

export interface Neo4jServer extends CypherServer {
  write(cypher: string, parameters: RecordShape, ask?: Ask): Promise<CypherAnswer>;
}

/** A NAT or a tunnel may have dropped a connection that lay idle for longer: it is tried before it is used. */
const IDLE_MS = 30_000;

/**
 * What a run uses as a rule: 16 batches, the catalogue, one to spare. A connection made when its first batch is due would
 * cost that batch three round trips (0.5 s of 1.5 s at 200 ms).
 */
const CONNECTIONS = 18;

/** What a run asks at once that finds something changed. */
const HASTY_CONNECTIONS = 5;

/** The others are ready some milliseconds after the first; a server that keeps them waiting is not waited for. */
const OTHERS_OPEN_MS = 1_000;

/** Closing waits for connections that are in use; a user who interrupts does not. */
const CLOSE_MS = 300;

const FETCH_ALL = -1;

/** The server ends a query at its time limit, which it looks at every 2 s; after this much more it is not heard of. */
const OVERDUE_MS = 5_000;

/**
 * Opens a pool of connections and waits for the first of them.
 * @throws ConfigError for a URI that is none; ConnectError if the server cannot be reached or lets nobody in
 */
export async function connectNeo4j(options: Neo4jOptions, signal?: AbortSignal): Promise<Neo4jServer> {
  const { uri, database = 'neo4j', username, password, maxInFlight = 8, isHasty = false } = options;
  const { openAtOnce = isHasty ? HASTY_CONNECTIONS : CONNECTIONS } = options;
  const { hostname, port, protocol } = parsedUri(uri);
  signal?.throwIfAborted();
  const sockets = watchSockets(Number(port || 7687));
  const auth =
    username === undefined && password === undefined
      ? undefined
      : neo4j.auth.basic(username ?? 'neo4j', password ?? '');
  const driver: Driver = neo4j.driver(`${protocol}//${hostname}${port ? `:${port}` : ''}`, auth, {
    maxConnectionPoolSize: maxInFlight + 2,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    connectionAcquisitionTimeout: ACQUIRE_TIMEOUT_MS,
    connectionLivenessCheckTimeout: IDLE_MS,
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
    onRow: OnRow,
    ask: Ask = {},
  ): Promise<CypherCost> => {
    ask.signal?.throwIfAborted();
    const session = driver.session({ database, defaultAccessMode: mode });
    const overdue = ask.timeoutMs === undefined ? undefined : AbortSignal.timeout(ask.timeoutMs + OVERDUE_MS);
    const over = new AbortController();
    try {
      const result = session.run(cypher, parameters, { timeout: ask.timeoutMs });
      return await untilAborted(received(result, onRow, over), ask.signal, overdue);
    } catch (cause) {
      ask.signal?.throwIfAborted();
      if (cause instanceof RowError) throw cause.reason;
      if (overdue?.aborted) {
        const message = `${where}: no answer within ${ask.timeoutMs} ms; ${HOW_TO_ASK_LESS}`;
        throw new QueryError(message, { cause, failure: 'timeout' });
      }
      throw errorOf(cause as Neo4jError, { where, database });
    } finally {
      over.abort();
      // Resets the connection, which ends a query that still runs on the server. Not waited for: rows that were
      // under way would arrive first, 38 s of them on a thin link. It fails where the connection is gone already.
      session.close().catch(() => undefined);
    }
  };

  const runHeld = async (
    mode: 'READ' | 'WRITE',
    cypher: string,
    parameters: RecordShape,
    ask?: Ask,
  ): Promise<CypherAnswer> => {
    const rows: unknown[][] = [];
    const cost = await run(mode, cypher, parameters, (row) => rows.push(row), ask);
    return { ...cost, rows };
  };

  const close = async (): Promise<void> => {
    sockets.stop();
    await Promise.race([driver.close(), setTimeout(CLOSE_MS, undefined, { ref: false })]);
  };

  // Any connection that is made tells that there is a server that lets us in.
  const opening = Array.from({ length: Math.min(openAtOnce, maxInFlight) }, () => driver.getServerInfo({ database }));
  // What keeps one from opening keeps all from it, and the first says what, or the query that needs it. They are waited
  // for a moment: a query that finds none ready opens one more, which at 200 ms takes it 0.6 s.
  const opened = Promise.race([Promise.allSettled(opening), setTimeout(OTHERS_OPEN_MS, undefined, { ref: false })]);
  try {
    await untilAborted(
      Promise.any(opening).catch(() => opening[0]),
      signal,
    );
    if (!isHasty) await untilAborted(opened, signal);
  } catch (cause) {
    await close();
    signal?.throwIfAborted();
    throw errorOf(cause as Neo4jError, { where, database });
  }
  return {
    read: (cypher, parameters, ask) => runHeld('READ', cypher, parameters, ask),
    readEach: (cypher, parameters, onRow, ask) => run('READ', cypher, parameters, onRow, ask),
    write: (cypher, parameters, ask) => runHeld('WRITE', cypher, parameters, ask),
    bytesReceived: () => (/\+s/.test(protocol) ? null : sockets.bytesRead()),
    close,
  };
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

/** What a caller threw at one of its rows, told apart from what the driver throws. */
class RowError extends Error {
  readonly reason: unknown;
  constructor(reason: unknown) {
    super('a row was refused');
    this.reason = reason;
  }
}

/** @param over ends the rows, which go on arriving after nobody waits for them; aborted here by a row that is refused */
async function received(result: Result, onRow: OnRow, over: AbortController): Promise<CypherCost> {
  let count = 0;
  return await new Promise((done, failed) => {
    result.subscribe({
      onNext(record) {
        if (over.signal.aborted) return;
        count++;
        try {
          onRow(record.keys.map((_, i) => record.get(i)));
        } catch (reason) {
          // Thrown on, it would end the process: the driver is called by the socket.
          over.abort();
          failed(new RowError(reason));
        }
      },
      onCompleted: ({ resultAvailableAfter, resultConsumedAfter }) =>
        done({ received: count, serverMs: Number(resultAvailableAfter) + Number(resultConsumedAfter) }),
      onError: failed,
    });
  });
}

/** Settles as the promise does, unless one of the signals aborts first. */
async function untilAborted<T>(promise: Promise<T>, ...signals: (AbortSignal | undefined)[]): Promise<T> {
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  return await new Promise<T>((done, failed) => {
    const stop = (): void => failed(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(done, failed).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}
