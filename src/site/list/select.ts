/** Which types a state of the page selects, in which order, and how many each facet value would give. */

import { percentOf } from '../../text.ts';
import type { Table } from '../table/table.ts';
import type { Facet, Facets } from './facets.ts';
import type { ColumnKey, FacetKey, SortKey, ViewState } from './hash.ts';
import { FACET_KEYS } from './hash.ts';
import { naturalOrder } from './natural.ts';
import { type Range, rangeOf } from './ranges.ts';
import { shownClass } from './row.ts';
import { byRank, NO_HIT, ranksOf, type SearchIndex } from './search.ts';

export interface Selection {
  /** In the order of the list. */
  types: Uint32Array;
  cells: number;
  /** Of each facet that was to be counted, the number of types that a value would give beside the choices in the others. */
  counts: ReadonlyMap<FacetKey, Uint32Array>;
}

/** What is chosen of a facet: some of its values and, where it has ranges, others beside them. */
interface Choice {
  facet: Facet;
  isChosen: Uint8Array;
  ranges: Range[];
}

function choicesIn(facets: Facets, chosen: ViewState['chosen']): Choice[] {
  return FACET_KEYS.flatMap((key) => {
    const wanted = chosen[key];
    if (wanted === undefined) return [];
    const facet = facets.of(key);
    const ranges = facet.numbers === undefined ? [] : wanted.flatMap((value) => rangeOf(value) ?? []);
    const isChosen = Uint8Array.from(facet.values, ({ value }) => (wanted.includes(value) ? 1 : 0));
    return [{ facet, isChosen, ranges }];
  });
}

function takes({ facet, isChosen, ranges }: Choice, type: number): boolean {
  const { starts, ids, numbers } = facet;
  for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
    if (isChosen[ids[i] as number] === 1) return true;
  }
  const number = numbers?.[type] as number;
  return ranges.some(({ from, to }) => from <= number && number <= to);
}

/** Of a type that is neither shown nor one choice away from it. */
const OUT = 255;

/** For each type 0 if every choice takes it, 1 + the position of the only choice that does not, or OUT. */
function failuresOf(length: number, choices: readonly Choice[], ranks: Uint8Array | null): Uint8Array {
  const failures = new Uint8Array(length);
  if (ranks !== null) {
    for (let type = 0; type < length; type++) if (ranks[type] === NO_HIT) failures[type] = OUT;
  }
  // Choice by choice, not type by type: 100,000 types are gone through in a third of the time.
  choices.forEach((choice, position) => {
    for (let type = 0; type < length; type++) {
      if (failures[type] === OUT || takes(choice, type)) continue;
      failures[type] = failures[type] === 0 ? position + 1 : OUT;
    }
  });
  return failures;
}

/** A type that fails the choice of this facet alone counts here, too: another value of it may take the type. */
function countsOf({ starts, ids, values }: Facet, failures: Uint8Array, own: number): Uint32Array {
  const counts = new Uint32Array(values.length);
  for (let type = 0; type < failures.length; type++) {
    const failure = failures[type] as number;
    if (failure !== 0 && failure !== own) continue;
    for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
      const id = ids[i] as number;
      counts[id] = (counts[id] as number) + 1;
    }
  }
  return counts;
}

/**
 * `order` holds every type in the order wanted; see orderOf. `searchIndex` is asked for only where something is searched.
 * @param counted the facets whose values are counted
 */
export function select(
  table: Table,
  facets: Facets,
  searchIndex: () => SearchIndex,
  state: ViewState,
  order: Uint32Array,
  counted: readonly FacetKey[],
): Selection {
  const ranks = ranksOf(searchIndex, state.q);
  const choices = choicesIn(facets, state.chosen);
  const failures = failuresOf(table.length, choices, ranks);
  const matches = new Uint32Array(table.length);
  let length = 0;
  let cells = 0;
  for (const type of order) {
    if (failures[type] !== 0) continue;
    matches[length++] = type;
    cells += table.total[type] as number;
  }
  const types = matches.slice(0, length);
  const ranked = ranks !== null && state.sort.length === 0;
  const counts = counted.map((key): [FacetKey, Uint32Array] => {
    const own = 1 + choices.findIndex(({ facet }) => facet.key === key);
    return [key, countsOf(facets.of(key), failures, own)];
  });
  return { types: ranked ? byRank(types, ranks) : types, cells, counts: new Map(counts) };
}

/** Positions of texts in their natural order, as numbers to sort by. */
function textRanks(texts: readonly string[]): Map<string, number> {
  const distinct = [...new Set(texts)];
  return new Map(naturalOrder(distinct).map((position, rank) => [distinct[position] as string, rank]));
}

/** Shares that differ by less than a millionth of a percent are alike. */
const SHARE_STEPS = 1e6;

function highestShare({ rois, primaryPre, primaryPost }: Table, type: number): number {
  let highest = Number.NaN;
  for (let i = rois.starts[type] as number; i < (rois.starts[type + 1] as number); i++) {
    const output = percentOf(rois.pre[i] as number, primaryPre[type] as number);
    const input = percentOf(rois.post[i] as number, primaryPost[type] as number);
    if (!(highest >= Math.max(output, input))) highest = Math.max(output, input);
  }
  return highest;
}

/** A whole number a type to sort by, so small that it can be multiplied by the number of types; NaN where there is nothing to compare. */
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
      return numbers((type) => Math.round(SHARE_STEPS * highestShare(table, type)));
    case 'nt':
      return texts((type) => table.transmitters[table.transmitter[type] as number]?.name);
    case 'class':
      return texts((type) => shownClass(table, type)?.value);
  }
}

/**
 * Every type in the order of the sort keys; ties by name, types with nothing to compare last either way. By the last key
 * first, each pass keeping the order of the one before: number and place in one are sorted without a function, in a
 * fifth of the time at 100,000 types.
 */
export function orderOf(table: Table, sort: readonly SortKey[]): Uint32Array {
  const { length } = table;
  let order = Uint32Array.from(table.names, (_, type) => type);
  for (const { column, falling } of [...sort].reverse()) {
    const numbers = sortNumbers(table, column);
    const most = numbers.reduce((most, number) => (number > most ? number : most), 0);
    const joined = Float64Array.from(order, (type, place) => {
      const number = numbers[type] as number;
      const key = Number.isNaN(number) ? most + 1 : falling ? most - number : number;
      return key * length + place;
    }).sort();
    const before = order;
    order = Uint32Array.from(joined, (keyAndPlace) => before[keyAndPlace % length] as number);
  }
  return order;
}
