/** Views -> the files of the pages: HTML by the templates, the style sheet and scripts as they are, the data as a script. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Catalog } from '../catalog/catalog.ts';
import { ConfigError } from '../errors.ts';
import { columnsFromCatalog, scriptFromColumns } from './columns.ts';
import { facetsOf } from './facets.ts';
import { indexPage, typesPage } from './model.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { tableFromColumns } from './table.ts';

/** The parts of the style sheet: later ones refine earlier ones. */
const STYLE_PARTS = ['base', 'index', 'types', 'list', 'details', 'narrow', 'print'];

function readPart(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`expected a part of the pages at ${path}, but it cannot be read: build neurodex again`, {
      cause,
    });
  }
}

export function renderPages(catalog: Catalog, options: PageOptions): PlannedFile[] {
  const eta = new Eta({ views: options.templatesDir, autoEscape: true, cache: true });
  const page = (template: string, view: object): string => {
    try {
      return eta.render(template, view);
    } catch (cause) {
      throw new ConfigError(`the template ${template}.eta in ${options.templatesDir} cannot be rendered: mend it`, {
        cause,
      });
    }
  };
  const columns = columnsFromCatalog(catalog);
  // The pages are rendered from the columns, not the catalogue: they show at once what their script shows later.
  const table = tableFromColumns(columns);
  const facets = facetsOf(table);
  return [
    { path: 'index.html', content: page('index', indexPage(catalog, options, table, facets)) },
    { path: 'types.html', content: page('types', typesPage(catalog, options, table, facets)) },
    {
      path: 'assets/style.css',
      content: STYLE_PARTS.map((part) => readPart(options.templatesDir, `style/${part}.css`)).join('\n'),
    },
    { path: 'assets/index.js', content: readPart(options.browserDir, 'index.js') },
    { path: 'assets/types.js', content: readPart(options.browserDir, 'types.js') },
    { path: 'assets/data.js', content: scriptFromColumns(columns) },
  ];
}
