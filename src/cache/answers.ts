/**
 * The answers about types that are kept for one lookup of one dataset: append-only shards, one for each batch that
 * landed. One entry a type would take 4.2 s to write for 100,000 of them, shards 0.3 s.
 */
import { answersPrefixes, type Collection } from './keys.ts';
import type { Cache } from './twoLevel.ts';

/** What an answer was true of. */
export interface Stamp {
  /** The dataset's edit; null where the source has none. */
  edit: string | null;
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
  readonly edits: ReadonlySet<string | null>;
  /** The answers that hold. Where most do not, or shards are many, those that do are written together. */
  select(holds: (type: string, stamp: Stamp) => boolean, edit: string | null): Map<string, string>;
  /** Adds a shard; writing goes on in the background. */
  keep(answers: ReadonlyMap<string, StampedAnswer>, edit: string | null): void;
  /** Resolves when all is written. */
  written(): Promise<void>;
  /** Deletes the shards that were there at the start: everything was asked for anew. */
  dropOld(): void;
}

interface Shard {
  edit: string | null;
  types: string[];
  fingerprints: (string | null)[];
  texts: string[];
}

/** So many are read or written with one question: 16 of 300 kB. */
const SHARDS_AT_ONCE = 16;
/** 100,000 types in up to so many are read in 0.4 s; each takes 30 µs of its own. */
const MOST_SHARDS = 256;
/** Of a shard that is written anew. */
const TYPES_A_SHARD = 2_000;

/** @param random for names of shards that no other process gives */
export async function openAnswers(cache: Cache, collection: Collection, random: () => number): Promise<KeptAnswers> {
  const { own, all } = answersPrefixes(collection);
  const old: string[] = [];
  /** Of other variants, and those that cannot be read: nobody will miss them. */
  const useless: string[] = [];
  // The newest first: what was asked for anew stands before what it was kept beside.
  const listed = (await cache.list(all)).sort((a, b) => b.writtenMs - a.writtenMs);
  for (const { key } of listed) (key.startsWith(own) ? old : useless).push(key);
  const shards: Shard[] = [];
  for (let i = 0; i < old.length; i += SHARDS_AT_ONCE) {
    const keys = old.slice(i, i + SHARDS_AT_ONCE);
    for (const [j, value] of (await cache.getMany(keys)).entries()) {
      if (isShard(value)) shards.push(value);
      else if (value !== undefined) {
        cache.damaged(keys[j] as string);
        useless.push(keys[j] as string);
      }
    }
  }
  let pending: Promise<unknown> = Promise.resolve();
  const afterwards = (work: () => Promise<void>): void => {
    // One after the other: each is one transaction, and several at once only wait for each other.
    pending = pending.then(work);
  };
  const write = (added: readonly Shard[]): void => {
    const entries = new Map(added.map((shard) => [`${own}${nameOf(random)}`, shard]));
    afterwards(() => cache.setMany(entries));
  };

  if (useless.length > 0) afterwards(() => cache.deleteMany(useless));

  return {
    edits: new Set(shards.map(({ edit }) => edit)),
    types: new Set(shards.flatMap(({ types }) => types)),
    select(holds, edit) {
      const selected = new Map<string, string>();
      const fingerprints = new Map<string, string | null>();
      let rows = 0;
      for (const shard of shards) {
        rows += shard.types.length;
        for (const [i, type] of shard.types.entries()) {
          const fingerprint = shard.fingerprints[i] as string | null;
          if (selected.has(type) || !holds(type, { edit: shard.edit, fingerprint })) continue;
          selected.set(type, shard.texts[i] as string);
          fingerprints.set(type, fingerprint);
        }
      }
      if (shards.length > MOST_SHARDS || rows > 2 * selected.size) {
        write(shardsOf(selected, fingerprints, edit));
        afterwards(() => cache.deleteMany(old));
      }
      shards.length = 0;
      return selected;
    },
    keep(answers, edit) {
      const types = [...answers.keys()];
      const rows = [...answers.values()];
      write([{ edit, types, fingerprints: rows.map((row) => row.fingerprint), texts: rows.map((row) => row.text) }]);
    },
    dropOld: () => afterwards(() => cache.deleteMany(old)),
    async written() {
      await pending;
    },
  };
}

function isShard(value: unknown): value is Shard {
  if (typeof value !== 'object' || value === null) return false;
  const { edit, types, fingerprints, texts } = value as Partial<Record<keyof Shard, unknown>>;
  if (edit !== null && typeof edit !== 'string') return false;
  if (!Array.isArray(types) || !Array.isArray(fingerprints) || !Array.isArray(texts)) return false;
  if (types.length !== texts.length || types.length !== fingerprints.length) return false;
  const isText = (item: unknown): boolean => typeof item === 'string';
  return types.every(isText) && texts.every(isText) && fingerprints.every((one) => one === null || isText(one));
}

function shardsOf(
  texts: ReadonlyMap<string, string>,
  fingerprints: ReadonlyMap<string, string | null>,
  edit: string | null,
): Shard[] {
  const types = [...texts.keys()];
  return Array.from({ length: Math.ceil(types.length / TYPES_A_SHARD) }, (_, i) => {
    const some = types.slice(i * TYPES_A_SHARD, (i + 1) * TYPES_A_SHARD);
    return {
      edit,
      types: some,
      fingerprints: some.map((type) => fingerprints.get(type) ?? null),
      texts: some.map((type) => texts.get(type) as string),
    };
  });
}

/** 96 bits: no two processes give the same. */
function nameOf(random: () => number): string {
  return [random(), random()]
    .map((part) =>
      Math.floor(part * 2 ** 48)
        .toString(36)
        .padStart(10, '0'),
    )
    .join('');
}
