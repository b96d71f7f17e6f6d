/** The facets of the list: which values each has, in which order, and which of them each type takes. */

import type { Annotation } from '../../catalog/catalog.ts';
import { ANNOTATION_LABELS } from '../labels.ts';
import type { Lists, Table } from '../table/table.ts';
import type { FacetKey } from './hash.ts';
import { FACET_KEYS } from './hash.ts';
import { CELL_RANGES, rangeLabel, rangesFrom, rangeText, SYNAPSE_RANGES } from './ranges.ts';

/** The value of types that have none. */
export const NO_VALUE = '';

export interface FacetValue {
  /** As in the URL. */
  value: string;
  label: string;
}

/** `ids` of the lists are positions in `values`. */
export interface Facet extends Lists {
  key: FacetKey;
  label: string;
  values: FacetValue[];
  /** Whether the dataset tells enough for a choice. */
  shown: boolean;
  /** Of a facet of ranges: the number of each type, for ranges that are not among the values. */
  numbers?: Float64Array;
}

const LABELS: Record<FacetKey, string> = {
  ...ANNOTATION_LABELS,
  region: 'Main region',
  roi: 'ROI',
  nt: 'Transmitter',
  side: 'Side',
  cells: 'Cells per type',
  synapses: 'Synapses per type',
  data: 'ROI data',
};

/** Facets whose values have a full name. */
export const ROI_FACETS: readonly FacetKey[] = ['region', 'roi'];

/** What stands for NO_VALUE, where "none" alone would not do. */
const NO_VALUE_LABELS: Partial<Record<FacetKey, string>> = {
  region: 'no region',
  roi: 'no ROI listed',
  nt: 'none known',
};

/** Left and right differ by 2 cells at least and by a fifth of the larger side: 3 and 5 do, 1 and 2 or 95 and 110 do not. */
function isLopsided({ left, right }: Table, type: number): boolean {
  const [less, more] = [left[type] as number, right[type] as number].sort((a, b) => a - b) as [number, number];
  return less > 0 && more - less >= 2 && 5 * (more - less) >= more;
}

/** Where the cells of a type lie. A type can meet several; `left`, `right` and `middle` ask that every cell lies there. */
const SIDES: { value: string; label: string; holds(table: Table, type: number): boolean }[] = [
  {
    value: 'both',
    label: 'left and right',
    holds: (table, type) => (table.left[type] as number) > 0 && (table.right[type] as number) > 0,
  },
  { value: 'lopsided', label: 'both, but lopsided', holds: isLopsided },
  { value: 'left', label: 'left only', holds: (table, type) => table.left[type] === table.total[type] },
  { value: 'right', label: 'right only', holds: (table, type) => table.right[type] === table.total[type] },
  { value: 'middle', label: 'middle only', holds: (table, type) => table.middle[type] === table.total[type] },
  { value: 'some-middle', label: 'some in the middle', holds: (table, type) => (table.middle[type] as number) > 0 },
  { value: 'unknown', label: 'some of unknown side', holds: (table, type) => (table.unknown[type] as number) > 0 },
];

/** Lists of `length` types from a function that names each type's positions. */
function listsFrom(length: number, idsOf: (type: number) => readonly number[]): Lists {
  const starts = new Uint32Array(length + 1);
  const ids: number[] = [];
  for (let type = 0; type < length; type++) {
    starts[type] = ids.length;
    for (const id of idsOf(type)) ids.push(id);
  }
  starts[length] = ids.length;
  return { starts, ids: Uint32Array.from(ids) };
}

function facet(key: FacetKey, values: FacetValue[], lists: Lists, shown: boolean): Facet {
  return { key, label: LABELS[key], values, shown, starts: lists.starts, ids: lists.ids };
}

/** A facet of named values. A type without any takes NO_VALUE, which comes last, unless it is not known whether it has some. */
function namedFacet(
  key: FacetKey,
  names: readonly string[],
  lists: Lists,
  length: number,
  isKnown: (type: number) => boolean,
): Facet {
  const none = names.length;
  const values = names.map((name) => ({ value: name, label: name }));
  const starts = new Uint32Array(length + 1);
  const ids = new Uint32Array(lists.ids.length + length);
  let written = 0;
  let anyNone = false;
  for (let type = 0; type < length; type++) {
    starts[type] = written;
    const [start, end] = [lists.starts[type] as number, lists.starts[type + 1] as number];
    if (start === end && isKnown(type)) {
      ids[written++] = none;
      anyNone = true;
    }
    for (let i = start; i < end; i++) ids[written++] = lists.ids[i] as number;
  }
  starts[length] = written;
  if (anyNone) values.push({ value: NO_VALUE, label: NO_VALUE_LABELS[key] ?? 'none' });
  return facet(key, values, { starts, ids: ids.subarray(0, written) }, names.length > 0);
}

