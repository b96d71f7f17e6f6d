/** neuPrint's roiInfo, a JSON text a cell, added up by type and ROI. */
import { DecodeError } from '../errors.ts';
import type { RoiCountRow } from './connectome.ts';

type RoiInfo = Readonly<Record<string, { pre?: number | null; post?: number | null } | null>>;

/** Sums that grow by a cell at a time, so that no roiInfo is held. */
export interface RoiSums {
  /** @throws DecodeError if a roiInfo is no JSON object, or does not hold counts */
  add(type: string, roiInfo: string | null): void;
  rows(): RoiCountRow[];
  /** How many cells of each type were added, those without roiInfo too. */
  readonly cells: ReadonlyMap<string, number>;
}

/** @param rois the ROIs that count; all others are passed over */
export function createRoiSums(rois: ReadonlySet<string>): RoiSums {
  const byType = new Map<string, Map<string, RoiCountRow>>();
  const cells = new Map<string, number>();
  return {
    cells,
    add(type, roiInfo) {
      cells.set(type, (cells.get(type) ?? 0) + 1);
      if (roiInfo === null) return;
      const sums = byType.get(type) ?? new Map<string, RoiCountRow>();
      byType.set(type, sums);
      for (const [roi, counts] of Object.entries(parsed(type, roiInfo))) {
        if (!counts || !rois.has(roi)) continue;
        const pre = counts.pre ?? 0;
        const post = counts.post ?? 0;
        if (!isCount(pre) || !isCount(post)) throw notCounts(type, roi, counts);
        const row = sums.get(roi);
        if (row) {
          row.pre += pre;
          row.post += post;
        } else sums.set(roi, { type, roi, pre, post });
      }
    },
    rows: () => [...byType.values()].flatMap((sums) => [...sums.values()]),
  };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function notCounts(type: string, roi: string, counts: object): DecodeError {
  const [where, what] = [JSON.stringify(roi), JSON.stringify(counts).slice(0, 60)];
  return new DecodeError(
    `A cell of type ${JSON.stringify(type)}: expected whole numbers for pre and post in roiInfo[${where}], got ${what}.`,
  );
}

function parsed(type: string, roiInfo: string): RoiInfo {
  try {
    const value: unknown = JSON.parse(roiInfo);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as RoiInfo;
  } catch {
    // Told below, with what is no object.
  }
  throw new DecodeError(
    `A cell of type ${JSON.stringify(type)}: expected roiInfo to be a JSON object, got ${JSON.stringify(roiInfo.slice(0, 40))}.`,
  );
}
