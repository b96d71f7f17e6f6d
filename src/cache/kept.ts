/** How keyv keeps a value: JSON text in a frame that tells when it ends, and how to see when it was written. */
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { StoredEntry } from './store.ts';

export const NAMESPACE = 'neurodex';

/**
 * What nobody wrote again for so long belongs, as a rule, to a dataset that nobody builds any more; one that is built
 * and never edited is asked for anew twice a year.
 */
export const TTL_MS = 180 * 24 * 3600 * 1000;

const HEAD = '{"value":';
const END = /,"expires":(\d{13})\}$/;
const END_LENGTH = ',"expires":1790000000000}'.length;

/** Where the end of its life stands in a kept text, counted from the text's end: 13 digits until the year 2286. */
export const EXPIRES_FROM_END = 14;
export const EXPIRES_LENGTH = 13;

/** What no JSON parser takes: a text that was damaged. */
const DAMAGED = '';

/** A store's reads and writes, by keyv: values are JSON text already and are not parsed or written again. */
export function openKeyv(store: KeyvStoreAdapter): {
  getMany(keys: readonly string[]): Promise<(string | undefined)[]>;
  setMany(entries: readonly StoredEntry[]): Promise<void>;
  deleteMany(keys: readonly string[]): Promise<void>;
} {
  const keyv = new Keyv<string>({
    store,
    namespace: NAMESPACE,
    // keyv itself prefixes a key that begins with the namespace in lists and leaves it as it is in single calls.
    useKeyPrefix: false,
    throwOnErrors: true,
    ttl: TTL_MS,
    serialize: ({ value, expires }) => `${HEAD}${value},"expires":${expires}}`,
    deserialize: (text) => unframed(text) as never,
  });
  // Errors reject the calls as well; without a listener some stores would end the process.
  keyv.on('error', () => undefined);
  return {
    getMany: (keys) => keyv.getMany<string>([...keys]) as Promise<(string | undefined)[]>,
    async setMany(entries) {
      await keyv.setMany(entries.map(({ key, text }) => ({ key, value: text })));
    },
    async deleteMany(keys) {
      await keyv.deleteMany([...keys]);
    },
  };
}

function unframed(text: string): { value: string; expires?: number } {
  // Only its end is searched: an expression over 300 KB takes as long as reading them.
  const end = END.exec(text.slice(-END_LENGTH));
  if (!end || !text.startsWith(HEAD)) return { value: DAMAGED };
  return { value: text.slice(HEAD.length, -END_LENGTH), expires: Number(end[1]) };
}

/** @param expires as text or number; 0 where the text was damaged */
export function writtenMsOf(expires: unknown): number {
  return Math.max(0, Number(expires) - TTL_MS || 0);
}
