/** diff.html: whole without a script but for the switch between light and dark. */

import { find } from './dom.ts';
import { applyTheme, bindThemeSwitch } from './theme.ts';

applyTheme();
document.addEventListener('DOMContentLoaded', () => bindThemeSwitch(find('#theme')));
