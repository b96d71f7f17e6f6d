/** The line above the list: how much is shown, by which filters, in which order. */

import { counted, thousands } from '../../text.ts';
import type { Facet, Facets } from '../list/facets.ts';
import { NO_VALUE } from '../list/facets.ts';
import { FACET_KEYS, type FacetKey, type SortKey, type ViewState } from '../list/hash.ts';
import { rangeLabel, rangeOf } from '../list/ranges.ts';
import type { Selection } from '../list/select.ts';
import type { Table } from '../table/table.ts';
import { element, find, setAttribute, setText } from './dom.ts';

export interface Toolbar {
  show(selection: Selection, state: ViewState): void;
}

/** What a range counts, one of them. */
const UNITS: Partial<Record<FacetKey, string>> = { cells: 'cell', synapses: 'synapse' };

function labelOf({ key, label, values, numbers }: Facet, value: string): string {
  const known = values.find((candidate) => candidate.value === value)?.label;
  const range = numbers === undefined ? null : rangeOf(value);
  if (range !== null)
    return `${known ?? rangeLabel(range)} ${UNITS[key]}${range.from === 1 && range.to === 1 ? '' : 's'}`;
  return value === NO_VALUE ? `${label.toLowerCase()}: ${known ?? 'none'}` : (known ?? value);
}

function chip(facet: Facet, value: string): HTMLElement {
  const label = labelOf(facet, value);
  return element(
    'li',
    {},
    element(
      'button',
      {
        type: 'button',
        class: 'chip',
        'data-facet': facet.key,
        'data-value': value,
        'aria-label': `${label}: take this filter away`,
        'data-tip': `${facet.label}: ${label}`,
      },
      element('bdi', {}, label),
      element('span', { 'aria-hidden': 'true' }, '×'),
    ),
  );
}

/** The order after a click on a column: its own direction first, then the other, then none. */
export function sortAfterClick(sort: readonly SortKey[], column: SortKey['column'], second: boolean): SortKey[] {
  const numeric = column === 'cells' || column === 'sides' || column === 'rois';
  const old = sort.find((key) => key.column === column);
  const others = second ? sort.filter((key) => key.column !== column).slice(0, 1) : [];
  if (old === undefined) return [...others, { column, falling: numeric }];
  return old.falling === numeric ? [...others, { column, falling: !numeric }] : others;
}

function showSort(sort: readonly SortKey[]): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-sort]')) {
    const position = sort.findIndex(({ column }) => column === button.dataset.sort);
    const key = sort[position];
    const direction = key === undefined ? 'none' : key.falling ? 'descending' : 'ascending';
    button.parentElement?.setAttribute('aria-sort', direction);
    button.dataset.rank = sort.length > 1 && key !== undefined ? String(position + 1) : '';
  }
  const [first] = sort;
  const select = find<HTMLSelectElement>('#sort');
  select.value = first === undefined ? '' : `${first.falling ? '-' : ''}${first.column}`;
}

export function createToolbar(table: Table, facets: Facets, onToggle: (key: FacetKey, value: string) => void): Toolbar {
  const chips = find('#chips');
  const cells = table.total.reduce((sum, count) => sum + count, 0);
  const whole = `${counted(table.length, 'type')} · ${counted(cells, 'cell')}`;
  chips.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('.chip') : null;
    if (button === null) return;
    const position = [...chips.querySelectorAll('.chip')].indexOf(button);
    onToggle(button.dataset.facet as FacetKey, button.dataset.value ?? '');
    // The chip is gone: the keyboard goes on at the one that took its place.
    const left = chips.querySelectorAll<HTMLElement>('.chip');
    (left[position] ?? left[left.length - 1] ?? find('#summary')).focus();
  });
  return {
    show({ types, cells: cellsShown }, { q, chosen, sort, view }) {
      const on = FACET_KEYS.flatMap((key) => (chosen[key] ?? []).map((value) => chip(facets.of(key), value)));
      const filtered = on.length > 0 || q.trim() !== '';
      const part = `${thousands(types.length)} of ${counted(table.length, 'type')} · ${counted(cellsShown, 'cell')}`;
      setText(find('#summary'), filtered ? part : whole);
      chips.replaceChildren(...on);
      find('#clear').hidden = !filtered;
      const badge = find('#sheet-open .badge');
      badge.hidden = on.length === 0;
      setText(badge, String(on.length));
      setText(find('#sheet-close'), `show ${counted(types.length, 'type')}`);
      find('#nothing').hidden = types.length > 0 || table.length === 0;
      find('#grid').hidden = types.length === 0;
      setText(
        find('#nothing-query'),
        q.trim() === '' ? 'all of this' : `“${q.trim()}”${on.length > 0 ? ' and all of this' : ''}`,
      );
      showSort(sort);
      for (const button of document.querySelectorAll<HTMLElement>('button[data-view]')) {
        setAttribute(button, 'aria-pressed', String(button.dataset.view === view));
      }
    },
  };
}
