/** A Redis server -> the store in it: keyv over Redis, with an index of our keys and calls that never wait for long. */
import type KeyvRedis from '@keyv/redis';
import type { RedisClientType } from '@keyv/redis';
import type { KeyvEntry, KeyvStoreAdapter } from 'keyv';
import { withoutSecrets } from '../errors.ts';
import { EXPIRES_FROM_END, EXPIRES_LENGTH, NAMESPACE, openKeyv, writtenMsOf } from './kept.ts';
import { type ListedEntry, type Store, StoreFault } from './store.ts';

/** How @keyv/redis begins a key of a namespace. */
const KEY_PREFIX = `${NAMESPACE}::`;

/** A sorted set of our keys: a server that others use, too, need not be searched through for them. */
const INDEX = `${NAMESPACE}:keys`;

/** Drops from the index what ran out or was evicted; in one step, or it could drop what is being written again. */
const TIDY = `for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. key) == 0 then redis.call('ZREM', KEYS[1], key) end
end`;

/** The first is for TCP and TLS; the second also for a server that accepts and then says nothing. */
const CONNECT_TIMEOUT_MS = 1500;
const ANSWER_TIMEOUT_MS = 2000;

/** Without a byte either way a call is given up. An idle connection ends so, too: the next call opens another. */
const SILENCE_MS = 5000;

/** After a failed attempt calls fail at once for so long, then for twice as long: each attempt may take its 2 s. */
const REST_MS = { first: 1000, last: 60_000 } as const;

/** What the user can do about a server that is no use at the start, by the beginning of what it says. */
const REPLY_ADVICE: Readonly<Record<string, string>> = {
  'ERR DB index': '; name a database that it has, as in redis://HOST:PORT/0',
  WRONGPASS: '; check the user and the password',
  NOAUTH: '; name its password, as in redis://:PASSWORD@HOST:PORT',
};
const NOT_THERE = '; start it, or name another server or a folder by --cache';
const NOT_REDIS = '; see that a Redis is there, and whether it takes redis:// or rediss://';
const NOT_TRUSTED = '; name its authority by NODE_EXTRA_CA_CERTS';

/** node-redis's own words are of its insides. */
const REASONS: Readonly<Record<string, string>> = {
  'Connection timeout': `no connection within ${CONNECT_TIMEOUT_MS / 1000} s`,
  'Socket closed unexpectedly': 'the connection was closed',
  'The client is closed': 'the connection was closed',
  'The client is offline': 'the connection was closed',
  'Disconnects client': 'the connection was closed',
};
const SILENT = `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;

/**
 * @param uri as node-redis takes it: redis[s]://[user:password@]host[:port][/db]
 * @throws an Error whose message says why nothing can be kept there
 */
export async function openRedisStore(uri: string): Promise<Store> {
  const name = withoutSecrets(uri);
  const { default: Redis } = await import('@keyv/redis');
  const server = serverOf(openAdapter(Redis, uri, name), name);
  try {
    // Fails here where the server is away or does not let us in, once, and not with the first of many calls.
    await (await server.client()).zCard(INDEX);
  } catch (error) {
    server.close();
    const fault = plain(name, error);
    throw new Error(fault.message + adviceOn(uri, fault), { cause: fault });
  }
  return createStore(server);
}

function openAdapter(Redis: typeof KeyvRedis, url: string, name: string): KeyvRedis<string> {
  const socket = { connectTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: false } as const;
  try {
    return new Redis<string>({ url, socket, disableOfflineQueue: true }, { throwOnErrors: true });
  } catch {
    // What is thrown holds the URI, with its password.
    throw new Error(`--cache ${name}: expected redis://HOST:PORT or rediss://HOST:PORT, with /NUMBER for a database`);
  }
}

interface Server {
  readonly name: string;
  readonly adapter: KeyvRedis<string>;
  /** Connects if need be. */
  client(): Promise<RedisClientType>;
  close(): void;
}

function serverOf(adapter: KeyvRedis<string>, name: string): Server {
  const client = adapter.client as RedisClientType;
  let connecting: Promise<void> | null = null;
  let refusal: StoreFault | null = null;
  let restMs: number = REST_MS.first;

  const connect = async (): Promise<void> => {
    let isSilent = false;
    const timer = setTimeout(() => {
      isSilent = true;
      if (client.isOpen) client.destroy();
    }, ANSWER_TIMEOUT_MS);
    try {
      await client.connect();
      restMs = REST_MS.first;
    } catch (error) {
      refusal = plain(name, isSilent ? new Error(SILENT, { cause: error }) : error);
      setTimeout(() => {
        refusal = null;
      }, restMs).unref();
      restMs = Math.min(2 * restMs, REST_MS.last);
      throw refusal;
    } finally {
      clearTimeout(timer);
      connecting = null;
    }
  };

  let isClosed = false;
  const connected = async (): Promise<RedisClientType> => {
    if (isClosed) throw new StoreFault(`${name} was closed`, 'other');
    if (client.isReady) return client;
    if (refusal) throw refusal;
    connecting ??= connect();
    await connecting;
    return client;
  };
  // Its own would add listeners with each connection, and tell nothing of why there is none.
  adapter.getClient = connected;
  return {
    name,
    adapter,
    client: connected,
    close() {
      isClosed = true;
      if (client.isOpen) client.destroy();
    },
  };
}

