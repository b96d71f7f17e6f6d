/** The columnar form in which the catalogue travels to the pages (assets/data.js): written here, read by table.ts. */

import type { Annotation, Catalog, Share, TransmitterSource, TypeEntry } from '../../catalog/catalog.ts';
import { ANNOTATIONS } from '../../catalog/catalog.ts';
import { type PageColumn, pageColumn } from '../links/pageColumn.ts';
import type { TypePages } from '../links/pageNames.ts';
import { naturalOrder } from '../list/natural.ts';
import { addUse, positionsByUse, type Uses } from '../uses.ts';
import { createPacker, createSparsePacker, packNumbers, packSparse } from './packing.ts';

/** The global variable that assets/data.js sets. */
export const DATA_GLOBAL = 'neurodexColumns';

/** `lists`, sparse, holds for each type 0 if it has no value, else for each value 2 * (its position in `values` + 1) + (another follows ? 1 : 0). */
export interface ValueColumn {
  values: string[];
  lists: string;
}

/** `lists` holds for each type how many it has, then for each its position in `names`, pre and post. */
export interface ShareColumn {
  names: string[];
  lists: string;
}

/** What ROIs and regions are called in full, by the name in the data; some or none of them. */
export type FullNames = Readonly<Record<string, string>>;

/** Every packed text holds one record a type, in the natural order of the names. */
export interface Columns {
  dataset: { name: string; tag: string | null; lastDatabaseEdit: string | null };
  mode: Catalog['mode'];
  names: string[];
  /** left, right. */
  cells: string;
  /** Sparse. */
  middle: string;
  /** Sparse. */
  unknown: string;
  /** pre, post. */
  synapses: string;
  /** pre, post in the primary ROIs; 0, 0 where there is no ROI data. */
  primary: string;
  rois: ShareColumn;
  regions: ShareColumn;
  /** What ROIs and regions are called in full, where that is known. */
  fullNames: Record<string, string>;
  /** 0 = none, else 1 + position in `regions.names`. */
  region: string;
  /** Sparse: 0 = ROI data are known, 1 = not asked for, else 2 + position in `reasons`. */
  roiData: string;
  reasons: string[];
  /** Sparse: 0 = none, else 1 + position in `transmitters`. */
  transmitter: string;
  transmitters: [name: string, source: TransmitterSource][];
  /** Only the annotations that some type has. */
  annotations: Partial<Record<Annotation, ValueColumn>>;
  /** Only where types have pages. */
  pages?: PageColumn;
  /** Only where there are links to other sites. */
  links?: LinkTemplate[];
  /** Names the assets/cells.js that goes with these; null where the cells are not listed. */
  cellsId: string | null;
}

/** A link to another site; of the placeholders, {type} and {bodyIds} are left in its address. */
export interface LinkTemplate {
  label: string;
  url: string;
}

/** Where types lead to. */
export interface Outward {
  pages: TypePages | null;
  links: LinkTemplate[];
}

const NOWHERE: Outward = { pages: null, links: [] };

/** Distinct values, the most frequent first. */
function dictionary(uses: Uses): { values: string[]; position: Map<string, number> } {
  const position = positionsByUse(uses);
  return { values: [...position.keys()], position };
}

function dictionaryOf(found: Iterable<string>): ReturnType<typeof dictionary> {
  const uses: Uses = new Map();
  for (const value of found) addUse(uses, value);
  return dictionary(uses);
}

function shareColumn(
  types: readonly TypeEntry[],
  sharesOf: (type: TypeEntry) => readonly Share[] | null,
  alsoNamed: (type: TypeEntry) => string | null,
): ShareColumn {
  const uses: Uses = new Map();
  for (const type of types) {
    for (const { name } of sharesOf(type) ?? []) addUse(uses, name);
    const also = alsoNamed(type);
    if (also !== null) addUse(uses, also);
  }
  const names = dictionary(uses);
  const lists = createPacker();
  for (const type of types) {
    const shares = sharesOf(type) ?? [];
    lists.add(shares.length);
    for (const { name, pre, post } of shares) {
      lists.add(names.position.get(name) as number);
      lists.add(pre);
      lists.add(post);
    }
  }
  return { names: names.values, lists: lists.text() };
}

