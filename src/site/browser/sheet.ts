/** The facets as a sheet over the page, where the window is narrow. */

import { find } from './dom.ts';

export interface Sheet {
  close(): boolean;
}

export function bindSheet(panel: HTMLElement): Sheet {
  const opener = find('#sheet-open');
  const behind = document.querySelectorAll<HTMLElement>('.skip, .bar-top, main, .foot');

  function close(): boolean {
    if (!panel.classList.contains('sheet')) return false;
    panel.classList.remove('sheet');
    for (const part of behind) part.inert = false;
    opener.focus();
    return true;
  }

  opener.addEventListener('click', () => {
    panel.classList.add('sheet');
    // What lies behind an open sheet must not take the keyboard.
    for (const part of behind) part.inert = true;
    find('#sheet-close').focus();
  });
  find('#sheet-close').addEventListener('click', close);
  addEventListener('resize', () => {
    if (getComputedStyle(opener).display === 'none') close();
  });
  return { close };
}
