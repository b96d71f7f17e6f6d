/** The box beside the search that brings the cells in, and the line that says what cannot be found there. */

import type { Table } from '../table/table.ts';
import type { CellQuery, Query } from './cellQuery.ts';
import { find, setText } from './dom.ts';

/** A wait that nobody notices need not be told. */
const NOTICED_AFTER_MS = 100;

export interface CellsToggle {
  show(query: Query): void;
}

export function bindCellsToggle(table: Table, cellQuery: CellQuery, onToggle: (inCells: boolean) => void): CellsToggle {
  if (table.cellsId === null) return { show: () => undefined };
  const box = find<HTMLInputElement>('#in-cells');
  const label = find('.in-cells');
  const note = find('#cells-note');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hint = find('#nothing-cells');
  box.addEventListener('change', () => onToggle(box.checked));
  find('#nothing-in-cells').addEventListener('click', () => onToggle(true));
  return {
    show(query) {
      box.checked = query.inCells;
      hint.hidden = query.inCells || query.q.trim() === '';
      clearTimeout(timer);
      if (cellQuery.isAwaited(query)) timer = setTimeout(() => label.classList.add('waiting'), NOTICED_AFTER_MS);
      else label.classList.remove('waiting');
      const words = cellQuery.troubleOf(query);
      note.hidden = words === '';
      setText(note, words);
    },
  };
}
