/** The facets beside the list: check boxes with the number of types that each would give. */

import { thousands } from '../../text.ts';
import type { Facet, Facets } from '../list/facets.ts';
import type { FacetKey, ViewState } from '../list/hash.ts';
import { type Range, rangeOf } from '../list/ranges.ts';
import { find, setText } from './dom.ts';

export interface FacetPanel {
  /** The facets that are unfolded: no reader sees the counts of the others. */
  unfolded(): FacetKey[];
  /** Does beforehand what the first change of a facet would have to do. */
  prepare(key: FacetKey): void;
  /** Whether every facet shows the counts with which it was rendered, those of the whole list. */
  isUntouched(): boolean;
  show(counts: ReadonlyMap<FacetKey, Uint32Array>, chosen: ViewState['chosen']): void;
}

export interface FacetPanelParts {
  panel: HTMLElement;
  facets: Facets;
  onToggle(key: FacetKey, value: string): void;
  /** A range that is none of the facet's values, at each key and when it is done with; null takes it away. */
  onRange(key: FacetKey, range: Range | null, how: 'typed' | 'chosen'): void;
  /** Facets are unfolded whose counts have not been shown. */
  onUnfold(): void;
}

interface ValueNode {
  item: HTMLElement;
  box: HTMLInputElement;
  count: Element;
  /** Hidden until all are asked for. */
  isLater: boolean;
}

interface FacetNode {
  element: HTMLElement;
  /** In the facet's own order, as the template renders them: a value is its position, since HTML would change its line ends. */
  values: ValueNode[];
  /** The ends of a range, where the facet has them. */
  ends: HTMLInputElement[];
}

function facetNode(element: HTMLElement): FacetNode {
  const values = Array.from(element.querySelectorAll('li'), (item) => ({
    item,
    box: find<HTMLInputElement>('input', item),
    count: find('.count', item),
    isLater: item.classList.contains('later'),
  }));
  return { element, values, ends: [...element.querySelectorAll<HTMLInputElement>('.range input')] };
}

/** The range that is chosen beside the values of the facet, as the hash has it. */
export function ownRange({ values }: Facet, chosen: readonly string[]): string | undefined {
  return chosen.find((text) => rangeOf(text) !== null && values.every(({ value }) => value !== text));
}

/** The nearest number that the hash can spell, see rangeOf. */
function whole(number: number): number {
  return Math.min(Math.max(0, Math.round(number)), 10 ** 15 - 1);
}

/** Nothing in a field: no end on that side. `from` may be above `to`: an end that is being typed. */
function rangeIn([first, last]: readonly HTMLInputElement[]): Range | null {
  const [from, to] = [first, last].map((input) => (input?.value ? whole(Number(input.value)) : null));
  if (from == null && to == null) return null;
  return { from: from ?? 0, to: to ?? Number.POSITIVE_INFINITY };
}

/** Ends in the wrong order are meant the other way. */
function inOrder({ from, to }: Range): Range {
  return from <= to ? { from, to } : { from: to, to: from };
}

function showEnds(ends: readonly HTMLInputElement[], range: Range | null): void {
  const texts = range === null ? ['', ''] : [String(range.from), Number.isFinite(range.to) ? String(range.to) : ''];
  ends.forEach((input, i) => {
    if (input.value !== texts[i]) input.value = texts[i] as string;
  });
}

export function createFacetPanel({ panel, facets, onToggle, onRange, onUnfold }: FacetPanelParts): FacetPanel {
  const elements = [...panel.querySelectorAll<HTMLDetailsElement>('.facet')];
  const keyOf = (element: HTMLElement): FacetKey => element.dataset.facet as FacetKey;
  const nodes = new Map<FacetKey, FacetNode>();
  const nodeOf = (element: HTMLElement): FacetNode => {
    const node = nodes.get(keyOf(element)) ?? facetNode(element);
    nodes.set(keyOf(element), node);
    return node;
  };
  /** Facets whose counts are those of the list as it is: all of them, as rendered. */
  const current = new Set<FacetKey>(elements.map(keyOf));
  let isUntouched = true;
  /** The facet whose range is being typed: its fields are left alone. */
  let typedIn: HTMLElement | null = null;

  panel.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement)) return;
    const element = target.closest<HTMLElement>('.facet') as HTMLElement;
    const { ends } = nodeOf(element);
    if (ends.includes(target)) {
      const range = rangeIn(ends);
      return onRange(keyOf(element), range && inOrder(range), 'chosen');
    }
    const { values } = nodeOf(element);
    const value = facets.of(keyOf(element)).values[values.findIndex(({ box }) => box === target)];
    if (value !== undefined) onToggle(keyOf(element), value.value);
  });
  panel.addEventListener('input', ({ target }) => {
    const element = target instanceof HTMLInputElement ? target.closest<HTMLElement>('.facet') : null;
    if (element === null || !nodeOf(element).ends.includes(target as HTMLInputElement)) return;
    const range = rangeIn(nodeOf(element).ends);
    if (range !== null && range.from > range.to) return;
    typedIn = element;
    onRange(keyOf(element), range, 'typed');
    typedIn = null;
  });
  panel.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('.show-all') : null;
    if (button === null) return;
    const element = button.closest<HTMLElement>('.facet') as HTMLElement;
    const all = element.classList.toggle('all');
    button.setAttribute('aria-expanded', String(all));
    setText(button, all ? 'fewer' : `all ${thousands(nodeOf(element).values.length)}`);
    if (!all || isUntouched) return;
    current.delete(keyOf(element));
    onUnfold();
  });
  // It does not bubble.
  panel.addEventListener(
    'toggle',
    () => {
      if (elements.some((element) => element.open && !current.has(keyOf(element)))) onUnfold();
    },
    true,
  );

  function showFacet(element: HTMLElement, counts: Uint32Array, chosen: readonly string[]): void {
    const facet = facets.of(keyOf(element));
    const { values, ends } = nodeOf(element);
    const isCut = !element.classList.contains('all');
    values.forEach(({ item, box, count, isLater }, id) => {
      // What nobody sees is written when "all" shows it: a facet may have a hundred values.
      if (isCut && isLater && !box.checked && !chosen.includes(facet.values[id]?.value ?? '')) return;
      const number = counts[id] ?? 0;
      const isOn = chosen.includes(facet.values[id]?.value ?? '');
      setText(count, thousands(number));
      setClass(item, 'zero', number === 0);
      setClass(item, 'on', isOn);
      if (box.checked !== isOn) box.checked = isOn;
    });
    if (ends.length > 0 && typedIn !== element) showEnds(ends, rangeOf(ownRange(facet, chosen) ?? ''));
  }

  return {
    unfolded: () => elements.filter(({ open }) => open).map(keyOf),
    prepare(key) {
      facets.of(key);
      for (const element of elements) if (keyOf(element) === key) nodeOf(element);
    },
    isUntouched: () => isUntouched,
    show(counts, chosen) {
      if (counts.size === 0) return;
      isUntouched = false;
      current.clear();
      for (const element of elements) {
        const key = keyOf(element);
        const counted = counts.get(key);
        if (counted === undefined) continue;
        showFacet(element, counted, chosen[key] ?? []);
        current.add(key);
      }
    },
  };
}

/** Tells the browser of it only where it changes: a class that is written anew is matched against every rule anew. */
function setClass(element: Element, name: string, isOn: boolean): void {
  if (element.classList.contains(name) !== isOn) element.classList.toggle(name, isOn);
}