/** The facet of a column that holds one position, or NONE, a type. */
function columnFacet(
  key: FacetKey,
  names: readonly string[],
  positions: Int32Array,
  isKnown: (type: number) => boolean,
): Facet {
  // One name may stand at several positions (a transmitter from two sources): they are one value.
  const distinct = [...new Set(names)];
  const idOf = names.map((name) => distinct.indexOf(name));
  const lists = listsFrom(positions.length, (type) => {
    const id = idOf[positions[type] as number];
    return id === undefined ? [] : [id];
  });
  return namedFacet(key, distinct, lists, positions.length, isKnown);
}

function sideFacet(table: Table): Facet {
  const lists = listsFrom(table.length, (type) => SIDES.flatMap((side, id) => (side.holds(table, type) ? [id] : [])));
  const anyKnown = table.unknown.some((unknown, type) => unknown < (table.total[type] as number));
  return facet('side', SIDES, lists, anyKnown);
}

/** @param numbers of each type, none below the first of the lower ends */
function rangeFacet(key: FacetKey, ends: readonly number[], numbers: Float64Array): Facet {
  const values = rangesFrom(ends).map((range) => ({ value: rangeText(range), label: rangeLabel(range) }));
  const lists = listsFrom(numbers.length, (type) => [
    ends.filter((from) => from <= (numbers[type] as number)).length - 1,
  ]);
  return { ...facet(key, values, lists, true), numbers };
}

function dataFacet(table: Table): Facet {
  const values = [
    { value: 'known', label: 'known' },
    { value: 'notAsked', label: 'no ROI data' },
    { value: 'failed', label: 'failed' },
  ];
  const lists = listsFrom(table.length, (type) => [
    values.findIndex(({ value }) => value === table.roiData[type]?.state),
  ]);
  return facet('data', values, lists, table.mode === 'full' && table.roiData.some(({ state }) => state !== 'known'));
}

/** Facets whose values have an order of their own; of the others the value that most types take comes first. */
const ORDERED: readonly FacetKey[] = ['side', 'cells', 'synapses', 'data'];

/** Values in the order of the page. Those that no type takes are left out, but for ranges: a gap is told. */
function inPageOrder(whole: Facet): Facet {
  const totals = totalsOf(whole);
  const ordered = ORDERED.includes(whole.key);
  const isNone = (id: number): number => Number(whole.values[id]?.value === NO_VALUE);
  const kept = whole.values
    .map((_, id) => id)
    .filter((id) => whole.numbers !== undefined || (totals[id] as number) > 0);
  kept.sort((a, b) =>
    ordered ? a - b : isNone(a) - isNone(b) || (totals[b] as number) - (totals[a] as number) || a - b,
  );
  const newId = new Uint32Array(whole.values.length);
  kept.forEach((id, index) => {
    newId[id] = index;
  });
  return {
    ...whole,
    values: kept.map((id) => whole.values[id] as FacetValue),
    ids: whole.ids.map((id) => newId[id] as number),
  };
}

function facetOf(table: Table, key: FacetKey): Facet {
  const hasRoiData = (type: number): boolean => table.roiData[type]?.state === 'known';
  // A database without an annotation or a transmitter for a type tells that there is none.
  const always = (): boolean => true;
  switch (key) {
    case 'region':
      return columnFacet(key, table.regions.names, table.region, hasRoiData);
    case 'roi':
      return namedFacet(key, table.rois.names, table.rois, table.length, hasRoiData);
    case 'nt':
      return columnFacet(
        key,
        table.transmitters.map(({ name }) => name),
        table.transmitter,
        always,
      );
    case 'side':
      return sideFacet(table);
    case 'cells':
      return rangeFacet(key, CELL_RANGES, table.total);
    case 'synapses':
      return rangeFacet(
        key,
        SYNAPSE_RANGES,
        table.pre.map((pre, type) => pre + (table.post[type] as number)),
      );
    case 'data':
      return dataFacet(table);
    default: {
      const column = table.annotations[key satisfies Annotation];
      const nothing: Lists = { starts: new Uint32Array(table.length + 1), ids: new Uint32Array() };
      return namedFacet(key, column?.values ?? [], column ?? nothing, table.length, always);
    }
  }
}

/** The facets of a table, also those that the dataset lacks: a link may name them. */
export interface Facets {
  of(key: FacetKey): Facet;
}

/** Each is made when first asked for: all of them take 60 ms at 11,700 types, and a page that opens needs none. */
export function lazyFacets(table: Table): Facets {
  const made = new Map<FacetKey, Facet>();
  return {
    of(key) {
      const known = made.get(key) ?? inPageOrder(facetOf(table, key));
      made.set(key, known);
      return known;
    },
  };
}

export function facetsOf(table: Table): Facet[] {
  return FACET_KEYS.map(lazyFacets(table).of);
}

/** How many of the types take each value. */
export function totalsOf({ ids, values }: Facet): number[] {
  const totals = new Array<number>(values.length).fill(0);
  for (const id of ids) totals[id] = (totals[id] as number) + 1;
  return totals;
}
