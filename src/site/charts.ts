/** The overview plots of index.html: how long each bar is and which list it opens. Geometry only; the templates draw. */

import type { Facet } from './facets.ts';
import { NO_VALUE, ROI_FACETS, totalsOf } from './facets.ts';
import { linkToFacet } from './hash.ts';
import { fullNameOf, type Table } from './table.ts';
import { percent, percentOf, thousands } from './text.ts';
import { transmitterOf } from './transmitters.ts';

export interface Bar {
  label: string;
  /** The empty text where the label says it all. */
  fullName: string;
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
export function barsOf(facet: Facet, table: Pick<Table, 'length' | 'fullNames'>): Bar[] {
  const totals = totalsOf(facet);
  const most = Math.max(1, ...totals);
  return facet.values.map(({ value, label }, id) => {
    const total = totals[id] as number;
    const tone = facet.key === 'nt' && value !== NO_VALUE ? transmitterOf(value).tone : 'plain';
    return {
      label,
      fullName: ROI_FACETS.includes(facet.key) ? fullNameOf(table, value) : '',
      count: thousands(total),
      share: percent(total, table.length),
      // A few types among thousands still leave a line to see.
      length: total === 0 ? 0 : Math.max(0.8, Math.round(10 * percentOf(total, most)) / 10),
      href: linkToFacet(facet.key, value),
      tone: value === NO_VALUE ? 'none' : tone,
    };
  });
}
