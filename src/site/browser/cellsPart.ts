/** The bodyIds of a type among its details: the first of them at once, all on request, and to be copied. */

import { counted, thousands } from '../../text.ts';
import type { Table } from '../table/table.ts';
import { bodyIdsOf, cellsTrouble, knownCells, loadCells } from './cells.ts';
import { element } from './dom.ts';
import { say } from './say.ts';
import { copyText } from './takeAway.ts';

const SHOWN_AT_ONCE = 20;

/** In the place of an id that is on its way, so that nothing moves when it is there. */
const ON_ITS_WAY = '…';

function idList(ids: readonly string[]): HTMLElement {
  return element('ul', { class: 'body-ids' }, ...ids.map((id) => element('li', {}, id)));
}

function copyButton(ids: readonly string[]): HTMLElement {
  const words = ids.length === 1 ? 'copy bodyId' : 'copy bodyIds';
  const button = element('button', { type: 'button', class: 'text' }, words);
  button.addEventListener('click', async () => {
    const copied = await copyText(ids.join(', '));
    say(
      copied ? `${counted(ids.length, 'bodyId')} copied` : 'The bodyIds could not be copied: select them in the list',
    );
  });
  return button;
}

/** The list with its buttons; what is behind "all" takes the place of the first ones. */
function listed(ids: readonly string[]): Node[] {
  const list = idList(ids.slice(0, SHOWN_AT_ONCE));
  const buttons = element('p', { class: 'body-ids-tools' }, copyButton(ids));
  if (ids.length > SHOWN_AT_ONCE) {
    const all = element('button', { type: 'button', class: 'text' }, `all ${thousands(ids.length)}`);
    all.addEventListener('click', () => {
      list.replaceChildren(...idList(ids).children);
      // From here on it scrolls by itself, which a keyboard must be able to do.
      list.classList.add('all');
      list.tabIndex = 0;
      list.focus();
      all.remove();
    });
    buttons.append(all);
  }
  return [list, buttons];
}

function content(table: Table, type: number): Node[] {
  const cells = knownCells();
  const reason = cellsTrouble() ?? cells?.failed.get(type);
  if (reason !== undefined) return [element('p', { class: 'quiet' }, `not known: ${reason}`)];
  const ids = bodyIdsOf(type);
  if (ids !== null) return listed(ids);
  const expected = Math.min(SHOWN_AT_ONCE, table.total[type] as number);
  return [
    idList(Array<string>(expected).fill(ON_ITS_WAY)),
    element('p', { class: 'body-ids-tools' }, element('span', { class: 'quiet' }, 'on their way')),
  ];
}

/** Nothing where the site has no cells. Cells that nobody needed so far are loaded for it. */
export function cellsPart(table: Table, type: number): Node[] {
  if (table.cellsId === null) return [];
  const heading = element('h3', {}, (table.total[type] as number) === 1 ? 'bodyId' : 'bodyIds');
  const part = element('section', { class: 'cells-part' }, heading, ...content(table, type));
  if (knownCells() === null && cellsTrouble() === null) {
    void loadCells(table).then(() => part.replaceChildren(heading, ...content(table, type)));
  }
  return [part];
}
