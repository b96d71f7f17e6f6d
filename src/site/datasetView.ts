/** What every page says of the dataset. */

import type { Catalog } from '../catalog/catalog.ts';
import { selectedBy } from '../catalog/selection.ts';
import { counted, day, thousands } from '../text.ts';
import type { About } from './pages.ts';

export interface DatasetView {
  title: string;
  tag: string;
  edited: string;
  uuid: string;
  generated: string;
  types: string;
  cells: string;
  quick: boolean;
  /** That not all types are there; empty where they are. */
  selection: string;
}

function selectionText({ selection, totals }: Catalog): string {
  if (selection === undefined) return '';
  return `A selection: ${thousands(totals.types)} of ${counted(selection.of, 'type')} of the dataset, by ${selectedBy(selection)}.`;
}

export function datasetView(catalog: Catalog, about: About, generated: string): DatasetView {
  const { dataset, totals } = catalog;
  return {
    title: about.title ?? dataset.name,
    tag: dataset.tag ?? '',
    edited: dataset.lastDatabaseEdit === null ? '' : day(dataset.lastDatabaseEdit),
    uuid: dataset.uuid ?? '',
    generated: day(generated),
    types: counted(totals.types, 'type'),
    cells: counted(totals.cells, 'cell'),
    quick: catalog.mode === 'quick',
    selection: selectionText(catalog),
  };
}
