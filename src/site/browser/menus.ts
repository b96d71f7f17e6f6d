/** Menus of the toolbar: <details> that close as menus do. */

/** Gives whether one was open. */
export function closeMenus(except: Element | null = null): boolean {
  const open = [...document.querySelectorAll<HTMLDetailsElement>('.menu[open]')].filter((menu) => menu !== except);
  for (const menu of open) {
    if (menu.contains(document.activeElement)) menu.querySelector('summary')?.focus();
    menu.open = false;
  }
  return open.length > 0;
}

export function bindMenus(): void {
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Element) closeMenus(target.closest('.menu summary')?.parentElement);
  });
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof Element) closeMenus(target.closest('.menu'));
  });
}
