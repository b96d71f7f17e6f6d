/** The list on paper: all of it, under the name of the dataset. */

import { rowView } from '../list/row.ts';
import type { Table } from '../table/table.ts';
import { element, find } from './dom.ts';

function printTable(table: Table, types: Uint32Array, title: string): HTMLElement {
  const row = (tag: 'td' | 'th', cells: readonly string[]): Node =>
    element('tr', {}, ...cells.map((text) => element(tag, {}, element('bdi', {}, text))));
  const rows = Array.from(types, (type) => {
    const view = rowView(table, type, 1);
    const sides = view.sides === null ? '' : `${view.sides.left} | ${view.sides.right}`;
    return row('td', [
      view.name,
      view.cells,
      [sides, view.sideNote].filter((part) => part !== '').join(', '),
      view.region ?? view.regionNote,
      view.rois.map(({ name }) => name).join(', ') || view.roiNote,
      view.transmitter?.name ?? 'none known',
      view.class?.value ?? '',
    ]);
  });
  const head = row('th', ['Type', 'Cells', 'Left | right', 'Region', 'ROIs', 'Transmitter', 'Class']);
  return element(
    'table',
    { class: 'printed' },
    element('caption', {}, title),
    element('thead', {}, head),
    element('tbody', {}, ...rows),
  );
}

/** Of what the list is, and by which search and filters: paper has no address that would say it. */
function title(): string {
  const texts = (selector: string): string[] =>
    Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent.trim());
  const query = find<HTMLInputElement>('#q').value.trim();
  const chosen = [...(query === '' ? [] : [`“${query}”`]), ...texts('.chip bdi')].join(', ');
  const list = [texts('#summary').join(), ...(chosen === '' ? [] : [chosen])].join(': ');
  return `${texts('.dataset, .facts span').join(', ')}: ${list}`;
}

/** Paper gets the whole list, not the part in the window. */
export function bindPrinting(table: Table, shown: () => Uint32Array): void {
  let printed: HTMLElement | null = null;
  addEventListener('beforeprint', () => {
    printed = printTable(table, shown(), title());
    document.body.append(printed);
  });
  addEventListener('afterprint', () => {
    printed?.remove();
    printed = null;
  });
}
