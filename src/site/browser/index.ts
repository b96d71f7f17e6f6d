/** index.html: the field that finds a type by any of its names, and what the plots say on hover and focus. */

import { readTable } from './data.ts';
import { find } from './dom.ts';
import { bindFinder } from './finder.ts';
import { applyTheme, bindThemeSwitch } from './theme.ts';
import { bindTooltip } from './tooltip.ts';

document.documentElement.classList.add('js');
applyTheme();
document.addEventListener('DOMContentLoaded', () => {
  bindThemeSwitch(find('#theme'));
  const tooltip = bindTooltip(find('#tip'));
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') tooltip.hide();
  });
  bindFinder(readTable());
});
