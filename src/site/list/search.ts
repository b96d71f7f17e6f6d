/** Search over the names of a type: its own first, then those by which others know it. */

import type { Annotation } from '../../catalog/catalog.ts';
import { annotationOf, type Table } from '../table/table.ts';
import { namesInSynonym } from './synonyms.ts';

/** Where a type's other names stand. */
export const OTHER_NAMES: readonly Annotation[] = ['synonyms', 'flywireType', 'hemibrainType', 'mancType'];

/** From the best hit to the poorest. */
const KINDS = ['exact', 'prefix', 'word', 'substring'] as const;

/** Ranks from here on are of types that only a cell of theirs meets. */
export const CELL_HIT: number = 2 * KINDS.length;

/** Rank of a type that does not match; every hit has a smaller one. */
export const NO_HIT: number = 3 * KINDS.length;

/** Lower-cased names of each type, its own first. */
export interface SearchIndex {
  names: string[][];
  /** The same, joined: one look tells most types apart from a hit. */
  joined: string[];
  /** Ranks the types that no name meets by their cells, where these are searched, too. */
  rankByCells?: ((query: string, ranks: Uint8Array) => void) | undefined;
}

/** Built when first asked for: a page that opens need not wait for it. */
export function lazySearchIndex(table: Table): () => SearchIndex {
  let index: SearchIndex | undefined;
  return () => {
    index ??= searchIndexOf(table);
    return index;
  };
}

/** Alike for texts that a reader takes for one: in whatever case, and however their accents are encoded. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

export function normalized(text: string): string {
  return folded(text.trim());
}

/** A type's own name, then each other one, also as it is stored: with who gave it. */
export function namesOf(table: Table, type: number): string[] {
  const others = OTHER_NAMES.flatMap((annotation) => {
    const values = annotationOf(table, annotation, type);
    return annotation === 'synonyms' ? values.flatMap((value) => [...namesInSynonym(value), value]) : values;
  });
  return [...new Set([table.names[type] as string, ...others])];
}

function searchIndexOf(table: Table): SearchIndex {
  const names = table.names.map((_, type) => namesOf(table, type).map(folded));
  return { names, joined: names.map((list) => list.join('\n')) };
}

/** A word begins after anything that is neither a letter nor a digit. */
const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** How well a lower-cased name is met: a position in KINDS, or their number if it is not. */
export function kindOf(name: string, query: string): number {
  const at = name.indexOf(query);
  if (at < 0) return KINDS.length;
  if (at === 0) return name.length === query.length ? KINDS.indexOf('exact') : KINDS.indexOf('prefix');
  for (let next = at; next >= 0; next = name.indexOf(query, next + 1)) {
    if (!WORD_CHARACTER.test(name.charAt(next - 1))) return KINDS.indexOf('word');
  }
  return KINDS.indexOf('substring');
}

/** Smaller is better: the kind of the best hit, a hit in the type's own name before one in another name. */
function rankOf(names: readonly string[], query: string): number {
  let best = NO_HIT;
  names.forEach((name, position) => {
    const rank = 2 * kindOf(name, query) + (position === 0 ? 0 : 1);
    if (rank < CELL_HIT && rank < best) best = rank;
  });
  return best;
}

/** The rank of each type for a query, or null where nothing is searched. */
export function ranksOf(searchIndex: () => SearchIndex, text: string): Uint8Array | null {
  const query = normalized(text);
  if (query === '') return null;
  const index = searchIndex();
  const ranks = new Uint8Array(index.joined.length).fill(NO_HIT);
  for (let type = 0; type < ranks.length; type++) {
    if (index.joined[type]?.includes(query)) ranks[type] = rankOf(index.names[type] as string[], query);
  }
  index.rankByCells?.(query, ranks);
  return ranks;
}

/** The types in order of their rank, those of one rank as they came; types without a hit are left out. */
export function byRank(types: ArrayLike<number>, ranks: Uint8Array): Uint32Array {
  const buckets: number[][] = Array.from({ length: NO_HIT }, () => []);
  for (let i = 0; i < types.length; i++) buckets[ranks[types[i] as number] as number]?.push(types[i] as number);
  return Uint32Array.from(buckets.flat());
}

/** A name cut at the hits of a query: every second part is a hit. */
export function cutAtHits(name: string, text: string): string[] {
  const query = normalized(text);
  const lowered = folded(name);
  // Folded, a name may have another length (İ): then positions would not fit, and nothing is marked.
  if (query === '' || lowered.length !== name.length) return [name];
  const parts: string[] = [];
  let from = 0;
  for (let at = lowered.indexOf(query); at >= 0; at = lowered.indexOf(query, from)) {
    parts.push(name.slice(from, at), name.slice(at, at + query.length));
    from = at + query.length;
  }
  return [...parts, name.slice(from)];
}

/** The first other name that is hit where the type's own name is not. */
export function otherNameHit(table: Table, type: number, text: string): string | null {
  const query = normalized(text);
  const [own, ...others] = namesOf(table, type);
  if (query === '' || own === undefined || folded(own).includes(query)) return null;
  return others.find((name) => folded(name).includes(query)) ?? null;
}
