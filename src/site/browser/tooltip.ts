/** One tooltip for the page: what an element's data-tip says, on hover and on focus. */

import { setText } from './dom.ts';

const GAP = 6;

/** The browser would show the titles in what has our tooltip in a second one: they are put aside as long as it is shown. */
function putTitlesAside(target: Element): () => void {
  const titled = [...target.querySelectorAll('[title]')].map((part) => ({
    part,
    title: part.getAttribute('title') ?? '',
  }));
  for (const { part } of titled) part.removeAttribute('title');
  return () => {
    // One that was written meanwhile is of another row.
    for (const { part, title } of titled) if (!part.hasAttribute('title')) part.setAttribute('title', title);
  };
}

/** Whether the element shows less of its text than there is. */
function isCut(target: Element): boolean {
  return [target, ...target.children].some(
    ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth && clientWidth > 0,
  );
}

/** It stays while the pointer is over it, and Escape puts it away, so that it can be read and need not be in the way. */
export function bindTooltip(tip: HTMLElement): { hide(): boolean } {
  let owner: Element | null = null;
  let described: Element | null = null;
  let putTitlesBack = (): void => undefined;

  function hide(): boolean {
    const shown = owner !== null;
    described?.removeAttribute('aria-describedby');
    described = null;
    owner = null;
    putTitlesBack();
    putTitlesBack = () => undefined;
    tip.hidden = true;
    return shown;
  }

  /** `focused` is in the target, or null where the pointer alone asks. */
  function show(target: HTMLElement, focused: Element | null): void {
    hide();
    const text = target.dataset.tip ?? '';
    // What stands there whole need not be said again over the line above.
    if (text === '' || (text === target.textContent && !isCut(target))) return;
    owner = target;
    putTitlesBack = putTitlesAside(target);
    setText(tip, text);
    // To be heard as well, where it says more than what has the focus does by itself.
    if (focused !== null && text !== (focused.getAttribute('aria-label') ?? focused.textContent)) {
      described = focused;
      focused.setAttribute('aria-describedby', tip.id);
    }
    tip.hidden = false;
    const [at, own] = [target.getBoundingClientRect(), tip.getBoundingClientRect()];
    const above = at.top - own.height - GAP;
    tip.style.top = `${above > GAP ? above : at.bottom + GAP}px`;
    tip.style.left = `${Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - own.width - GAP))}px`;
  }

  const ownerOf = (target: EventTarget | null): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;

  document.addEventListener('pointerover', ({ target }) => {
    const next = ownerOf(target);
    if (next !== null && next !== owner) show(next, null);
    else if (next === null && target instanceof Node && !tip.contains(target)) hide();
  });
  document.addEventListener('focusin', ({ target }) => {
    const next = ownerOf(target);
    if (next !== null && target instanceof Element && target.matches(':focus-visible')) show(next, target);
    else hide();
  });
  addEventListener('scroll', hide, { passive: true });
  return { hide };
}
