/** What a row of the list shows of a type. The same for the rows rendered at build time and those filled in the browser. */

import { percent, percentOf, thousands } from '../../text.ts';
import { pageOf } from '../links/links.ts';
import { annotationOf, fullNameOf, sharesOf, type Table, type TypeShare } from '../table/table.ts';
import { transmitterOf } from '../transmitters.ts';
import type { FacetKey } from './hash.ts';

/** An ROI is a pair of bars, 0 to 100 wide. */
export interface RoiBar {
  name: string;
  /** The empty text if it is not known. */
  fullName: string;
  input: number;
  output: number;
  /** Exact counts and shares. */
  facts: string;
  /** Both names, and these. */
  tip: string;
}

/** Bars of the cells to the left and right of a centre line, 0 to 100 long. */
export interface SideBars {
  left: string;
  right: string;
  leftLength: number;
  rightLength: number;
  /** A gap, as a path, in each bar that is cut at its full length. */
  cuts: string;
  facts: string;
}

export interface RowView {
  name: string;
  /** The address of the type's page, where it has one. */
  page: string | null;
  cells: string;
  /** `cell` or `cells`, where no heading says it. */
  unit: string;
  /** Null where no cell is on the left or right. */
  sides: SideBars | null;
  /** Cells in the middle or of unknown side, in words. */
  sideNote: string;
  region: string | null;
  /** The empty text if it is not known. */
  regionFullName: string;
  /** Both names of the region. */
  regionTip: string;
  /** What stands where there is no region: that there is none, or why it is not known. */
  regionNote: string;
  /** The ROIs with the highest single share. */
  rois: RoiBar[];
  /** Why there is no ROI, in words. */
  roiNote: string;
  transmitter: { name: string; short: string; tone: string } | null;
  class: { facet: FacetKey; value: string; more: string } | null;
}

/** How many ROIs a row has room for. */
export const ROIS_IN_ROW = 5;

/** One type in so many may have more cells on a side than a full bar stands for. */
const TYPES_PER_CUT = 2000;

/**
 * For how many cells a full bar of the side column stands, in every row. Were it the most of any type, the 4,263 of one
 * type of FlyWire would leave the other 8,546 nothing to see: half of them have a single cell on a side.
 */
export function cellsOfFullBar(table: Table): number {
  const most = table.left.map((left, type) => Math.max(left, table.right[type] as number)).sort();
  return Math.max(1, most[Math.ceil(most.length * (1 - 1 / TYPES_PER_CUT)) - 1] ?? 1);
}

/** Square root: types of 2 and of 800 cells stand in one column and both are seen, and yet 110 differs from 95. */
function barLength(cells: number, full: number): number {
  return Math.min(100, Math.round(1000 * Math.sqrt(cells / full)) / 10);
}

function sideBars(table: Table, type: number, full: number): SideBars | null {
  const [left, right] = [table.left[type] as number, table.right[type] as number];
  if (left + right === 0) return null;
  return {
    left: thousands(left),
    right: thousands(right),
    leftLength: barLength(left, full),
    rightLength: barLength(right, full),
    cuts: `${left > full ? 'M-92-2l4 14' : ''}${right > full ? 'M88-2l4 14' : ''}`,
    facts: `${thousands(left)} left, ${thousands(right)} right`,
  };
}

/** Cells that are neither left nor right, in words. */
export function sideNote(table: Table, type: number): string {
  const [total, middle, unknown] = [table.total[type], table.middle[type], table.unknown[type]] as [
    number,
    number,
    number,
  ];
  const notes: string[] = [];
  if (middle > 0) notes.push(middle === total ? 'all in the middle' : `${thousands(middle)} in the middle`);
  if (unknown > 0) {
    notes.push(unknown === total ? 'side unknown' : `side unknown for ${thousands(unknown)} of ${thousands(total)}`);
  }
  return notes.join(', ');
}

/** Why a type lists no ROI; the empty text if it lists some. */
export function roiNote(table: Table, type: number): string {
  const data = table.roiData[type];
  if (data?.state === 'failed') return `failed: ${data.reason}`;
  if (data?.state === 'notAsked') return table.mode === 'quick' ? 'no ROI data (quick mode)' : 'no ROI data';
  if (table.rois.starts[type] !== table.rois.starts[type + 1]) return '';
  const primary = (table.primaryPre[type] as number) + (table.primaryPost[type] as number);
  return primary === 0 ? 'none in primary ROIs' : 'no ROI with a share worth listing';
}

function regionNote(table: Table, type: number): string {
  const state = table.roiData[type]?.state;
  if (state === 'failed') return 'failed';
  return state === 'notAsked' ? 'no ROI data' : 'none';
}

/** Both names of an ROI or region, where a short one alone would stand: a title is out of reach of keyboard and touch. */
function bothNames(name: string, fullName: string): string {
  return fullName === '' ? name : `${name}, ${fullName}`;
}

function roiBar(share: TypeShare, fullName: string, primaryPre: number, primaryPost: number): RoiBar {
  const input = `${thousands(share.post)} (${percent(share.post, primaryPost)})`;
  const output = `${thousands(share.pre)} (${percent(share.pre, primaryPre)})`;
  const facts = `input ${input}, output ${output}`;
  return {
    name: share.name,
    fullName,
    input: Math.round(10 * percentOf(share.post, primaryPost)) / 10,
    output: Math.round(10 * percentOf(share.pre, primaryPre)) / 10,
    facts,
    tip: `${bothNames(share.name, fullName)}: ${facts}`,
  };
}

function roiBars(table: Table, type: number): RoiBar[] {
  const [pre, post] = [table.primaryPre[type] as number, table.primaryPost[type] as number];
  const highest = (share: TypeShare): number => Math.max(percentOf(share.pre, pre), percentOf(share.post, post));
  return sharesOf(table.rois, type)
    .sort((a, b) => highest(b) - highest(a))
    .slice(0, ROIS_IN_ROW)
    .map((share) => roiBar(share, fullNameOf(table, share.name), pre, post));
}

/** The class of a type, or the superclass where it has none. */
export function shownClass(table: Table, type: number): RowView['class'] {
  for (const facet of ['class', 'superclass'] as const) {
    const [value, ...others] = annotationOf(table, facet, type);
    if (value !== undefined) return { facet, value, more: others.length > 0 ? `+${others.length}` : '' };
  }
  return null;
}

/** `full` is cellsOfFullBar of the table. */
export function rowView(table: Table, type: number, full: number): RowView {
  const transmitter = table.transmitters[table.transmitter[type] as number];
  const total = table.total[type] as number;
  const region = table.regions.names[table.region[type] as number] ?? null;
  const regionFullName = region === null ? '' : fullNameOf(table, region);
  return {
    name: table.names[type] as string,
    page: pageOf(table, type),
    cells: thousands(total),
    unit: total === 1 ? 'cell' : 'cells',
    sides: sideBars(table, type, full),
    sideNote: sideNote(table, type),
    region,
    regionFullName,
    regionTip: bothNames(region ?? '', regionFullName),
    regionNote: regionNote(table, type),
    rois: roiBars(table, type),
    roiNote: roiNote(table, type),
    transmitter: transmitter === undefined ? null : { name: transmitter.name, ...transmitterOf(transmitter.name) },
    class: shownClass(table, type),
  };
}
