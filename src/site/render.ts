/** Views -> the files of the pages: HTML by the templates, the style sheet and scripts as they are, the data as a script. */

import { hash } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import { indexPage } from './front/page.ts';
import { facetsOf } from './list/facets.ts';
import { typesPage } from './list/page.ts';
import { openTemplates, readPart } from './look/templates.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { CELLS_GLOBAL, CELLS_PATH, type CellColumns, cellColumns } from './table/cellsFile.ts';
import { type Columns, columnsFromCatalog, scriptFromColumns } from './table/columns.ts';
import { tableFromColumns } from './table/table.ts';

/** The parts of the style sheet: later ones refine earlier ones. */
const STYLE_PARTS = [
  'base',
  'look',
  'index',
  'plots',
  'heat',
  'types',
  'toolbar',
  'list',
  'row',
  'details',
  'cells',
  'narrow',
  'cards',
  'print',
];

/** A page that was opened before the site was built anew must not take the cells of other types for its own. */
function idOf(cells: CellColumns): string {
  return hash('sha256', JSON.stringify(cells)).slice(0, 16);
}

export function renderPages(catalog: Catalog, options: PageOptions): PlannedFile[] {
  const { render, style, furtherStyle } = openTemplates(options, STYLE_PARTS);
  const { logo, accentRules } = options.look ?? {};
  const named = columnsFromCatalog(catalog, options.fullNames, options);
  const cells = catalog.cells === undefined ? null : cellColumns(named.names, catalog.cells);
  const columns: Columns = { ...named, cellsId: cells && idOf(cells) };
  // The pages are rendered from the columns, not the catalogue: they show at once what their script shows later.
  const table = tableFromColumns(columns);
  const facets = facetsOf(table);
  return [
    { path: 'index.html', content: render('index', indexPage(catalog, options, table, facets)) },
    { path: 'types.html', content: render('types', typesPage(catalog, options, table, facets)) },
    {
      path: 'assets/style.css',
      content: [...style, ...(accentRules ? [accentRules] : []), ...furtherStyle].join('\n'),
    },
    ...(logo ? [{ path: logo.path, content: logo.bytes }] : []),
    { path: 'assets/index.js', content: readPart(options.browserDir, 'index.js') },
    { path: 'assets/types.js', content: readPart(options.browserDir, 'types.js') },
    { path: 'assets/data.js', content: scriptFromColumns(columns) },
    ...(cells === null
      ? []
      : [{ path: CELLS_PATH, content: scriptFromColumns({ id: columns.cellsId, ...cells }, CELLS_GLOBAL) }]),
  ];
}