function createStore(server: Server): Store {
  const keyv = openKeyv(Object.assign(server.adapter, indexed(server)) as unknown as KeyvStoreAdapter);
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw plain(server.name, error);
    }
  };
  return {
    name: server.name,
    getMany: (keys) => guarded(keyv.getMany(keys)),
    setMany: (entries) => guarded(keyv.setMany(entries)),
    list: (prefix) => guarded(list(server, prefix)),
    deleteMany: (keys) => guarded(keyv.deleteMany(keys)),
    async shrink() {
      const tidy = async (): Promise<unknown> =>
        (await server.client()).eval(TIDY, { keys: [INDEX], arguments: [KEY_PREFIX] });
      await guarded(tidy());
    },
    close() {
      server.close();
      return Promise.resolve();
    },
  };
}

/** Writes that keep the index: each is one transaction, all or nothing. */
function indexed(server: Server): object {
  return {
    async setMany(entries: readonly (KeyvEntry & { ttl: number })[]) {
      if (entries.length === 0) return;
      const transaction = (await server.client()).multi();
      for (const { key, value, ttl } of entries) transaction.set(KEY_PREFIX + key, value, { PX: ttl });
      // All of them score the same, which has Redis sort them by their bytes.
      transaction.zAdd(
        INDEX,
        entries.map(({ key }) => ({ score: 0, value: key })),
      );
      await transaction.exec();
    },
    async deleteMany(keys: readonly string[]) {
      if (keys.length === 0) return true;
      const transaction = (await server.client()).multi();
      transaction.unlink(keys.map((key) => KEY_PREFIX + key)).zRem(INDEX, [...keys]);
      await transaction.exec();
      return true;
    },
  };
}

async function list(server: Server, prefix: string): Promise<ListedEntry[]> {
  const client = await server.client();
  // No text in UTF-8 has the byte 0xff.
  const keys = await client.zRangeByLex(
    INDEX,
    Buffer.from(`[${prefix}`),
    Buffer.concat([Buffer.from(`(${prefix}`), Buffer.of(0xff)]),
  );
  // Sent at once, hence a single round trip for all.
  const entries = await Promise.all(
    keys.map(async (key): Promise<ListedEntry> => {
      const [bytes, expires] = await Promise.all([
        client.strLen(KEY_PREFIX + key),
        client.getRange(KEY_PREFIX + key, -EXPIRES_FROM_END, EXPIRES_LENGTH - EXPIRES_FROM_END - 1),
      ]);
      return { key, bytes, writtenMs: writtenMsOf(expires) };
    }),
  );
  // What ran out is in the index still.
  return entries.filter(({ bytes }) => bytes > 0);
}

/** One line, and no password. */
function plain(name: string, error: unknown): StoreFault {
  if (error instanceof StoreFault) return error;
  const reply = replyOf(error);
  if (reply === null) return new StoreFault(`${name} does not answer (${reasonOf(error)})`, 'away', error);
  if (reply.startsWith('OOM ')) return new StoreFault(`${name} has no memory left (${reply})`, 'full', error);
  return new StoreFault(`${name} refused (${reply})`, reply.startsWith('LOADING ') ? 'away' : 'other', error);
}

/** What the server said, which begins with a word in capitals; null where it did not speak. */
function replyOf(error: unknown): string | null {
  // Of a transaction: each of its commands has a reply.
  const { replies = [], message } = error as Error & { replies?: readonly unknown[] };
  const reply = replies.find((one) => one instanceof Error)?.message ?? message;
  return /^[A-Z]{2,} /.test(reply) ? inOneLine(reply) : null;
}

function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  // Where a host has several addresses the message is empty.
  return message.startsWith('Socket timeout')
    ? `no answer within ${SILENCE_MS / 1000} s`
    : (REASONS[message] ?? inOneLine(message || code || 'no answer'));
}

function inOneLine(text: string): string {
  return withoutSecrets(text)
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.+$/, '');
}

function adviceOn(uri: string, { cause }: StoreFault): string {
  const reply = replyOf(cause);
  if (reply !== null) return Object.entries(REPLY_ADVICE).find(([begin]) => reply.startsWith(begin))?.[1] ?? '';
  const { code = '', message } = cause as NodeJS.ErrnoException;
  if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code)) return NOT_THERE;
  if (/CERT|VERIFY/.test(code)) return NOT_TRUSTED;
  // A server without TLS waits for the end of a line that never comes.
  const isSilent = message === SILENT || message === 'Connection timeout';
  return isSilent && uri.startsWith('redis://') ? NOT_THERE : NOT_REDIS;
}