function valueColumn(lists: readonly (readonly string[])[]): ValueColumn {
  const uses: Uses = new Map();
  for (const list of lists) for (const value of list) addUse(uses, value);
  const { values, position } = dictionary(uses);
  const packer = createSparsePacker();
  for (const list of lists) {
    if (list.length === 0) packer.add(0);
    list.forEach((value, i) => {
      const follows = i < list.length - 1 ? 1 : 0;
      packer.add(2 * ((position.get(value) as number) + 1) + follows);
    });
  }
  return { values, lists: packer.text() };
}

const NO_VALUES: readonly string[] = [];

function annotationColumns(types: readonly TypeEntry[]): Columns['annotations'] {
  const columns: Columns['annotations'] = {};
  for (const annotation of ANNOTATIONS) {
    const lists = types.map((type) => type.annotations[annotation] ?? NO_VALUES);
    if (lists.some((list) => list.length > 0)) columns[annotation] = valueColumn(lists);
  }
  return columns;
}

function transmitterColumns(types: readonly TypeEntry[]): Pick<Columns, 'transmitter' | 'transmitters'> {
  const pairs = types.map(({ neurotransmitter }) =>
    neurotransmitter === null ? null : JSON.stringify([neurotransmitter.name, neurotransmitter.source]),
  );
  const { values, position } = dictionaryOf(pairs.filter((pair) => pair !== null));
  return {
    transmitter: packSparse(pairs.map((pair) => (pair === null ? 0 : 1 + (position.get(pair) as number)))),
    transmitters: values.map((pair) => JSON.parse(pair)),
  };
}

/** Of the full names those that the catalogue has a use for. */
function usedFullNames(names: readonly string[], fullNames: FullNames): Record<string, string> {
  const known = new Map(Object.entries(fullNames));
  return Object.fromEntries(names.flatMap((name) => (known.has(name) ? [[name, known.get(name) as string]] : [])));
}

/** @param fullNames of ROIs and regions */
export function columnsFromCatalog(
  catalog: Catalog,
  fullNames: FullNames = {},
  { pages, links }: Outward = NOWHERE,
): Columns {
  const order = naturalOrder(catalog.types.map((type) => type.name));
  const types = order.map((index) => catalog.types[index] as TypeEntry);
  const names = types.map((type) => type.name);
  const rois = shareColumn(
    types,
    (type) => type.rois,
    () => null,
  );
  const regions = shareColumn(
    types,
    (type) => type.regions,
    (type) => type.region,
  );
  const reasons = dictionaryOf(types.flatMap((type) => type.failed ?? []));
  const roiData = types.map((type) => {
    if (type.failed !== undefined) return 2 + (reasons.position.get(type.failed) as number);
    return type.rois === null ? 1 : 0;
  });
  return {
    dataset: {
      name: catalog.dataset.name,
      tag: catalog.dataset.tag,
      lastDatabaseEdit: catalog.dataset.lastDatabaseEdit,
    },
    mode: catalog.mode,
    names,
    cells: packNumbers(types.flatMap(({ cells }) => [cells.left, cells.right])),
    middle: packSparse(types.map(({ cells }) => cells.middle)),
    unknown: packSparse(types.map(({ cells }) => cells.unknown)),
    synapses: packNumbers(types.flatMap(({ synapses }) => [synapses.pre, synapses.post])),
    primary: packNumbers(types.flatMap(({ primary }) => [primary?.pre ?? 0, primary?.post ?? 0])),
    rois,
    regions,
    fullNames: usedFullNames([...rois.names, ...regions.names], fullNames),
    region: packNumbers(types.map(({ region }) => (region === null ? 0 : 1 + regions.names.indexOf(region)))),
    roiData: packSparse(roiData),
    reasons: reasons.values,
    ...transmitterColumns(types),
    annotations: annotationColumns(types),
    ...(pages && { pages: pageColumn(names, pages) }),
    ...(links.length > 0 && { links }),
    // The order of the names, which is found here, decides what that file says.
    cellsId: null,
  };
}

/**
 * A classic script that sets a global variable, assets/data.js if none is named, column by column. JSON in a string
 * literal is parsed faster than an object literal.
 */
export function scriptFromColumns(columns: object, global: string = DATA_GLOBAL): string[] {
  const parts = Object.entries(columns).map(([name, column], i) => {
    const json = `${i === 0 ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(column)}`;
    return json
      .replaceAll('\\', '\\\\')
      .replaceAll("'", "\\'")
      .replaceAll('<', '\\x3c')
      .replaceAll('\u2028', '\\u2028')
      .replaceAll('\u2029', '\\u2029');
  });
  return [`var ${global} = JSON.parse('{`, ...parts, "}');\n"];
}
