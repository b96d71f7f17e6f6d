/** The cells of the site, which assets/cells.js brings: loaded once for the page, when somebody first needs them. */

import {
  bodyIdOf,
  CELLS_GLOBAL,
  CELLS_PATH,
  type CellColumns,
  type Cells,
  cellsFromColumns,
} from '../table/cellsFile.ts';
import type { Table } from '../table/table.ts';

/** The page has one file of cells, whoever asks for it. */
let known: Cells | null = null;
let trouble: string | null = null;
let loading: Promise<void> | null = null;

/** Null until they are loaded. */
export function knownCells(): Cells | null {
  return known;
}

/** Why they could not be loaded; null as long as they may be. */
export function cellsTrouble(): string | null {
  return trouble;
}

/** Resolves, always, when knownCells() or cellsTrouble() tells. Only where the table has a `cellsId`. */
export function loadCells(table: Table): Promise<void> {
  loading ??= new Promise<void>((done) => {
    const script = document.createElement('script');
    script.src = CELLS_PATH;
    script.onload = () => {
      take(table);
      done();
    };
    script.onerror = () => {
      trouble = `${CELLS_PATH} could not be loaded: cells are not searched. Copy the whole folder, or reload the page.`;
      done();
    };
    document.head.append(script);
  });
  return loading;
}

function take(table: Table): void {
  const brought = globalThis as unknown as Record<string, (CellColumns & { id: string }) | undefined>;
  const columns = brought[CELLS_GLOBAL];
  if (columns?.id === table.cellsId) known = cellsFromColumns(columns as CellColumns, table.names);
  else trouble = `${CELLS_PATH} is of another build than this page: cells are not searched. Reload the page.`;
  // A megabyte of text that nobody reads again.
  brought[CELLS_GLOBAL] = undefined;
}

/** Of a type's cells, as numbers go; null where they are not known, or not yet. */
export function bodyIdsOf(type: number): readonly string[] | null {
  if (known === null || known.failed.has(type)) return null;
  const [start, end] = [known.starts[type] as number, known.starts[type + 1] as number];
  return Array.from({ length: end - start }, (_, i) => bodyIdOf(known as Cells, start + i));
}
