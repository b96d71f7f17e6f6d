/** The types of a dataset as typed columns, read from their packed form: what rows, facets and search look things up in. */

import type { Annotation, Catalog, TransmitterSource } from '../../catalog/catalog.ts';
import { type Pages, readPages } from '../links/pageColumn.ts';
import type { Columns, LinkTemplate, ShareColumn, ValueColumn } from './columns.ts';
import { unpackNumbers, unpackSparse } from './packing.ts';

/** A list for each type: that of type `t` is `ids[starts[t]]` up to, not including, `ids[starts[t + 1]]`. */
export interface Lists {
  starts: Uint32Array;
  ids: Uint32Array;
}

export interface ShareLists extends Lists {
  names: string[];
  pre: Float64Array;
  post: Float64Array;
}

export interface ValueLists extends Lists {
  values: string[];
}

/** Position in the table of what is not there. */
export const NONE = -1;

/** Why a type has no ROI data, or that it has. */
export type RoiData = { state: 'known' } | { state: 'notAsked' } | { state: 'failed'; reason: string };

export interface Table {
  dataset: Columns['dataset'];
  mode: Catalog['mode'];
  length: number;
  names: string[];
  total: Float64Array;
  left: Float64Array;
  right: Float64Array;
  middle: Float64Array;
  unknown: Float64Array;
  pre: Float64Array;
  post: Float64Array;
  primaryPre: Float64Array;
  primaryPost: Float64Array;
  rois: ShareLists;
  regions: ShareLists;
  /** What ROIs and regions are called in full, where that is known. */
  fullNames: ReadonlyMap<string, string>;
  /** Position in `regions.names`, or NONE. */
  region: Int32Array;
  roiData: RoiData[];
  /** Position in `transmitters`, or NONE. */
  transmitter: Int32Array;
  transmitters: { name: string; source: TransmitterSource }[];
  /** Each is unpacked when first asked for: a page that opens shows one or two of them. */
  annotations: Partial<Readonly<Record<Annotation, ValueLists>>>;
  /** null where types have no pages. */
  pages: Pages | null;
  /** To other sites. */
  links: readonly LinkTemplate[];
  /** As in Columns. */
  cellsId: string | null;
}

/** Every `width`-th number, from `offset` on. */
function strand(numbers: Float64Array, offset: number, width: number): Float64Array {
  const strand = new Float64Array(numbers.length / width);
  for (let i = 0; i < strand.length; i++) strand[i] = numbers[i * width + offset] as number;
  return strand;
}

function readShares({ names, lists }: ShareColumn, length: number): ShareLists {
  const numbers = unpackNumbers(lists);
  const starts = new Uint32Array(length + 1);
  const triples = new Float64Array(numbers.length - length);
  let at = 0;
  let written = 0;
  for (let type = 0; type < length; type++) {
    starts[type] = written / 3;
    const end = at + 1 + 3 * (numbers[at] as number);
    for (at++; at < end; at++) triples[written++] = numbers[at] as number;
  }
  starts[length] = written / 3;
  const ids = Uint32Array.from(strand(triples, 0, 3));
  return { names, starts, ids, pre: strand(triples, 1, 3), post: strand(triples, 2, 3) };
}

function readValues({ values, lists }: ValueColumn, length: number): ValueLists {
  const numbers = unpackSparse(lists);
  const starts = new Uint32Array(length + 1);
  const ids = new Uint32Array(numbers.length);
  let type = 0;
  let written = 0;
  for (const number of numbers) {
    if (number > 0) ids[written++] = (number >> 1) - 1;
    if (number % 2 === 0) starts[++type] = written;
  }
  return { values, starts, ids: ids.slice(0, written) };
}

function lazyAnnotations(columns: Columns['annotations'], length: number): Table['annotations'] {
  const annotations = {};
  for (const [name, column] of Object.entries(columns)) {
    let lists: ValueLists | undefined;
    Object.defineProperty(annotations, name, {
      get: () => {
        lists ??= readValues(column, length);
        return lists;
      },
    });
  }
  return annotations;
}

function readRoiData(columns: Columns): RoiData[] {
  const states: RoiData[] = [
    { state: 'known' },
    { state: 'notAsked' },
    ...columns.reasons.map((reason) => ({ state: 'failed' as const, reason })),
  ];
  return unpackSparse(columns.roiData).map((number) => states[number] as RoiData);
}

export function tableFromColumns(columns: Columns): Table {
  const length = columns.names.length;
  const cells = unpackNumbers(columns.cells);
  const [left, right] = [strand(cells, 0, 2), strand(cells, 1, 2)];
  const [middle, unknown] = [
    Float64Array.from(unpackSparse(columns.middle)),
    Float64Array.from(unpackSparse(columns.unknown)),
  ];
  const positions = (numbers: Iterable<number>): Int32Array => Int32Array.from(numbers, (number) => number - 1);
  const synapses = unpackNumbers(columns.synapses);
  const primary = unpackNumbers(columns.primary);
  return {
    dataset: columns.dataset,
    mode: columns.mode,
    length,
    names: columns.names,
    total: left.map((cellsLeft, type) => cellsLeft + (right[type] ?? 0) + (middle[type] ?? 0) + (unknown[type] ?? 0)),
    left,
    right,
    middle,
    unknown,
    pre: strand(synapses, 0, 2),
    post: strand(synapses, 1, 2),
    primaryPre: strand(primary, 0, 2),
    primaryPost: strand(primary, 1, 2),
    rois: readShares(columns.rois, length),
    regions: readShares(columns.regions, length),
    fullNames: new Map(Object.entries(columns.fullNames)),
    region: positions(unpackNumbers(columns.region)),
    roiData: readRoiData(columns),
    transmitter: positions(unpackSparse(columns.transmitter)),
    transmitters: columns.transmitters.map(([name, source]) => ({ name, source })),
    annotations: lazyAnnotations(columns.annotations, length),
    pages: columns.pages ? readPages(columns.pages) : null,
    links: columns.links ?? [],
    cellsId: columns.cellsId,
  };
}

/** The values that a type has of an annotation. */
export function annotationOf(table: Table, annotation: Annotation, type: number): string[] {
  const lists = table.annotations[annotation];
  if (lists === undefined) return [];
  const values: string[] = [];
  for (let i = lists.starts[type] as number; i < (lists.starts[type + 1] as number); i++) {
    values.push(lists.values[lists.ids[i] as number] as string);
  }
  return values;
}

/** What an ROI or region is called in full; the empty text if that is not known. */
export function fullNameOf({ fullNames }: Pick<Table, 'fullNames'>, name: string): string {
  return fullNames.get(name) ?? '';
}

export interface TypeShare {
  name: string;
  pre: number;
  post: number;
}

/** The ROIs or regions that are listed for a type, most synapses first. */
export function sharesOf({ names, starts, ids, pre, post }: ShareLists, type: number): TypeShare[] {
  const shares: TypeShare[] = [];
  for (let i = starts[type] as number; i < (starts[type + 1] as number); i++) {
    shares.push({ name: names[ids[i] as number] as string, pre: pre[i] as number, post: post[i] as number });
  }
  return shares;
}
