/** Regions by transmitters on index.html: how the types of each region share out. Geometry only; the template draws. */

import { counted, percent, thousands } from '../../text.ts';
import type { Facet } from '../list/facets.ts';
import { NO_VALUE } from '../list/facets.ts';
import { linkToFacet, linkToTypes } from '../list/hash.ts';
import { fullNameOf, type Table } from '../table/table.ts';
import { transmitterOf } from '../transmitters.ts';
import { toneOf } from './charts.ts';

/** A cell of the map; `href` is null where no type is meant. */
export interface HeatCell {
  number: string;
  href: string | null;
  /** 1 to HEAT_STEPS; 0 where the colour says nothing: nothing is there, or no transmitter is known. */
  step: number;
  facts: string;
}

export interface HeatRow {
  label: string;
  fullName: string;
  href: string;
  cells: HeatCell[];
}

export interface HeatMap {
  columns: { label: string; short: string; tone: string; href: string }[];
  rows: HeatRow[];
  /** Behind a fold. */
  rest: HeatRow[];
  /** What the map leaves out, in words. */
  leftOut: string;
  steps: number[];
  /** The number of the darkest step. */
  most: string;
  /** Why there is nothing to draw. */
  note: string;
}

const HEAT_STEPS = 9;

/** How many rows stand before the fold, and how many behind it: 300 ROIs without a hierarchy would take 300 kB. */
const ROWS_AT_ONCE = 16;
const ROWS_BEHIND_FOLD = 24;

/** The tones that `transmitterOf` knows, and one more. */
const MOST_COLUMNS = 10;

/** Whether a value of the transmitter facet names a transmitter. */
function isNamed(value: string): boolean {
  return value !== NO_VALUE && transmitterOf(value).tone !== 'unclear';
}

/** The transmitters that most types have, then what is unclear, then none. */
function columnIds({ values }: Facet): number[] {
  const ids = values.map((_, id) => id);
  const named = ids.filter((id) => isNamed(values[id]?.value as string));
  return [...named.slice(0, MOST_COLUMNS), ...ids.filter((id) => !named.includes(id))];
}

/** Two facets and how many types each pair of their values has. */
interface Crossed {
  region: Facet;
  nt: Facet;
  /** The values of `nt` that are columns. */
  columns: readonly number[];
  /** As `crossed` gives them. */
  counts: Uint32Array;
  most: number;
}

/** How many types take the value `row` of one facet and `column` of the other, at `row * columns + column`. Each type takes one value at most. */
function crossed(rows: Facet, columns: Facet, length: number): Uint32Array {
  const counts = new Uint32Array(rows.values.length * columns.values.length);
  for (let type = 0; type < length; type++) {
    const [row, column] = [rows.starts[type] as number, columns.starts[type] as number];
    if (row === rows.starts[type + 1] || column === columns.starts[type + 1]) continue;
    const at = (rows.ids[row] as number) * columns.values.length + (columns.ids[column] as number);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}

/** The number that most types share, of those whose transmitter is known. */
function highest(nt: Facet, counts: Uint32Array): number {
  const width = nt.values.length;
  // One by one: of 5,000 ROIs without a hierarchy there are more numbers than a call takes arguments.
  return counts.reduce(
    (most, count, at) => (count > most && isNamed(nt.values[at % width]?.value as string) ? count : most),
    1,
  );
}

/** By square root: the 231 types of one cell of hemibrain's map would leave the other 37 one step. */
function stepOf(count: number, most: number): number {
  return Math.ceil(HEAT_STEPS * Math.sqrt(count / most));
}

function rowOf({ region, nt, columns, counts, most }: Crossed, id: number, table: Table): HeatRow {
  const { value, label } = region.values[id] as Facet['values'][number];
  const counted = (column: number): number => counts[id * nt.values.length + column] as number;
  const known = nt.values.reduce((sum, { value }, column) => sum + (isNamed(value) ? counted(column) : 0), 0);
  return {
    label,
    fullName: fullNameOf(table, value),
    href: linkToFacet('region', value),
    cells: columns.map((column) => {
      const transmitter = nt.values[column] as Facet['values'][number];
      const count = counted(column);
      const named = isNamed(transmitter.value) && count > 0;
      const share = named ? `, ${percent(count, known)} of those known` : '';
      return {
        number: thousands(count),
        href: count === 0 ? null : linkToTypes({ chosen: { region: [value], nt: [transmitter.value] } }),
        step: named ? stepOf(count, most) : 0,
        facts: `${label}, ${transmitter.label}${share}`,
      };
    }),
  };
}

function leftOutOf(region: Facet, nt: Facet, table: Table, rows: number, columns: number): string {
  const without = table.names.filter((_, type) => region.starts[type] === region.starts[type + 1]).length;
  const parts = [
    region.values.length > rows ? counted(region.values.length - rows, 'region') : '',
    nt.values.length > columns ? counted(nt.values.length - columns, 'transmitter') : '',
    without > 0 ? `${counted(without, 'type')} without ROI data` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Not in this table: ${parts.join(', ')}.`;
}

export function heatMapOf(region: Facet, nt: Facet, table: Table, note: string): HeatMap {
  const nothing: HeatMap = { columns: [], rows: [], rest: [], leftOut: '', steps: [], most: '', note };
  if (note !== '') return nothing;
  const counts = crossed(region, nt, table.length);
  const most = highest(nt, counts);
  const shown = region.values.slice(0, ROWS_AT_ONCE + ROWS_BEHIND_FOLD);
  const columns = columnIds(nt);
  const rows = shown.map((_, id) => rowOf({ region, nt, columns, counts, most }, id, table));
  return {
    columns: columns.map((id) => {
      const { value, label } = nt.values[id] as Facet['values'][number];
      return {
        label,
        short: value === NO_VALUE ? label : transmitterOf(value).short,
        tone: toneOf(nt, value),
        href: linkToFacet('nt', value),
      };
    }),
    rows: rows.slice(0, ROWS_AT_ONCE),
    rest: rows.slice(ROWS_AT_ONCE),
    leftOut: leftOutOf(region, nt, table, rows.length, columns.length),
    steps: Array.from({ length: HEAT_STEPS }, (_, i) => i + 1),
    most: thousands(most),
    note: '',
  };
}
