/** Which types a state of the page selects, in which order, and how many each facet value would give. */

import type { Facet } from './facets.ts';
import type { ColumnKey, SortKey, ViewState } from './hash.ts';
import { naturalOrder } from './natural.ts';
import { shownClass } from './row.ts';
import { byRank, NO_HIT, ranksOf, type SearchIndex } from './search.ts';
import { NONE, type Table } from './table.ts';
import { percentOf } from './text.ts';

export interface Selection {
  /** In the order of the list. */
  types: Uint32Array;
  cells: number;
  /** For each facet, in the order given, the number of types a value would give beside the choices in the others. */
  counts: Uint32Array[];
}

/** For each facet with a choice, which of its values are chosen. */
function choices(facets: readonly Facet[], chosen: ViewState['chosen']): (Uint8Array | null)[] {
  return facets.map((facet) => {
    const wanted = chosen[facet.key];
    if (wanted === undefined) return null;
    return Uint8Array.from(facet.values, ({ value }) => (wanted.includes(value) ? 1 : 0));
  });
}

function takesChosen({ starts, ids }: Facet, choice: Uint8Array, type: number): boolean {
  for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
    if (choice[ids[i] as number] === 1) return true;
  }
  return false;
}

function countIn({ starts, ids }: Facet, counts: Uint32Array, type: number): void {
  for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
    const id = ids[i] as number;
    counts[id] = (counts[id] as number) + 1;
  }
}

/** `order` holds every type in the order wanted; see orderOf. `searchIndex` is asked for only where something is searched. */
export function select(
  table: Table,
  facets: readonly Facet[],
  searchIndex: () => SearchIndex,
  state: ViewState,
  order: Uint32Array,
): Selection {
  const ranks = ranksOf(searchIndex, state.q);
  const choiceOf = choices(facets, state.chosen);
  const active = choiceOf.flatMap((choice, facet) => (choice === null ? [] : [facet]));
  const counts = facets.map((facet) => new Uint32Array(facet.values.length));
  const matches = new Uint32Array(table.length);
  let length = 0;
  let cells = 0;
  for (const type of order) {
    if (ranks !== null && ranks[type] === NO_HIT) continue;
    // A type that fails one facet alone counts for the values of that facet; one that fails two counts nowhere.
    let failed = NONE;
    let failures = 0;
    for (const facet of active) {
      if (takesChosen(facets[facet] as Facet, choiceOf[facet] as Uint8Array, type)) continue;
      failed = facet;
      if (++failures > 1) break;
    }
    if (failures > 1) continue;
    if (failures === 1) {
      countIn(facets[failed] as Facet, counts[failed] as Uint32Array, type);
      continue;
    }
    for (let facet = 0; facet < facets.length; facet++)
      countIn(facets[facet] as Facet, counts[facet] as Uint32Array, type);
    matches[length++] = type;
    cells += table.total[type] as number;
  }
  const types = matches.slice(0, length);
  const ranked = ranks !== null && state.sort.length === 0;
  return { types: ranked ? byRank(types, ranks) : types, cells, counts };
}

/** Positions of texts in their natural order, as numbers to sort by. */
function textRanks(texts: readonly string[]): Map<string, number> {
  const distinct = [...new Set(texts)];
  return new Map(naturalOrder(distinct).map((position, rank) => [distinct[position] as string, rank]));
}

function highestShare({ rois, primaryPre, primaryPost }: Table, type: number): number {
  let highest = Number.NaN;
  for (let i = rois.starts[type] as number; i < (rois.starts[type + 1] as number); i++) {
    const output = percentOf(rois.pre[i] as number, primaryPre[type] as number);
    const input = percentOf(rois.post[i] as number, primaryPost[type] as number);
    if (!(highest >= Math.max(output, input))) highest = Math.max(output, input);
  }
  return highest;
}

/** A number a type to sort by; NaN where there is nothing to compare. */
function sortNumbers(table: Table, column: ColumnKey): Float64Array {
  const numbers = (of: (type: number) => number | undefined): Float64Array =>
    Float64Array.from(table.names, (_, type) => of(type) ?? Number.NaN);
  const texts = (of: (type: number) => string | undefined): Float64Array => {
    const all = table.names.map((_, type) => of(type));
    const ranks = textRanks(all.filter((text) => text !== undefined));
    return numbers((type) => ranks.get(all[type] as string));
  };
  switch (column) {
    case 'name':
      return numbers((type) => type);
    case 'cells':
      return numbers((type) => table.total[type]);
    case 'sides':
      return numbers((type) => Math.abs((table.left[type] as number) - (table.right[type] as number)));
    case 'region':
      return texts((type) => table.regions.names[table.region[type] as number]);
    case 'rois':
      return numbers((type) => highestShare(table, type));
    case 'nt':
      return texts((type) => table.transmitters[table.transmitter[type] as number]?.name);
    case 'class':
      return texts((type) => shownClass(table, type)?.value);
  }
}

/** Every type in the order of the sort keys; ties by name, types with nothing to compare last either way. */
export function orderOf(table: Table, sort: readonly SortKey[]): Uint32Array {
  const order = Uint32Array.from(table.names, (_, type) => type);
  if (sort.length === 0) return order;
  const keys = sort.map(({ column, falling }) => ({ numbers: sortNumbers(table, column), sign: falling ? -1 : 1 }));
  return order.sort((a, b) => {
    for (const { numbers, sign } of keys) {
      const [x, y] = [numbers[a] as number, numbers[b] as number];
      if (x === y) continue;
      if (Number.isNaN(x) || Number.isNaN(y)) {
        if (Number.isNaN(x) && Number.isNaN(y)) continue;
        return Number.isNaN(x) ? 1 : -1;
      }
      return sign * (x - y);
    }
    return a - b;
  });
}
