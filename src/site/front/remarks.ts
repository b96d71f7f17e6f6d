/** What needs a curator's eye: each with its number and, where a list of it exists, the door to that list. */

import type { Catalog } from '../../catalog/catalog.ts';
import { thousands } from '../../text.ts';
import { type Facet, NO_VALUE, totalsOf } from '../list/facets.ts';
import type { FacetKey } from '../list/hash.ts';
import { linkToFacet } from '../list/hash.ts';
import { transmitterOf } from '../transmitters.ts';

export interface Remark {
  number: string;
  words: string;
  /** Null where there is none, or no list of them. */
  href: string | null;
}

/** `type` or `types`, as the number asks. */
function remark(count: number, rest: string, key: FacetKey, ...values: string[]): Remark {
  return {
    number: thousands(count),
    words: `${count === 1 ? 'type' : 'types'} ${rest}`,
    href: count === 0 ? null : linkToFacet(key, ...values),
  };
}

/** A count of zero is said too, without a link: the curator sees that it was looked for. */
export function remarksOf({ totals, mode }: Catalog, facets: Record<FacetKey, Facet>): Remark[] {
  /** The types that take one of the values; a type takes no two of those that are asked for together. */
  const about = (rest: string, key: FacetKey, ...values: string[]): Remark => {
    const facet = facets[key];
    const counts = totalsOf(facet);
    const ids = facet.values.flatMap(({ value }, id) => (values.includes(value) ? [id] : []));
    return remark(
      ids.reduce((sum, id) => sum + (counts[id] as number), 0),
      rest,
      key,
      ...values,
    );
  };
  const unclear = facets.nt.values.filter(({ value }) => transmitterOf(value).tone === 'unclear');
  const remarks: Remark[] = [
    {
      number: thousands(totals.untyped),
      words: totals.untyped === 1 ? 'cell without a type, not listed' : 'cells without a type, not listed',
      href: null,
    },
    about('with lopsided sides', 'side', 'lopsided'),
    about('in one hemisphere only', 'side', 'left', 'right'),
    about('with cells of unknown side', 'side', 'unknown'),
    about('without a known transmitter', 'nt', NO_VALUE),
    about('whose transmitter is unclear', 'nt', ...unclear.map(({ value }) => value)),
  ];
  if (mode === 'full') {
    remarks.push(
      about('whose ROI data failed', 'data', 'failed'),
      about('without ROI data', 'data', 'notAsked'),
      about('without synapses in any region', 'region', NO_VALUE),
    );
  }
  for (const key of ['superclass', 'class'] as const) {
    if (facets[key].shown) remarks.push(about(`without a ${key}`, key, NO_VALUE));
  }
  return remarks;
}
