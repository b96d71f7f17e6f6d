/**
 * Which types only got another name. An index holds no bodies, so that the numbers must tell; where they leave a doubt,
 * the type counts as removed and the other as added.
 *
 * Two entries look alike if each of these holds:
 * - the same number of cells on each side;
 * - output sites, and input sites, that differ by no more than 1 %;
 * - ROI data in both, and 99 % of the synapses of the one with more in ROIs that both list;
 * - 100 synapses in those ROIs: fewer are alike by chance.
 * A removed type was renamed to an added one if they look alike, no other type after looks like the first, and no other
 * type before looks like the second, types that kept their names included.
 *
 * Among all pairs of different types, none looks alike in hemibrain v1.2.1 and none in FlyWire v783. With 98 % one of
 * hemibrain's does; with 95 %, six of the two together.
 */
import type { CellCounts, Share, TypeEntry } from './catalog.ts';

const MOST_DIFFERENCE = 1 / 100;
const LEAST_SHARED = 99 / 100;
const LEAST_SYNAPSES = 100;

/** Name before -> name after, in the order of the types before. */
export function renamedTypes(before: readonly TypeEntry[], after: readonly TypeEntry[]): Map<string, string> {
  const [oldNames, newNames] = [before, after].map((types) => new Set(types.map(({ name }) => name)));
  const [lookBefore, lookAfter] = [createLookalikes(before), createLookalikes(after)];
  const renames = new Map<string, string>();
  for (const type of before) {
    if (newNames?.has(type.name)) continue;
    const [twin, ...others] = lookAfter(type);
    if (twin === undefined || others.length > 0 || oldNames?.has(twin.name)) continue;
    if (lookBefore(twin).length === 1) renames.set(type.name, twin.name);
  }
  return renames;
}

/**
 * Finds the types that look like one. Half of FlyWire's have one cell on each side: the types of equal cells are
 * ordered by input sites, and only those near are held against it.
 */
function createLookalikes(types: readonly TypeEntry[]): (type: TypeEntry) => TypeEntry[] {
  const byCells = new Map<string, TypeEntry[]>();
  for (const type of types) {
    const key = keyOf(type.cells);
    const group = byCells.get(key);
    if (group) group.push(type);
    else byCells.set(key, [type]);
  }
  for (const group of byCells.values()) group.sort((a, b) => a.synapses.post - b.synapses.post);
  return (type) => {
    const group = byCells.get(keyOf(type.cells)) ?? [];
    const found: TypeEntry[] = [];
    const least = Math.floor(type.synapses.post * (1 - MOST_DIFFERENCE));
    for (let i = firstFrom(group, least); i < group.length; i++) {
      const candidate = group[i] as TypeEntry;
      if (candidate.synapses.post > type.synapses.post && !isNear(candidate.synapses.post, type.synapses.post)) break;
      if (looksAlike(type, candidate)) found.push(candidate);
    }
    return found;
  };
}

function keyOf({ left, right, middle, unknown }: CellCounts): string {
  return `${left} ${right} ${middle} ${unknown}`;
}

/** The first position with so many input sites or more. */
function firstFrom(group: readonly TypeEntry[], post: number): number {
  let [low, high] = [0, group.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((group[middle] as TypeEntry).synapses.post < post) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= MOST_DIFFERENCE * Math.max(a, b);
}

function looksAlike(a: TypeEntry, b: TypeEntry): boolean {
  if (a.rois === null || b.rois === null) return false;
  if (!isNear(a.synapses.pre, b.synapses.pre) || !isNear(a.synapses.post, b.synapses.post)) return false;
  const [most, shared] = [Math.max(synapsesIn(a.rois), synapsesIn(b.rois)), sharedSynapses(a.rois, b.rois)];
  return shared >= LEAST_SYNAPSES && shared >= LEAST_SHARED * most;
}

function synapsesIn(shares: readonly Share[]): number {
  return shares.reduce((total, { pre, post }) => total + pre + post, 0);
}

function sharedSynapses(a: readonly Share[], b: readonly Share[]): number {
  const others = new Map(b.map((share) => [share.name, share]));
  return a.reduce((total, { name, pre, post }) => {
    const other = others.get(name);
    return other ? total + Math.min(pre, other.pre) + Math.min(post, other.post) : total;
  }, 0);
}
