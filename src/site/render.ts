/** Views -> the files of the pages: HTML by the templates, the style sheet and scripts as they are, the data as a script. */

import type { Catalog } from '../catalog/catalog.ts';
import { columnsFromCatalog, scriptFromColumns } from './columns.ts';
import { facetsOf } from './facets.ts';
import { indexPage } from './indexPage.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { tableFromColumns } from './table.ts';
import { openTemplates, readPart } from './templates.ts';
import { typesPage } from './typesPage.ts';

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
  'details',
  'narrow',
  'cards',
  'print',
];

export function renderPages(catalog: Catalog, options: PageOptions): PlannedFile[] {
  const { render, style, furtherStyle } = openTemplates(options, STYLE_PARTS);
  const { logo, accentRules } = options.look ?? {};
  const columns = columnsFromCatalog(catalog, options.fullNames, options);
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
  ];
}
