/** index.html: the field that finds a type by any of its names. */

import { linkToTypes } from '../hash.ts';
import { byRank, lazySearchIndex, ranksOf } from '../search.ts';
import { counted } from '../text.ts';
import { createCellQuery, type Query } from './cellQuery.ts';
import { readTable } from './data.ts';
import { element, find, setMarked, setText } from './dom.ts';
import { applyTheme, bindThemeSwitch } from './theme.ts';

const HITS_SHOWN = 12;

function start(): void {
  const table = readTable();
  const searchIndex = lazySearchIndex(table);
  const all = Uint32Array.from(table.names, (_, type) => type);
  const input = find<HTMLInputElement>('#q');
  const list = find('#hits');
  const cellQuery = createCellQuery(table, search);
  const query = (): Query => ({ q: input.value, inCells: false });
  let hits: Uint32Array = new Uint32Array();
  let active = -1;

  function option(type: number, position: number): HTMLElement {
    const name = element('bdi', { class: 'hit-name' });
    setMarked(name, table.names[type] as string, input.value);
    const { otherName, otherLabel } = cellQuery.met(type, query());
    const alias = element('bdi', { class: 'hit-alias' });
    if (otherName !== null) setMarked(alias, otherName, input.value, otherLabel);
    return element(
      'li',
      {
        class: 'hit',
        role: 'option',
        id: `hit-${position}`,
        'aria-selected': 'false',
        'data-position': String(position),
      },
      name,
      alias,
      element('span', { class: 'hit-cells' }, counted(table.total[type] as number, 'cell')),
    );
  }

  function setActive(position: number): void {
    list.children[active]?.setAttribute('aria-selected', 'false');
    active = position;
    const node = list.children[active];
    node?.setAttribute('aria-selected', 'true');
    node?.scrollIntoView({ block: 'nearest' });
    if (node === undefined) input.removeAttribute('aria-activedescendant');
    else input.setAttribute('aria-activedescendant', node.id);
  }

  function setOpen(open: boolean): void {
    list.hidden = !open;
    input.setAttribute('aria-expanded', String(open));
  }

  function search(): void {
    const ranks = ranksOf(cellQuery.over(searchIndex, query()), input.value);
    const found = ranks === null ? new Uint32Array() : byRank(all, ranks);
    hits = found.slice(0, HITS_SHOWN);
    list.replaceChildren(...Array.from(hits, option));
    setActive(-1);
    // Cells that were awaited may come when the reader has gone elsewhere.
    setOpen(hits.length > 0 && document.activeElement === input);
    const trouble = found.length === 0 ? cellQuery.troubleOf(query()) : '';
    const isNothing = ranks !== null && found.length === 0 && !cellQuery.isAwaited(query());
    const words =
      found.length > hits.length
        ? `${counted(found.length, 'type')}, the best ${hits.length} listed`
        : counted(found.length, 'type');
    const isTold = isNothing || found.length > 0;
    setText(find('#found'), trouble || (isTold ? words : ''));
    find('#found').classList.toggle('visually-hidden', trouble === '');
    input.toggleAttribute('aria-invalid', isNothing);
  }

  /** The type alone where one is meant; the whole search where nothing is found under it. */
  function go(position: number): void {
    const type = hits[position];
    const name = type === undefined ? input.value.trim() : (table.names[type] as string);
    if (name !== '') location.href = linkToTypes(type === undefined ? { q: name } : { q: name, open: name });
  }

  input.addEventListener('input', search);
  input.addEventListener('focus', () => setOpen(hits.length > 0));
  input.addEventListener('blur', () => setOpen(false));
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, -1));
    else if (event.key === 'Enter') go(Math.max(active, 0));
    else if (event.key === 'Escape') {
      input.value = '';
      search();
    } else return;
    event.preventDefault();
  });
  // The blur that a press would cause comes before its click, and closes the list under it.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', ({ target }) => {
    const hit = target instanceof Element ? target.closest<HTMLElement>('[role=option]') : null;
    if (hit !== null) go(Number(hit.dataset.position));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || document.activeElement === input) return;
    event.preventDefault();
    input.select();
  });
  find('#find').hidden = false;
  setTimeout(searchIndex);
}

document.documentElement.classList.add('js');
applyTheme();
document.addEventListener('DOMContentLoaded', () => {
  bindThemeSwitch(find('#theme'));
  start();
});
