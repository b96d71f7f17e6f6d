/** The left-right plot of index.html: what each side value holds about a centre line, and how even the types are. */

import { counted, thousands } from '../../text.ts';
import type { Facet } from '../list/facets.ts';
import { totalsOf } from '../list/facets.ts';
import { linkToFacet, linkToTypes } from '../list/hash.ts';
import type { Table } from '../table/table.ts';
import { barLength } from './charts.ts';

/** One value of the side facet. */
export interface BalanceRow {
  label: string;
  types: string;
  /** `type` or `types`. */
  unit: string;
  /** Cells of these types to the left and right of the centre line; null where their sums would tell nothing. */
  pair: { left: string; right: string; leftLength: number; rightLength: number } | null;
  /** What stands instead of the pair, in words. */
  note: string;
  href: string;
}

/** A column of the histogram of (L - R) / (L + R). */
export interface BalanceColumn {
  /** Which types, in words. */
  words: string;
  types: string;
  /** 0 to 100, by square root: 890 even types of hemibrain would leave the 57 beside them 4 px to see. */
  length: number;
  side: 'left' | 'even' | 'right';
}

export interface Balance {
  rows: BalanceRow[];
  columns: BalanceColumn[];
  /** How many types the columns hold. */
  both: string;
  /** The list of them, those first whose sides differ most. */
  href: string;
  /** Why there is nothing to draw. */
  note: string;
}

/** Columns on each side of the one for types that are exactly even. */
const COLUMNS_PER_SIDE = 4;

/** What the cells of a value's types are told by. */
interface Told {
  table: Table;
  types: number[];
  cells(of: Float64Array): number;
}

function inTheMiddle({ table, cells }: Told): string {
  return `${counted(cells(table.middle), 'cell')} in the middle`;
}

/** What is told instead of left and right. */
const NOTES: Record<string, (told: Told) => string> = {
  // The sums of both sides are alike where one type has more on the left and the next on the right.
  lopsided: ({ table, types }) => {
    const left = types.filter((type) => (table.left[type] as number) > (table.right[type] as number)).length;
    return `${thousands(left)} more left, ${thousands(types.length - left)} more right`;
  },
  middle: inTheMiddle,
  'some-middle': inTheMiddle,
  unknown: ({ table, cells }) => `${counted(cells(table.unknown), 'cell')} of unknown side`,
};

function typesOf({ starts, ids }: Facet, id: number): number[] {
  const types: number[] = [];
  for (let type = 0; type + 1 < starts.length; type++) {
    if (ids.subarray(starts[type], starts[type + 1]).includes(id)) types.push(type);
  }
  return types;
}

function pairOf([left, right]: readonly [number, number], most: number): BalanceRow['pair'] {
  return {
    left: thousands(left),
    right: thousands(right),
    leftLength: barLength(left, most),
    rightLength: barLength(right, most),
  };
}

function rowsOf(facet: Facet, table: Table): BalanceRow[] {
  const parts = facet.values.map(({ value, label }, id) => {
    const types = typesOf(facet, id);
    const cells = (of: Float64Array): number => types.reduce((sum, type) => sum + (of[type] as number), 0);
    const note = NOTES[value]?.({ table, types, cells }) ?? '';
    return { value, label, types: types.length, note, sides: [cells(table.left), cells(table.right)] as const };
  });
  const most = Math.max(...parts.flatMap(({ note, sides }) => (note === '' ? sides : [])));
  return parts.map(({ value, label, types, note, sides }) => ({
    label,
    types: thousands(types),
    unit: types === 1 ? 'type' : 'types',
    pair: note === '' ? pairOf(sides, most) : null,
    note,
    href: linkToFacet('side', value),
  }));
}

/** 0 is furthest to the left; compared in integers, so that 1 of 4 never falls into two columns. */
function columnOf(left: number, right: number): number {
  const size = Math.ceil((COLUMNS_PER_SIDE * Math.abs(left - right)) / (left + right));
  return COLUMNS_PER_SIDE - Math.sign(left - right) * size;
}

function columnWords(distance: number): string {
  if (distance === 0) return 'as many left as right';
  const [from, to] = [Math.abs(distance) - 1, Math.abs(distance)].map((step) => step / COLUMNS_PER_SIDE);
  return `more ${distance < 0 ? 'left' : 'right'}, by over ${from} and up to ${to} of the cells`;
}

function columnsOf(table: Table): BalanceColumn[] {
  const counts = new Array<number>(2 * COLUMNS_PER_SIDE + 1).fill(0);
  for (let type = 0; type < table.length; type++) {
    const [left, right] = [table.left[type] as number, table.right[type] as number];
    if (left === 0 || right === 0) continue;
    const column = columnOf(left, right);
    counts[column] = (counts[column] as number) + 1;
  }
  const most = Math.max(...counts);
  return counts.map((count, i) => {
    const distance = i - COLUMNS_PER_SIDE;
    return {
      words: columnWords(distance),
      types: thousands(count),
      length: barLength(Math.sqrt(count), Math.sqrt(most)),
      side: distance < 0 ? 'left' : distance > 0 ? 'right' : 'even',
    };
  });
}

export function balanceOf(facet: Facet, table: Table): Balance {
  const href = linkToTypes({ chosen: { side: ['both'] }, sort: [{ column: 'sides', falling: true }] });
  const none: Balance = { rows: [], columns: [], both: '', href, note: 'no cell has a known side' };
  if (!facet.shown) return none;
  const both = totalsOf(facet)[facet.values.findIndex(({ value }) => value === 'both')] ?? 0;
  return {
    ...none,
    rows: rowsOf(facet, table),
    columns: both === 0 ? [] : columnsOf(table),
    both: both === 1 ? '1 type has' : `${thousands(both)} types have`,
    note: '',
  };
}
