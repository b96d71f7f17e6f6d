/** What stays at the top of the window while the list scrolls below it. */

import { find } from './dom.ts';

/** The lower edge of all that stays. Where the window is narrow most of it scrolls away. */
export function coveredUpTo(): number {
  const parts = ['.bar-top', '.stick', '.head-group'].map((selector) => find(selector));
  return parts
    .filter((part) => getComputedStyle(part).position === 'sticky')
    .reduce((height, part) => height + part.getBoundingClientRect().height, 0);
}

/** The heading of the list stays below the line above it, however many rows of filters that has. */
export function bindStickyParts(): void {
  const toolbar = find('.stick');
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--toolbar', `${toolbar.offsetHeight}px`);
  }).observe(toolbar);
}
