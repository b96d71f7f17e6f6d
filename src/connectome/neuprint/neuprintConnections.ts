/** The connections to a neuPrint server: made beside the first one, so that what is asked later finds them open. Alone imports undici. */
import type { Socket } from 'node:net';
import { buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { ConfigError, withoutSecrets } from '../../errors.ts';
import { CONNECT_TIMEOUT_MS } from './neuprintErrors.ts';

const KEEP_ALIVE_MS = 20_000;

const OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  // How long a question may take is said with each.
  headersTimeout: 0,
  bodyTimeout: 0,
};

export interface NeuprintConnections {
  dispatcher: Dispatcher;
  /** Ends all of them, used or not. */
  close(): Promise<void>;
}

/**
 * Nothing is connected until something is asked.
 * @param most at a time
 * @param together how many are made when the first is; each later one costs its question two round trips, three with TLS
 */
export function openConnections(
  origin: string,
  { most, together }: { most: number; together: number },
): NeuprintConnections {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  let ready: Promise<Socket>[] | null = null;
  const connectAhead = (options: buildConnector.Options): Promise<Socket> => {
    const made = new Promise<Socket>((done, failed) =>
      connect(options, (error, socket) => (error === null ? done(socket) : failed(error))),
    );
    // Told when it is its turn; nobody's turn, nobody's error.
    made.catch(() => undefined);
    return made;
  };
  const endUnused = (): void => {
    for (const unused of ready ?? []) unused.then((socket) => socket.destroy()).catch(() => undefined);
    ready = [];
  };
  const pool = new Pool(origin, {
    connections: most,
    connect(options, callback) {
      ready ??= Array.from({ length: Math.min(together, most) }, () => connectAhead(options));
      const next = ready.shift();
      if (next === undefined) return connect(options, callback);
      next.then(
        // A server may hang up on a connection that nobody has used yet.
        (socket) => (socket.readyState === 'open' ? callback(null, socket) : connect(options, callback)),
        (error: Error) => {
          // The others failed as a rule for the same reason, which may have passed by the time when they are wanted.
          endUnused();
          callback(error, null);
        },
      );
    },
    ...OPTIONS,
  });
  return {
    dispatcher: pool,
    async close() {
      endUnused();
      await pool.destroy();
    },
  };
}

/**
 * Connections that a proxy makes, but for hosts in NO_PROXY.
 * @throws ConfigError for an address that is none
 */
export function openProxied(proxy: string, most: number): NeuprintConnections {
  const dispatcher = new EnvHttpProxyAgent({
    httpsProxy: proxyUrl(proxy).href,
    connections: most,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    ...OPTIONS,
  });
  return { dispatcher, close: () => dispatcher.destroy() };
}

/** Others take HOST:PORT, too. */
export function proxyUrl(proxy: string): URL {
  const url = /^https?:\/\//.test(proxy) ? proxy : `http://${proxy}`;
  if (URL.canParse(url)) return new URL(url);
  throw new ConfigError(`proxy: expected http://HOST:PORT, got ${JSON.stringify(withoutSecrets(proxy))}.`);
}
