/** Small catalogues for the pages, named after what they show. Every text in them is as hostile as a database allows. */

import type { Catalog, Cell, CellCounts, Share, TypeEntry } from '../../src/catalog/catalog.ts';
import type { PageOptions } from '../../src/site/pages.ts';

/** Of pages of which nothing is special; the folders are to be filled in where files are read. */
export const pageOptions: PageOptions = {
  about: {},
  fullNames: {},
  pages: null,
  links: [],
  generated: '2026-11-21T08:00:00Z',
  notes: [],
  templatesDir: '',
  browserDir: '',
};

interface Sketch {
  cells: Partial<Omit<CellCounts, 'total'>>;
  /** ROI -> output and input sites. */
  rois?: Record<string, [pre: number, post: number]>;
  region?: string;
  /** Synapses outside of the primary ROIs; negative where the totals lack cells. */
  outside?: number;
  nt?: string;
  annotations?: TypeEntry['annotations'];
  failed?: string;
}

function rounded(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}

function entry(name: string, sketch: Sketch): TypeEntry {
  const counts = { left: 0, right: 0, middle: 0, unknown: 0, ...sketch.cells };
  const total = counts.left + counts.right + counts.middle + counts.unknown;
  const sketched = Object.entries(sketch.rois ?? {});
  const primary = {
    pre: sketched.reduce((sum, [, [pre]]) => sum + pre, 0),
    post: sketched.reduce((sum, [, [, post]]) => sum + post, 0),
  };
  const shares = sketched
    .map(([roi, [pre, post]]): Share => {
      return { name: roi, pre, post, prePercent: rounded(pre, primary.pre), postPercent: rounded(post, primary.post) };
    })
    .sort((a, b) => b.pre + b.post - a.pre - a.post);
  const region = sketch.region ?? null;
  const regions =
    region === null
      ? []
      : [
          {
            name: region,
            ...primary,
            prePercent: rounded(primary.pre, primary.pre),
            postPercent: rounded(primary.post, primary.post),
          },
        ];
  const outside = sketch.outside ?? 0;
  const known = sketch.failed === undefined;
  return {
    name,
    cells: { total, ...counts },
    synapses: { pre: primary.pre + outside, post: primary.post + outside },
    annotations: sketch.annotations ?? {},
    neurotransmitter: sketch.nt === undefined ? null : { name: sketch.nt, source: 'consensusNt' },
    primary: known ? primary : null,
    rois: known ? shares : null,
    regions: known ? regions : null,
    region: known ? region : null,
    ...(sketch.failed === undefined ? {} : { failed: sketch.failed }),
  };
}

export const IMAGE_NAME = '<img src=x onerror=alert(1)>';
export const SCRIPT_NAME = '</script><script>alert(2)</script>';
export const LONG_NAME: string = `long_${'x'.repeat(295)}`;
export const REVERSED_NAME = '\u202eesrever';
/** HTML would change its line ends. */
export const BROKEN_ROI = 'AL\r\n(R)';
export const COMMA_ROI = "a'L, upper";

const SKETCHES: Record<string, Sketch> = {
  [IMAGE_NAME]: { cells: { left: 1 }, rois: { [IMAGE_NAME]: [1, 1] }, region: SCRIPT_NAME, nt: SCRIPT_NAME },
  [SCRIPT_NAME]: { cells: { right: 1 }, rois: { AL: [5, 0] }, region: 'AL', annotations: { class: ['<b>'] } },
  'line\u2028break': {
    cells: { left: 2, right: 1 },
    rois: { aL: [10, 30], AL: [0, 3], [BROKEN_ROI]: [1, 1] },
    region: 'MB',
  },
  [REVERSED_NAME]: { cells: { left: 1, right: 1 }, rois: { AL: [1, 2] }, region: 'AL' },
  [LONG_NAME]: { cells: { left: 1, right: 1 }, rois: { AL: [3, 2] }, region: 'AL' },
  '=SUM(A1)': { cells: { right: 2 }, annotations: { synonyms: ['-1', "'quoted"] }, rois: {} },
  "KCa'b'-m": {
    cells: { left: 110, right: 95 },
    rois: { [COMMA_ROI]: [900, 3000], aL: [100, 0] },
    region: 'MB',
    nt: 'dopamine',
    annotations: { class: ['KC'], superclass: ['intrinsic'], flywireType: ['KCapbp-m'] },
  },
  'KCab-m': {
    cells: { left: 310, right: 226, unknown: 4 },
    rois: { aL: [5000, 12000], CA: [0, 3000] },
    region: 'MB',
    nt: 'acetylcholine',
    outside: 7,
    annotations: { class: ['KC', 'olfactory'], superclass: ['intrinsic'], flywireType: ['KCab'] },
  },
  'INXXX447, INXXX449': { cells: { unknown: 3 }, rois: { T1: [4, 8] }, region: 'VNC', nt: 'gaba' },
  LC4: {
    cells: { left: 50, right: 54 },
    rois: { LO: [60, 4000], PVLP: [2000, 40] },
    region: 'OL',
    nt: 'acetylcholine',
  },
  LC10: { cells: { left: 120, right: 128 }, rois: { LO: [1, 9], AOTU: [8, 1] }, region: 'OL', nt: 'acetylcholine' },
  LHAD1: { cells: { right: 3 }, rois: { LH: [30, 70], SLP: [30, 10] }, region: 'LH', nt: 'glutamate' },
  LHAD2: { cells: { right: 12 }, rois: { LH: [30, 70] }, region: 'LH', nt: 'glutamate' },
  LHAV1: { cells: { left: 1, right: 2 }, rois: { LH: [30, 70] }, region: 'LH', nt: 'glutamate', outside: -3 },
  LHPV1: { cells: { right: 1 }, rois: { LH: [3, 7] }, region: 'LH', nt: 'unclear' },
  DNa02: {
    cells: { left: 1, right: 1 },
    rois: { LAL: [10, 700], LegNp: [900, 20] },
    region: 'LX',
    nt: 'acetylcholine',
    annotations: { synonyms: ['Namiki 2018: DNa02', 'steering neuron'], mancType: ['DNxl058'] },
  },
  middle: { cells: { middle: 1 }, rois: { FB: [1, 1] }, region: 'CX', nt: 'tyramine' },
  'some middle': { cells: { left: 1, right: 1, middle: 2 }, rois: { FB: [1, 1] }, region: 'CX' },
  'timed out': { cells: { right: 1 }, failed: 'timed out after 3 tries' },
};

