/** What every page says of the dataset. */

import type { Catalog } from '../catalog/catalog.ts';
import type { About } from './pages.ts';
import { counted, day } from './text.ts';

export interface DatasetView {
  title: string;
  tag: string;
  edited: string;
  uuid: string;
  generated: string;
  types: string;
  cells: string;
  quick: boolean;
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
  };
}
