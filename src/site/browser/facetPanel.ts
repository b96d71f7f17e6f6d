/** The facets beside the list: check boxes with the number of types that each would give. */

import type { Facet } from '../facets.ts';
import type { FacetKey, ViewState } from '../hash.ts';
import { NONE } from '../table.ts';
import { thousands } from '../text.ts';
import { find, setText } from './dom.ts';

export interface FacetPanel {
  show(counts: readonly Uint32Array[], chosen: ViewState['chosen']): void;
}

interface ValueNode {
  item: HTMLElement;
  box: HTMLInputElement;
  count: Element;
}

/** The template renders the values of a facet in the facet's own order: a value is its position, as HTML would change its line ends. */
function valueNodes(panel: HTMLElement, { key }: Facet): ValueNode[] {
  return Array.from(panel.querySelectorAll<HTMLElement>(`details[data-facet="${key}"] li`), (item) => ({
    item,
    box: find<HTMLInputElement>('input', item),
    count: find('.count', item),
  }));
}

export function createFacetPanel(
  panel: HTMLElement,
  facets: readonly Facet[],
  onToggle: (key: FacetKey, value: string) => void,
): FacetPanel {
  const nodes = facets.map((facet) => valueNodes(panel, facet));
  panel.addEventListener('change', ({ target }) => {
    facets.forEach((facet, f) => {
      const value = facet.values[nodes[f]?.findIndex(({ box }) => box === target) ?? NONE];
      if (value !== undefined) onToggle(facet.key, value.value);
    });
  });
  panel.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('.show-all') : null;
    if (button === null) return;
    const all = button.closest('.facet')?.classList.toggle('all') ?? false;
    button.setAttribute('aria-expanded', String(all));
    const count = button.closest('.facet')?.querySelectorAll('li').length ?? 0;
    setText(button, all ? 'fewer' : `all ${thousands(count)}`);
  });

  return {
    show(counts, chosen) {
      facets.forEach((facet, f) => {
        nodes[f]?.forEach(({ item, box, count }, id) => {
          const number = counts[f]?.[id] ?? 0;
          setText(count, thousands(number));
          item.classList.toggle('zero', number === 0);
          box.checked = chosen[facet.key]?.includes(facet.values[id]?.value ?? '') ?? false;
          item.classList.toggle('on', box.checked);
        });
      });
    },
  };
}
