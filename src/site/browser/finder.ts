/**
 * The field that finds a type by any of its names: an editable combobox with a list box, as the ARIA Authoring
 * Practices have it. The focus stays in the field; the line that the arrows chose is its active descendant.
 */

import { counted, thousands } from '../../text.ts';
import { isBodyIdQuery } from '../list/cellSearch.ts';
import { linkToTypes } from '../list/hash.ts';
import { byRank, lazySearchIndex, ranksOf } from '../list/search.ts';
import type { Table } from '../table/table.ts';
import { createCellQuery, type Query } from './cellQuery.ts';
import { element, find, setAttribute, setMarked, setText } from './dom.ts';

const HITS_SHOWN = 12;

/** A reader of the screen that is told at every key never gets to the end of a sentence. */
const SAID_AFTER_MS = 400;

export function bindFinder(table: Table): void {
  const searchIndex = lazySearchIndex(table);
  const all = Uint32Array.from(table.names, (_, type) => type);
  const input = find<HTMLInputElement>('#q');
  const list = find('#hits');
  const noHit = find('#no-hit');
  const trouble = find('#cells-trouble');
  const cellQuery = createCellQuery(table, search);
  const query = (): Query => ({ q: input.value, inCells: false });
  /** Where each line of the list leads. */
  let hrefs: string[] = [];
  let active = -1;
  let saying: ReturnType<typeof setTimeout> | undefined;

  function line(position: number, className: string, ...parts: (Node | string)[]): HTMLElement {
    const attributes = { class: className, role: 'option', id: `hit-${position}`, 'aria-selected': 'false' };
    return element('li', attributes, ...parts);
  }

  function hitLine(type: number, position: number): HTMLElement {
    const name = element('bdi', { class: 'hit-name' });
    setMarked(name, table.names[type] as string, input.value);
    const alias = element('bdi', { class: 'hit-alias' });
    const { otherName, otherLabel } = cellQuery.met(type, query());
    if (otherName !== null) setMarked(alias, otherName, input.value, otherLabel);
    const cells = element('span', { class: 'hit-cells' }, counted(table.total[type] as number, 'cell'));
    if (position === 0) cells.append(element('kbd', { class: 'hit-enter', 'aria-hidden': 'true' }, 'Enter'));
    return line(position, 'hit', name, alias, cells);
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
    const shown = open && hrefs.length > 0;
    list.hidden = !shown;
    input.setAttribute('aria-expanded', String(shown));
    if (!shown) setActive(-1);
  }

  function say(words: string): void {
    clearTimeout(saying);
    saying = setTimeout(() => setText(find('#found'), words), SAID_AFTER_MS);
  }

  function search(): void {
    const text = input.value.trim();
    const ranks = ranksOf(cellQuery.over(searchIndex, query()), text);
    const found = ranks === null ? new Uint32Array() : byRank(all, ranks);
    const shown = Array.from(found.subarray(0, HITS_SHOWN));
    const best = table.names[shown[0] as number];
    // A bodyId stays in the list's search, which says of which type it is.
    const q = (type: number): string => (isBodyIdQuery(text) ? text : (table.names[type] as string));
    hrefs = shown.map((type) => linkToTypes({ q: q(type), open: table.names[type] as string }));
    setActive(-1);
    list.replaceChildren(...shown.map(hitLine));
    if (found.length > 1) {
      hrefs.push(linkToTypes({ q: text }));
      const words = `${found.length > 2 ? 'all' : 'both'} ${thousands(found.length)} types that match`;
      list.append(line(shown.length, 'hit hit-all', words));
    }
    list.scrollTop = 0;
    // Cells that were awaited may come when the reader has gone elsewhere.
    setOpen(document.activeElement === input);
    const isNothing = ranks !== null && found.length === 0 && !cellQuery.isAwaited(query());
    setText(trouble, isNothing ? cellQuery.troubleOf(query()) : '');
    trouble.hidden = trouble.textContent === '';
    noHit.hidden = !isNothing || !trouble.hidden;
    if (!noHit.hidden) {
      setText(find('bdi', noHit), text);
      noHit.querySelector('#no-hit-cells')?.setAttribute('href', linkToTypes({ q: text, inCells: true }));
    }
    setAttribute(input, 'aria-invalid', String(isNothing));
    if (isNothing) say((trouble.hidden ? noHit : trouble).textContent ?? '');
    else if (best === undefined) say('');
    else say(`${counted(found.length, 'type')} found. Enter opens ${best}.`);
  }

  function go(position: number): void {
    const href = hrefs[position];
    if (href !== undefined) location.href = href;
  }

  /** Up and down go round through the field itself, where no line is chosen. */
  function step(by: 1 | -1): void {
    if (list.hidden) setOpen(true);
    const stops = hrefs.length + 1;
    setActive(((active + 1 + by + stops) % stops) - 1);
  }

  /** Whether the key is done with; all others edit the text. */
  function pressed({ key, altKey }: KeyboardEvent): boolean {
    if (key === 'ArrowDown' && altKey) setOpen(true);
    else if (key === 'ArrowUp' && altKey) setOpen(false);
    else if (key === 'ArrowDown') step(1);
    else if (key === 'ArrowUp') step(-1);
    else if (key === 'Enter') go(Math.max(active, 0));
    else if (key !== 'Escape') {
      // The caret moves in the text: the choice is given up, as when the text changes.
      if (key === 'Home' || key === 'End' || key === 'ArrowLeft' || key === 'ArrowRight') setActive(-1);
      return false;
    } else if (!list.hidden) setOpen(false);
    else {
      input.value = '';
      search();
    }
    return true;
  }

  input.addEventListener('input', search);
  input.addEventListener('focus', () => setOpen(true));
  input.addEventListener('click', () => setOpen(true));
  input.addEventListener('blur', () => setOpen(false));
  input.addEventListener('keydown', (event) => {
    if (!event.isComposing && !event.ctrlKey && !event.metaKey && pressed(event)) event.preventDefault();
  });
  // The blur that a press would cause comes before its click, and closes the list under it.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  list.addEventListener('click', ({ target }) => {
    const hit = target instanceof Element ? target.closest('[role=option]') : null;
    if (hit !== null) go([...list.children].indexOf(hit));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.activeElement === input) return;
    event.preventDefault();
    input.select();
  });
  find('#find').hidden = table.length === 0;
  setTimeout(searchIndex);
}
