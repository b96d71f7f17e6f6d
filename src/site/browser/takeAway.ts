/** Ways to take the list along: a file, the names, a link. */

import { entryOf } from '../list/entryOf.ts';
import { FILE_FORMS, type FileEnding, type FileForm } from '../list/listFile.ts';
import type { Table } from '../table/table.ts';
import { element } from './dom.ts';

export function download(table: Table, types: Uint32Array, ending: FileEnding): void {
  const { name, tag } = table.dataset;
  const { mediaType, text }: FileForm = FILE_FORMS[ending];
  const entries = Array.from(types, (type) => entryOf(table, type));
  const content = text(entries, table.dataset, location.hash);
  const url = URL.createObjectURL(new Blob([content], { type: `${mediaType};charset=utf-8` }));
  const stem = [name, tag ?? '', 'types'].filter((part) => part !== '').join('-');
  element('a', { href: url, download: `${stem.replace(/[^\w.-]+/g, '_')}.${ending}` }).click();
  // The download reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Without a secure context there is no clipboard; a selected text can still be copied. */
function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const area = element('textarea', { class: 'visually-hidden', 'aria-hidden': 'true' }, text);
  // It takes the focus for a moment. Beside what has it, lest a menu take that for being left.
  if (focused === null || focused === document.body) document.body.append(area);
  else focused.after(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

/** Whether it could be done. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}
