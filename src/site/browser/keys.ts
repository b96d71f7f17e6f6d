/** The keyboard: what a key does, by where the focus is. */

import { find } from './dom.ts';
import type { List } from './list.ts';

export interface KeyActions {
  list: List;
  openOrClose(position: number): void;
  /** One step of Escape: whatever lies on top. */
  stepBack(): void;
}

/** Types that Page Up and Page Down pass. */
const PAGE = 15;

function step(key: string, current: number, perLine: number): number | null {
  const page = Math.ceil(PAGE / perLine) * perLine;
  switch (key) {
    case 'ArrowDown':
      return current + perLine;
    case 'ArrowUp':
      return current - perLine;
    case 'PageDown':
      return current + page;
    case 'PageUp':
      return current - page;
    case 'Home':
      return 0;
    case 'End':
      return Number.MAX_SAFE_INTEGER;
    default:
      return null;
  }
}

/** Left and right go along the buttons of a row and the link to its page. */
function alongRow(key: string, focused: Element): boolean {
  const row = focused.closest('.row');
  if (row === null || (key !== 'ArrowRight' && key !== 'ArrowLeft')) return false;
  const stops = [...row.querySelectorAll<HTMLElement>('button, a')].filter(({ offsetParent }) => offsetParent !== null);
  stops[stops.indexOf(focused as HTMLElement) + (key === 'ArrowRight' ? 1 : -1)]?.focus();
  return true;
}

export function bindKeys({ list, openOrClose, stepBack }: KeyActions): void {
  const search = find<HTMLInputElement>('#q');
  const keys = find<HTMLDialogElement>('#keys');
  const openKeys = (): void => {
    if (!keys.open) keys.showModal();
  };
  find('#keys-button').hidden = false;
  find('#keys-button').addEventListener('click', openKeys);
  find('#keys-close').addEventListener('click', () => keys.close());
  find('.skip').addEventListener('click', (event) => {
    // The address holds the state of the page: "#rows" in its place would take every filter away.
    event.preventDefault();
    find('#rows').focus();
    list.focus(list.current());
  });

  function inSearch(event: KeyboardEvent): boolean {
    if (event.key === 'ArrowDown') list.focus(0);
    else if (event.key === 'Enter') openOrClose(0);
    else return false;
    return true;
  }

  function inList(event: KeyboardEvent, focused: Element): boolean {
    if (alongRow(event.key, focused)) return true;
    const position = step(event.key, list.current(), list.perLine());
    if (position === null) return false;
    if (position < 0) search.focus();
    else list.focus(position);
    return true;
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
    const focused = document.activeElement ?? document.body;
    const typing = focused.matches('input[type="search"], select');
    let done = true;
    if (event.key === 'Escape') stepBack();
    else if (focused === search) done = inSearch(event);
    else if (event.key === '/' && !typing) search.select();
    else if (event.key === '?' && !typing) openKeys();
    else if (focused.closest('#rows') !== null && focused.closest('.details') === null) done = inList(event, focused);
    else done = false;
    if (done) event.preventDefault();
  });
}
