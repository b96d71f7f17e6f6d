/** What a type has of its synapses in an ROI or region: the counts, and what part they are. */

import type { Share, SynapseCounts } from './catalog.ts';

/** @param primary all that the type has in primary ROIs */
export function shareOf(name: string, { pre, post }: SynapseCounts, primary: SynapseCounts): Share {
  return {
    name,
    pre,
    post,
    prePercent: sharePercent(pre, primary.pre),
    postPercent: sharePercent(post, primary.post),
  };
}

/** In percent, rounded half up to 2 decimals, from integers. */
function sharePercent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * 20_000 + whole) / (2 * whole)) / 100;
}
