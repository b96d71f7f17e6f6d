/** The overview plots of index.html: how long each bar is and which list it opens. Geometry only; the templates draw. */

import type { Facet } from './facets.ts';
import { NO_VALUE, totalsOf } from './facets.ts';
import { linkToFacet } from './hash.ts';
import { percent, percentOf, thousands } from './text.ts';
import { transmitterOf } from './transmitters.ts';

export interface Bar {
  label: string;
  /** Types, as on the bar. */
  count: string;
  /** Of all types. */
  share: string;
  /** 0 to 100, the longest bar of the plot being 100. */
  length: number;
  /** The list that the bar opens. */
  href: string;
  /** The class of the style sheet that gives the colour. */
  tone: string;
}

/** The bars of a facet. */
export function barsOf(facet: Facet, types: number): Bar[] {
  const totals = totalsOf(facet);
  const most = Math.max(1, ...totals);
  return facet.values.map(({ value, label }, id) => {
    const total = totals[id] as number;
    const tone = facet.key === 'nt' && value !== NO_VALUE ? transmitterOf(value).tone : 'plain';
    return {
      label,
      count: thousands(total),
      share: percent(total, types),
      // A few types among thousands still leave a line to see.
      length: total === 0 ? 0 : Math.max(0.8, Math.round(10 * percentOf(total, most)) / 10),
      href: linkToFacet(facet.key, value),
      tone: value === NO_VALUE ? 'none' : tone,
    };
  });
}
