/** The ROI lists of a type in two indexes -> which ROIs came, went or moved. */
import type { Share, TypeEntry } from './catalog.ts';

export type Portion = Omit<Share, 'name'>;

/** Most synapses first, as in the index that lists them. An ROI comes and goes with the share from which on it is listed. */
export interface RoiChanges {
  came: Share[];
  went: Share[];
  /** Of which the share of inputs or of outputs moved by minShareChange or more. */
  moved: { name: string; before: Portion; after: Portion }[];
}

/**
 * @param minShareChange in percentage points; with 0, whatever moves
 * @returns null if nothing came, went or moved
 */
export function roiChanges(
  before: readonly Share[],
  after: readonly Share[],
  minShareChange: number,
): RoiChanges | null {
  const old = new Map(before.map((share) => [share.name, share]));
  const names = new Set(after.map(({ name }) => name));
  const came = after.filter(({ name }) => !old.has(name));
  const went = before.filter(({ name }) => !names.has(name));
  const moved = after.flatMap(({ name, ...portion }) => {
    const known = old.get(name);
    if (known === undefined || !hasMoved(known, portion, minShareChange)) return [];
    const { name: _, ...before } = known;
    return [{ name, before, after: portion }];
  });
  return came.length + went.length + moved.length === 0 ? null : { came, went, moved };
}

function hasMoved(before: Portion, after: Portion, minShareChange: number): boolean {
  return (
    isMove(before.prePercent, after.prePercent, minShareChange) ||
    isMove(before.postPercent, after.postPercent, minShareChange)
  );
}

/** Whether a share moved by so many points or more. In hundredths, as shares are rounded: 10.1 - 5.1 is less than 5. */
export function isMove(before: number, after: number, minShareChange: number): boolean {
  const moved = Math.abs(Math.round(100 * after) - Math.round(100 * before));
  return moved > 0 && moved >= 100 * minShareChange;
}

/** Whether two types have the same synapses in the same ROIs and regions. */
export function sameRoiNumbers(a: TypeEntry, b: TypeEntry): boolean {
  return (
    a.primary?.pre === b.primary?.pre &&
    a.primary?.post === b.primary?.post &&
    sameShares(a.rois ?? [], b.rois ?? []) &&
    sameShares(a.regions ?? [], b.regions ?? [])
  );
}

function sameShares(a: readonly Share[], b: readonly Share[]): boolean {
  return (
    a.length === b.length &&
    a.every((share, i) => {
      const { name, pre, post, prePercent, postPercent } = b[i] as Share;
      return (
        share.name === name &&
        share.pre === pre &&
        share.post === post &&
        share.prePercent === prePercent &&
        share.postPercent === postPercent
      );
    })
  );
}