/** Hostile names, one-sided types, one without synapses in primary ROIs, one that failed. */
export function hostileCatalog(): Catalog {
  const types = Object.entries(SKETCHES).map(([name, sketch]) => entry(name, sketch));
  types.sort((a, b) => (a.name < b.name ? -1 : 1));
  const sum = (of: (type: TypeEntry) => number): number => types.reduce((total, type) => total + of(type), 0);
  return {
    dataset: {
      name: 'hostile</title>',
      tag: 'v1.0 <i>',
      uuid: 'a783551a946a4472a6f9bfaa2a009e44',
      lastDatabaseEdit: '2020-09-18 22:00:01',
    },
    mode: 'full',
    totals: {
      types: types.length,
      cells: sum(({ cells }) => cells.total),
      untyped: 1234,
      pre: sum(({ synapses }) => synapses.pre),
      post: sum(({ synapses }) => synapses.post),
    },
    types,
  };
}

/**
 * The same with cells: ids of 18 digits, counted up through the types; instances by side, a hostile one too; those of
 * one type are not known.
 */
export function catalogWithCells(): Catalog & Required<Pick<Catalog, 'cells'>> {
  const catalog = hostileCatalog();
  let n = 0;
  const cells = catalog.types.map((type): [string, Cell[] | Error] => {
    const { name } = type;
    if (name === UNLISTED) return [name, new Error('<b>no</b> answer')];
    const sides = (['left', 'right', 'middle', 'unknown'] as const).flatMap((side) =>
      Array<string>(type.cells[side]).fill(side),
    );
    const instanceOf = (side: string): string | null => {
      if (name === IMAGE_NAME) return SCRIPT_NAME;
      return side === 'unknown' ? null : `${name}_${side.charAt(0).toUpperCase()}`;
    };
    return [name, sides.map((side) => ({ bodyId: String(FIRST_BODY_ID + BigInt(n++)), instance: instanceOf(side) }))];
  });
  return { ...catalog, cells: new Map(cells) };
}

/** In catalogWithCells() the type whose cells could not be had. */
export const UNLISTED = 'LHPV1';
const FIRST_BODY_ID = 720575940600000000n;

/** The same without ROI analysis. */
export function quickCatalog(): Catalog {
  const full = hostileCatalog();
  const types = full.types.map(({ failed: _, ...type }) => ({
    ...type,
    primary: null,
    rois: null,
    regions: null,
    region: null,
  }));
  return { ...full, mode: 'quick', types };
}

/** Many types of which nothing is special: T1, T2, … with one to five cells on the left. */
export function longCatalog(length: number): Catalog {
  const types = Array.from({ length }, (_, i) =>
    entry(`T${i + 1}`, { cells: { left: 1 + (i % 5) }, rois: { AL: [i, i] }, region: 'AL' }),
  );
  types.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    dataset: { name: 'long', tag: null, uuid: null, lastDatabaseEdit: null },
    mode: 'full',
    totals: {
      types: length,
      cells: types.reduce((sum, type) => sum + type.cells.total, 0),
      untyped: 0,
      pre: 0,
      post: 0,
    },
    types,
  };
}
