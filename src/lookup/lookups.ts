/** The lookups there are: what each asks of a connectome, in which ways, and what a batch of it is thought to cost. */
import type { CellRow, Connectome, PartnerRow, RoiCountRow, Sums } from '../connectome/connectome.ts';
import { CELLS, PARTNERS, ROI_COUNTS } from './keptForms.ts';
import type { Guess, TunedLookup } from './tunedLoader.ts';

/** By who adds up a cell's ROI counts; measured on 22,704 cells in Neo4j 5.26. */
const SUMS: Readonly<Record<Sums, Guess>> = {
  // The guess comes first: where it is wrong it costs 1.5 times as much, the other way over 50 Mbit/s seven times.
  server: { aMs: 8, bMsPerUnit: 0.025 },
  client: { aMs: 8, bMsPerUnit: 0.01 },
};

/** A file is scanned as a whole for each question: few large ones. */
const SUMS_IN_FILE: Guess = { aMs: 30, bMsPerUnit: 0.002 };

/** A cell has some hundred partners: 100 times the work of its ROI counts. */
const PARTNERS_GUESS: Guess = { aMs: 8, bMsPerUnit: 1 };

/** A cell is a short row of two texts. */
const CELLS_GUESS: Guess = { aMs: 8, bMsPerUnit: 0.005 };

/**
 * Values list ROIs in the order of `rois`, those without synapses left out.
 * @param rois the primary ROIs
 * @param ways who may add up, as far as the source can
 */
export function roiCountsLookup(
  connectome: Connectome,
  rois: readonly string[],
  ways: readonly Sums[],
): TunedLookup<RoiCountRow, readonly RoiCountRow[]> {
  const guessOf = (way: Sums): Guess => (connectome.isEmbedded ? SUMS_IN_FILE : SUMS[way]);
  const inOrder = (Object.keys(SUMS) as Sums[]).filter((way) => ways.includes(way));
  const position = new Map(rois.map((roi, i) => [roi, i]));
  const positionOf = ({ roi }: RoiCountRow): number => position.get(roi) as number;
  return {
    name: ROI_COUNTS,
    ask: (types, { way, ...ask }) => connectome.roiCounts(types, rois, { ...ask, sums: way as Sums }),
    valueOf: (rows) => rows.filter(({ pre, post }) => pre + post > 0).sort((a, b) => positionOf(a) - positionOf(b)),
    guesses: Object.fromEntries(inOrder.map((way) => [way, guessOf(way)])),
  };
}

/** Upstream first, partner types by name, the cells without a type first: the same answer in the same order. */
export function partnersLookup(connectome: Connectome): TunedLookup<PartnerRow, readonly PartnerRow[]> {
  return {
    name: PARTNERS,
    ask: (types, ask) => connectome.partners(types, ask),
    valueOf: (rows) => [...rows].sort((a, b) => orderOf(a) - orderOf(b) || compareNames(a.partner, b.partner)),
    guesses: { server: PARTNERS_GUESS },
  };
}

/** By bodyId as a number: the same answer in the same order. */
export function cellsLookup(connectome: Connectome): TunedLookup<CellRow, readonly CellRow[]> {
  return {
    name: CELLS,
    ask: (types, ask) => connectome.cells(types, ask),
    valueOf: (rows) => [...rows].sort((a, b) => compareIds(a.bodyId, b.bodyId) || compareNames(a.instance, b.instance)),
    guesses: { server: connectome.isEmbedded ? SUMS_IN_FILE : CELLS_GUESS },
  };
}

/** Of texts of digits without leading zeros. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || compareNames(a, b);
}

function orderOf({ direction }: PartnerRow): number {
  return direction === 'upstream' ? 0 : 1;
}

function compareNames(a: string | null, b: string | null): number {
  const [x, y] = [a ?? '', b ?? ''];
  return x < y ? -1 : Number(x > y);
}
