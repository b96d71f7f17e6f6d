/** Light or dark: as the system has it until the reader switches, then as switched. */

const KEY = 'neurodex-theme';

type Theme = 'light' | 'dark';

/** Storage can be forbidden, from file:// above all; then a switch holds for the page alone. */
function remembered(): Theme | null {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // See `remembered`.
  }
}

function current(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Before the first paint, so that no wrong theme flashes. */
export function applyTheme(): void {
  const theme = remembered();
  if (theme !== null) document.documentElement.dataset.theme = theme;
}

export function bindThemeSwitch(button: HTMLElement): void {
  button.hidden = false;
  button.addEventListener('click', () => {
    const theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    remember(theme);
  });
}
