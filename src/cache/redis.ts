/** A Redis server -> the store in it: keyv over Redis, with an index of our keys and calls that never wait for long. */
import type KeyvRedis from '@keyv/redis';
import type { RedisClientType } from '@keyv/redis';
import type { KeyvEntry, KeyvStoreAdapter } from 'keyv';
import { withoutSecrets } from '../errors.ts';
import { EXPIRES_FROM_END, EXPIRES_LENGTH, NAMESPACE, openKeyv, writtenMsOf } from './kept.ts';
import type { ListedEntry, Store } from './store.ts';

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

const ADVICE = '; start it, or name another server or a folder by --cache';

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
    throw plain(name, error);
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
  let refusal: Error | null = null;
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
      const reason = isSilent ? new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`) : error;
      refusal = plain(name, reason, isSilent || isNotThere(error) ? ADVICE : '');
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
    if (isClosed) throw new Error(`${name}: closed`);
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

/** Else the server has answered: it is there, and says what it does not like. */
function isNotThere(error: unknown): boolean {
  return 'code' in (error as Error);
}

/** One line, and no password. */
function plain(name: string, error: unknown, advice = ''): Error {
  const { message, code } = error as NodeJS.ErrnoException;
  if (message.startsWith(name)) return error as Error;
  // Where a host has several addresses the message is empty.
  const reason = withoutSecrets(message || code || 'no answer').replaceAll(/\s*\n\s*/g, ' ');
  return new Error(`${name}: ${reason}${advice}`);
}
