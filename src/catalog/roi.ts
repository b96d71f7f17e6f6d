/** ROI counts of a type -> its shares of each ROI and region. All comparisons are made in integers. */
import type { RoiCountRow, RoiNode } from '../connectome/connectome.ts';
import type { RoiSummary, Share, SynapseCounts } from './catalog.ts';
import { compareCodePoints } from './codePoint.ts';
import { shareOf } from './shareOf.ts';

export interface RoiRules {
  /** Strips the half from an ROI's name: "ME(R)" and "ME(L)" become "ME". */
  halfSuffix: RegExp;
  /** The least share, in percent, with which an ROI is listed; at most 4 decimals. */
  minSharePercent: number;
  /** merged: left and right are one ROI. quickpage: as QuickPage answers, for comparison. */
  rule: 'merged' | 'quickpage';
}

/** QuickPage lists no more than this many ROIs. */
const QUICKPAGE_MOST = 5;

/** Decimals of minSharePercent that count; with them pre * SCALE stays below 2^53 up to 9e9 synapses a type. */
const SHARE_DECIMALS = 4;

export type Summarise = (rows: readonly RoiCountRow[]) => RoiSummary;

/** Prepares the rules for a dataset. The rows given later are of one type, in primary ROIs, by stored name. */
export function roiSummariser(hierarchy: RoiNode | null, rules: RoiRules): Summarise {
  const parents = parentsOf(hierarchy);
  const strip = (name: string): string => name.replace(rules.halfSuffix, '');
  const isListed = listedFrom(rules.minSharePercent);
  /** The direct parent; the ROI itself where that is the root or the hierarchy does not know it. */
  const regionOf = (roi: string): string => {
    const parent = parents.get(roi);
    return strip(parent === undefined || parent === hierarchy?.name ? roi : parent);
  };

  if (rules.rule === 'quickpage') {
    return (rows) => {
      const primary = sumOf(rows);
      const listed = sharesOf(rows, (roi) => roi, primary, isListed);
      const parent = listed[0] && parents.get(listed[0].name);
      const firsts = new Map<string, Share>();
      for (const share of listed) {
        const name = strip(share.name);
        if (!firsts.has(name)) firsts.set(name, { ...share, name });
      }
      return {
        primary,
        rois: [...firsts.values()].slice(0, QUICKPAGE_MOST),
        regions: [],
        region: parent ? strip(parent) : null,
      };
    };
  }
  return (rows) => {
    const primary = sumOf(rows);
    const regions = sharesOf(rows, regionOf, primary, isListed);
    return { primary, rois: sharesOf(rows, strip, primary, isListed), regions, region: regions[0]?.name ?? null };
  };
}

/** Each ROI's direct parent: where it stands several times, the first, depth first. */
function parentsOf(root: RoiNode | null): Map<string, string> {
  const parents = new Map<string, string>();
  const visit = (node: RoiNode): void => {
    for (const child of node.children ?? []) {
      if (!parents.has(child.name)) parents.set(child.name, node.name);
      visit(child);
    }
  };
  if (root) visit(root);
  return parents;
}

function sumOf(rows: readonly SynapseCounts[]): SynapseCounts {
  const sum = { pre: 0, post: 0 };
  for (const { pre, post } of rows) {
    sum.pre += pre;
    sum.post += post;
  }
  return sum;
}

type IsListed = (counts: SynapseCounts, primary: SynapseCounts) => boolean;

function listedFrom(minSharePercent: number): IsListed {
  const scale = 10 ** SHARE_DECIMALS;
  const threshold = Math.round(minSharePercent * scale);
  const passes = (part: number, whole: number): boolean => part > 0 && part * 100 * scale >= threshold * whole;
  return (counts, primary) => passes(counts.pre, primary.pre) || passes(counts.post, primary.post);
}

/** Rows added up by name, those that are listed, most synapses first, equal ones by code point. */
function sharesOf(
  rows: readonly RoiCountRow[],
  nameOf: (roi: string) => string,
  primary: SynapseCounts,
  isListed: IsListed,
): Share[] {
  const byName = new Map<string, SynapseCounts>();
  for (const { roi, pre, post } of rows) {
    const name = nameOf(roi);
    const counts = byName.get(name);
    if (counts) {
      counts.pre += pre;
      counts.post += post;
    } else byName.set(name, { pre, post });
  }
  return [...byName]
    .filter(([, counts]) => isListed(counts, primary))
    .sort(([a, x], [b, y]) => y.pre + y.post - (x.pre + x.post) || compareCodePoints(a, b))
    .map(([name, counts]) => shareOf(name, counts, primary));
}
