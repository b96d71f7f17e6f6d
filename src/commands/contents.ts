/** What a cache holds, told by its entries: of what kind and of which dataset they are. */
import { type Kind, partsOf } from '../cache/keys.ts';
import type { ListedEntry, Store } from '../cache/store.ts';
import { compareCodePoints } from '../catalog/codePoint.ts';
import { nameWithTag } from '../connectome/dataset.ts';

export interface KeptEntry extends ListedEntry {
  /** null: of another version of neurodex, which this one does not read. */
  kind: Kind | null;
  /** Name with tag; null where it is of none, or does not tell. */
  dataset: string | null;
  /** Connectome.id; null as above. */
  source: string | null;
  /** Of which these are answers; null as above. */
  lookup: string | null;
}

/** In the order of their keys. */
export async function contentsOf(store: Store): Promise<KeptEntry[]> {
  const entries = (await store.list('')).map((entry): KeptEntry => {
    const parts = partsOf(entry.key);
    return {
      ...entry,
      kind: parts?.kind ?? null,
      dataset: parts?.dataset || null,
      source: parts?.source || null,
      lookup: (parts?.kind === 'answers' && parts.lookup) || null,
    };
  });
  // Its key cannot tell: it is looked up to learn which dataset a source holds.
  const descriptions = entries.filter(({ kind }) => kind === 'description');
  const texts = await store.getMany(descriptions.map(({ key }) => key));
  descriptions.forEach((entry, i) => {
    entry.dataset = datasetOf(parsed(texts[i]));
  });
  return entries;
}

/** What a store keeps as text; undefined for none, and for one that was damaged. */
export function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function datasetOf(description: unknown): string | null {
  const { name, tag } = Object(description) as { name?: unknown; tag?: unknown };
  return typeof name === 'string' ? nameWithTag({ name, tag: typeof tag === 'string' ? tag : null }) : null;
}

/** @param wanted name or name:tag */
export function isOf(wanted: string, { dataset }: KeptEntry): boolean {
  return dataset !== null && (dataset === wanted || dataset.startsWith(`${wanted}:`));
}

/** By name. */
export function datasetsIn(entries: readonly KeptEntry[]): string[] {
  return [...new Set(entries.flatMap(({ dataset }) => dataset ?? []))].sort();
}

export interface Amount {
  entries: number;
  /** Of the values as they are kept. */
  bytes: number;
}

export function amountOf(entries: readonly ListedEntry[]): Amount {
  return { entries: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
}

export interface Group extends Amount, Pick<KeptEntry, 'kind' | 'dataset' | 'source' | 'lookup'> {
  oldestMs: number;
  newestMs: number;
}

/** Entries of a kind, dataset and source together: by dataset, then those of none, then those of other versions. */
export function groupsOf(entries: readonly KeptEntry[]): Group[] {
  const groups = new Map<string, KeptEntry[]>();
  for (const entry of entries) {
    const id = JSON.stringify([entry.kind, entry.dataset, entry.source, entry.lookup]);
    const group = groups.get(id);
    if (group) group.push(entry);
    else groups.set(id, [entry]);
  }
  return [...groups.values()]
    .map((group): Group => {
      const { kind, dataset, source, lookup } = group[0] as KeptEntry;
      const times = group.map(({ writtenMs }) => writtenMs).sort((a, b) => a - b);
      return {
        ...{ kind, dataset, source, lookup },
        ...amountOf(group),
        oldestMs: times[0] ?? 0,
        newestMs: times.at(-1) ?? 0,
      };
    })
    .sort(compareGroups);
}

function compareGroups(a: Group, b: Group): number {
  return (
    Number(a.kind === null) - Number(b.kind === null) ||
    Number(a.dataset === null) - Number(b.dataset === null) ||
    compareCodePoints(a.dataset ?? '', b.dataset ?? '') ||
    compareCodePoints(a.source ?? '', b.source ?? '') ||
    compareCodePoints(a.kind ?? '', b.kind ?? '') ||
    compareCodePoints(a.lookup ?? '', b.lookup ?? '')
  );
}

/** The first of the kinds, or lookups, of which nothing is there from a source, as it is called; null if all are. */
export function lackingOf(entries: readonly KeptEntry[], source: string, kinds: readonly string[]): string | null {
  const own = entries.filter((entry) => entry.source === source);
  return kinds.find((kind) => !own.some((entry) => (entry.lookup ?? entry.kind) === kind)) ?? null;
}

/** What must go so that at most so many bytes are left: what this version does not read, then the oldest. */
export function surplusOf(entries: readonly KeptEntry[], maxBytes: number): KeptEntry[] {
  const inOrder = [...entries].sort(
    (a, b) => Number(a.kind !== null) - Number(b.kind !== null) || a.writtenMs - b.writtenMs,
  );
  let left = amountOf(entries).bytes;
  const end = inOrder.findIndex(({ bytes }) => {
    const isEnough = left <= maxBytes;
    left -= bytes;
    return isEnough;
  });
  return end === -1 ? inOrder : inOrder.slice(0, end);
}
