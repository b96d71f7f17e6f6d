/** Finding and building elements. Data reach the page as text and attributes only, never as markup. */

import { cutAtHits } from '../list/search.ts';

/** The element that the template promises. */
export function find<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const element = within.querySelector<E>(selector);
  if (element === null) throw new Error(`expected the template to hold ${selector}`);
  return element;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Writes only what differs: most cells stay as they are from key to key. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** As setText. */
export function setAttribute(target: Element, name: string, value: string): void {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/**
 * A name from the data inside an element that isolates its direction, the hits of a query marked.
 * @param label words that stand before it, where there is room for them; nothing is marked in them
 */
export function setMarked(target: Element, name: string, query: string, label = ''): void {
  const parts = cutAtHits(name, query);
  if (parts.length === 1 && label === '') {
    setText(target, name);
    return;
  }
  const before = label === '' ? [] : [element('span', { class: 'hit-label' }, label)];
  target.replaceChildren(...before, ...parts.map((part, i) => (i % 2 === 0 ? part : element('mark', {}, part))));
}

/** As setText, for the short name of an ROI or region; the full one is the empty text where it is not known. */
export function setShortName(target: Element, name: string, fullName: string): void {
  const abbr = target.firstElementChild;
  if (fullName === '') {
    if (abbr === null) setText(target, name);
    else target.textContent = name;
  } else if (abbr === null) {
    target.replaceChildren(element('abbr', { title: fullName }, name));
  } else {
    setText(abbr, name);
    setAttribute(abbr, 'title', fullName);
  }
}
