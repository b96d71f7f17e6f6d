/** What a type links to: its own pages where there are some, and other sites that know it. Never an address that is known to lead nowhere. */

import { filled, holds, percentEncoded } from '../../placeholders.ts';
import type { Table } from '../table/table.ts';
import { pageFilesOf } from './pageColumn.ts';
import type { PageSide } from './pageNames.ts';

export interface Link {
  label: string;
  href: string;
  /** null: to another site. */
  side: PageSide | null;
}

/**
 * Servers take lines of 8 kB (Apache and nginx unless told otherwise). What follows '#' they never see; 32,000
 * characters are no trouble to any browser and still fit a spreadsheet's cell (32,767). That is room for 1,100 of
 * FlyWire's ids, 1,600 of hemibrain's.
 */
const LONGEST = { request: 8000, whole: 32_000 };

function fits(url: string): boolean {
  const [request = ''] = url.split('#', 1);
  return request.length <= LONGEST.request && url.length <= LONGEST.whole;
}

function pageLinksOf({ pages, names }: Table, type: number): (Link & { side: PageSide })[] {
  if (pages === null) return [];
  return pageFilesOf(pages, type, names[type] as string).map(({ side, file }) => ({
    label: side === 'combined' ? 'Page' : side,
    href: pages.base + percentEncoded(file),
    side,
  }));
}

/**
 * Pages first, those that need bodyIds last: such a link is there only where they are known and few enough for an address.
 * @param bodyIds of all cells of the type, or null where they are not known
 */
export function linksOf(table: Table, type: number, bodyIds: readonly string[] | null): Link[] {
  const ids = bodyIds === null || bodyIds.length === 0 ? null : bodyIds.map((id) => JSON.stringify(id)).join(',');
  const inOrder = [...table.links].sort((a, b) => Number(holds(a.url, 'bodyIds')) - Number(holds(b.url, 'bodyIds')));
  const elsewhere = inOrder.flatMap(({ label, url }): Link[] => {
    if (ids === null && holds(url, 'bodyIds')) return [];
    const href = filled(url, (placeholder) => (placeholder === 'bodyIds' ? ids : (table.names[type] as string)));
    return fits(href) ? [{ label, href, side: null }] : [];
  });
  return [...pageLinksOf(table, type), ...elsewhere];
}

/** Whether there are links that come only with bodyIds. */
export function needBodyIds({ links }: Table): boolean {
  return links.some(({ url }) => holds(url, 'bodyIds'));
}

/** The page to open for a type: the combined one, else that of the side with most cells, the left one of two equals. */
export function pageOf(table: Table, type: number): string | null {
  const cells = (side: PageSide): number =>
    side === 'combined' ? Number.POSITIVE_INFINITY : (table[side][type] as number);
  const [best] = pageLinksOf(table, type).sort((a, b) => cells(b.side) - cells(a.side));
  return best?.href ?? null;
}
