/** The bars of index.html: how long each is and which list it opens. Geometry only; the templates draw. */

import { counted, percent, percentOf, thousands } from '../../text.ts';
import type { Facet } from '../list/facets.ts';
import { NO_VALUE, ROI_FACETS, totalsOf } from '../list/facets.ts';
import { linkToFacet, linkToTypes } from '../list/hash.ts';
import { fullNameOf, type Table } from '../table/table.ts';
import { transmitterOf } from '../transmitters.ts';

export interface Bar {
  label: string;
  /** What the label is short for; the empty text where that is not known. */
  fullName: string;
  types: Measure;
  cells: Measure;
  /** Both shares, in words. */
  shares: string;
  /** The list that the bar opens; null where it would be empty. */
  href: string | null;
  /** The class of the style sheet that gives the colour. */
  tone: string;
}

export interface Measure {
  number: string;
  /** `type` or `types`, `cell` or `cells`. */
  unit: string;
  /** 0 to 100, the longest bar of the plot being 100. */
  length: number;
}

export interface Plot {
  title: string;
  bars: Bar[];
  /** Behind a fold. */
  rest: Bar[];
  /** What is not drawn at all, and where it is to be found. */
  beyond: { words: string; href: string } | null;
  /** Why there is nothing to draw. */
  note: string;
}

/** How many bars of a plot stand before its fold, and how many behind it: 300 ROIs without a hierarchy would take 120 kB. */
const BARS_AT_ONCE = 16;
const BARS_BEHIND_FOLD = 64;

/** A few types among thousands still leave a line to see. */
const SHORTEST = 0.8;

/** The length of a bar, 0 to 100. */
export function barLength(part: number, most: number): number {
  return part === 0 ? 0 : Math.max(SHORTEST, Math.round(10 * percentOf(part, most)) / 10);
}

function measure(part: number, most: number, noun: string): Measure {
  return { number: thousands(part), unit: part === 1 ? noun : `${noun}s`, length: barLength(part, most) };
}

/** How many cells the types have that take each value. */
function cellTotalsOf({ starts, ids, values }: Facet, cells: ArrayLike<number>): number[] {
  const totals = new Array<number>(values.length).fill(0);
  for (let type = 0; type < cells.length; type++) {
    for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
      const id = ids[i] as number;
      totals[id] = (totals[id] as number) + (cells[type] as number);
    }
  }
  return totals;
}

/** The colour of a value: transmitters have their own, what is not known is grey. */
export function toneOf({ key }: Facet, value: string): string {
  if (value === NO_VALUE) return 'none';
  return key === 'nt' ? transmitterOf(value).tone : 'plain';
}

/** The bars of a facet, each with its types and their cells. */
export function barsOf(facet: Facet, table: Table): Bar[] {
  const types = totalsOf(facet);
  const cells = cellTotalsOf(facet, table.total);
  const [mostTypes, mostCells] = [Math.max(...types), Math.max(...cells)];
  const allCells = table.total.reduce((sum, count) => sum + count, 0);
  return facet.values.map(({ value, label }, id) => {
    const [typesHere, cellsHere] = [types[id] as number, cells[id] as number];
    return {
      label,
      fullName: ROI_FACETS.includes(facet.key) ? fullNameOf(table, value) : '',
      types: measure(typesHere, mostTypes, 'type'),
      cells: measure(cellsHere, mostCells, 'cell'),
      shares: `${percent(typesHere, table.length)} of the types, ${percent(cellsHere, allCells)} of the cells`,
      href: typesHere === 0 ? null : linkToFacet(facet.key, value),
      tone: toneOf(facet, value),
    };
  });
}

/** @param note what to say where the dataset has nothing to draw */
export function plotOf(title: string, facet: Facet, table: Table, note: string): Plot {
  if (!facet.shown) return { title, bars: [], rest: [], beyond: null, note };
  const bars = barsOf(facet, table);
  const end = BARS_AT_ONCE + BARS_BEHIND_FOLD;
  const beyond = bars.length - end;
  return {
    title,
    bars: bars.slice(0, BARS_AT_ONCE),
    rest: bars.slice(BARS_AT_ONCE, end),
    beyond: beyond > 0 ? { words: `${counted(beyond, 'more value')} in the list`, href: linkToTypes({}) } : null,
    note: '',
  };
}
