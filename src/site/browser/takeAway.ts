/** Ways to take the list along: a CSV file, a link, paper. */

import { roiNote, rowView } from '../row.ts';
import type { Table } from '../table.ts';
import { csvOf } from './csv.ts';
import { element, find } from './dom.ts';

export function downloadCsv(table: Table, types: Uint32Array): void {
  const { name, tag } = table.dataset;
  const url = URL.createObjectURL(new Blob([csvOf(table, types)], { type: 'text/csv;charset=utf-8' }));
  const stem = [name, tag ?? '', 'types'].filter((part) => part !== '').join('-');
  const anchor = element('a', { href: url, download: `${stem.replace(/[^\w.-]+/g, '_')}.csv` });
  anchor.click();
  // The download reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Without a secure context there is no clipboard; a selected text can still be copied. */
function copySelected(text: string): boolean {
  const area = element('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' }, text);
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

export const copyLink = (): Promise<boolean> => copyText(location.href);

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
      view.rois.map(({ name }) => name).join(', ') || roiNote(table, type),
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

/** Paper gets the whole list, not the part in the window. */
export function bindPrinting(table: Table, shown: () => Uint32Array): void {
  let printed: HTMLElement | null = null;
  addEventListener('beforeprint', () => {
    const text = (selector: string): string => find(selector).textContent?.trim() ?? '';
    printed = printTable(table, shown(), `${text('.dataset')}, ${text('.facts')}: ${text('#summary')}`);
    document.body.append(printed);
  });
  addEventListener('afterprint', () => {
    printed?.remove();
    printed = null;
  });
}
