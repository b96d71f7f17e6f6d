/**
 * The answers about types that are kept for one lookup of one dataset: append-only shards, one for each batch that
 * landed. One entry a type would take 4.2 s to write for 100,000 of them, shards 0.3 s.
 */
import { answersPrefixes, type Collection } from './keys.ts';
import type { Cache } from './twoLevel.ts';
import { uniqueName } from './uniqueName.ts';

/** What an answer was true of. */
export interface Stamp {
  /** Names the dataset as it was: its edit, or a name of its own where the source tells none. */
  state: string;
  /** The type's fingerprint; null where the lookup has none. */
  fingerprint: string | null;
}

export interface StampedAnswer {
  /** As text that its lookup reads. */
  text: string;
  fingerprint: string | null;
}

export interface KeptAnswers {
  /** The types of which there is an answer, whether or not it still holds. */
  readonly types: ReadonlySet<string>;
  /** Those that answers are stamped with. */
  readonly states: ReadonlySet<string>;
  /** The answers that hold. Where most do not, or shards are many, those that do are written together. */
  select(holds: (type: string, stamp: Stamp) => boolean, state: string): Map<string, string>;
  /** Adds a shard; writing goes on in the background. */
  keep(answers: ReadonlyMap<string, StampedAnswer>, state: string): void;
  /** Resolves when all is written. */
  written(): Promise<void>;
  /** Deletes the shards that were there at the start, once what was asked for anew is kept in their place. */
  dropOld(): void;
}

interface Shard {
  state: string;
  types: string[];
  fingerprints: (string | null)[];
  texts: string[];
}

/** So many are read or written with one question: 16 of 300 kB. */
const SHARDS_AT_ONCE = 16;
/** 100,000 types in up to so many are read in 0.4 s; each takes 30 µs of its own. */
const MOST_SHARDS = 256;
/** Of the number of a run in the names of its shards, so that they sort by it. */
const ROUND_DIGITS = 8;
/** Of a shard that is written anew. */
const TYPES_A_SHARD = 2_000;

/** @param random for names of shards that no other process gives */
export async function openAnswers(cache: Cache, collection: Collection, random: () => number): Promise<KeptAnswers> {
  const { own, all } = answersPrefixes(collection);
  const listed = (await cache.list(all)).map(({ key }) => key);
  // The newest first: what was asked for anew stands before what it was kept beside. Names are in the order of runs,
  // whatever the clock says.
  const old = listed.filter((key) => key.startsWith(own)).reverse();
  const round = 1 + (Number.parseInt(old[0]?.slice(own.length) ?? '', 10) || 0);
  /** Of other variants, and those that cannot be read: nobody will miss them. */
  const useless = listed.filter((key) => !key.startsWith(own));
  const read: string[] = [];
  const shards: Shard[] = [];
  for (let i = 0; i < old.length; i += SHARDS_AT_ONCE) {
    const keys = old.slice(i, i + SHARDS_AT_ONCE);
    for (const [j, value] of (await cache.getMany(keys)).entries()) {
      const key = keys[j] as string;
      if (value === undefined) continue;
      if (isShard(value)) {
        shards.push(value);
        read.push(key);
      } else {
        cache.damaged(key);
        useless.push(key);
      }
    }
  }
  let pending: Promise<unknown> = Promise.resolve();
  let isAllKept = true;
  const afterwards = (work: () => Promise<void>): void => {
    // One after the other: each is one transaction, and several at once only wait for each other.
    pending = pending.then(work);
  };
  const write = (added: readonly Shard[]): void => {
    const entries = new Map(
      added.map((shard) => [`${own}${String(round).padStart(ROUND_DIGITS, '0')}-${uniqueName(random)}`, shard]),
    );
    afterwards(async () => {
      isAllKept = (await cache.setMany(entries)) && isAllKept;
    });
  };
  /** Only where what takes their place is kept: where it could not be, they are all there is. */
  const remove = (keys: readonly string[]): void =>
    afterwards(async () => {
      if (isAllKept) await cache.deleteMany(keys);
    });

  return {
    states: new Set(shards.map(({ state }) => state)),
    types: new Set(shards.flatMap(({ types }) => types)),
    select(holds, state) {
      const selected = new Map<string, string>();
      const fingerprints = new Map<string, string | null>();
      let rows = 0;
      for (const shard of shards) {
        rows += shard.types.length;
        for (const [i, type] of shard.types.entries()) {
          const fingerprint = shard.fingerprints[i] as string | null;
          if (selected.has(type) || !holds(type, { state: shard.state, fingerprint })) continue;
          selected.set(type, shard.texts[i] as string);
          fingerprints.set(type, fingerprint);
        }
      }
      if (shards.length > MOST_SHARDS || rows > 2 * selected.size) {
        write(shardsOf(selected, fingerprints, state));
        remove(read);
      }
      shards.length = 0;
      return selected;
    },
    keep(answers, state) {
      const types = [...answers.keys()];
      const rows = [...answers.values()];
      write([{ state, types, fingerprints: rows.map((row) => row.fingerprint), texts: rows.map((row) => row.text) }]);
    },
    dropOld: () => remove(old),
    async written() {
      if (useless.length > 0) remove(useless.splice(0));
      await pending;
    },
  };
}

function isShard(value: unknown): value is Shard {
  if (typeof value !== 'object' || value === null) return false;
  const { state, types, fingerprints, texts } = value as Partial<Record<keyof Shard, unknown>>;
  if (typeof state !== 'string') return false;
  if (!Array.isArray(types) || !Array.isArray(fingerprints) || !Array.isArray(texts)) return false;
  if (types.length !== texts.length || types.length !== fingerprints.length) return false;
  const isText = (item: unknown): boolean => typeof item === 'string';
  return types.every(isText) && texts.every(isText) && fingerprints.every((one) => one === null || isText(one));
}

function shardsOf(
  texts: ReadonlyMap<string, string>,
  fingerprints: ReadonlyMap<string, string | null>,
  state: string,
): Shard[] {
  const types = [...texts.keys()];
  return Array.from({ length: Math.ceil(types.length / TYPES_A_SHARD) }, (_, i) => {
    const some = types.slice(i * TYPES_A_SHARD, (i + 1) * TYPES_A_SHARD);
    return {
      state,
      types: some,
      fingerprints: some.map((type) => fingerprints.get(type) ?? null),
      texts: some.map((type) => texts.get(type) as string),
    };
  });
}
