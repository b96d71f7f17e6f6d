/** The links of a type among its details: to its pages, and to other sites that know it. */

import { type Link, linksOf, needBodyIds } from '../links/links.ts';
import type { Table } from '../table/table.ts';
import { bodyIdsOf, cellsTrouble, knownCells, loadCells } from './cells.ts';
import { element } from './dom.ts';

/** To read out of its surroundings, "left" is said in full. */
function pageLink({ label, href, side }: Link): HTMLElement {
  return element('a', side === 'combined' ? { href } : { href, 'aria-label': `${label} page` }, label);
}

function linkItem(link: Link, i: number): Node {
  if (link.side === null) {
    const outward = { href: link.href, rel: 'noopener noreferrer' };
    return element('li', {}, element('a', outward, element('bdi', {}, link.label), ' ↗'));
  }
  // Where there is no combined page, nothing else says what "left" is of.
  const lead = i === 0 && link.side !== 'combined' ? ['Page: '] : [];
  return element('li', {}, ...lead, pageLink(link));
}

/** Links that need bodyIds come when those are loaded: at the end of the line, where they move nothing. */
export function linksPart(table: Table, type: number): Node[] {
  const items = (): Node[] => linksOf(table, type, bodyIdsOf(type)).map(linkItem);
  const list = element('ul', { class: 'links' }, ...items());
  const part = element('nav', { 'aria-label': `Links of ${table.names[type]}` }, list);
  if (table.cellsId !== null && knownCells() === null && cellsTrouble() === null && needBodyIds(table)) {
    void loadCells(table).then(() => {
      list.append(...items().slice(list.children.length));
      if (list.children.length === 0) part.remove();
    });
  } else if (list.children.length === 0) return [];
  return [part];
}
