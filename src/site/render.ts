/** Views -> the files of the pages: HTML by the templates, the style sheet and scripts as they are, the data as a script. */

import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Catalog } from '../catalog/catalog.ts';
import { ConfigError } from '../errors.ts';
import { CELLS_GLOBAL, CELLS_PATH, type CellColumns, cellColumns } from './cellsFile.ts';
import { type Columns, columnsFromCatalog, scriptFromColumns } from './columns.ts';
import { facetsOf } from './facets.ts';
import { indexPage } from './indexPage.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { tableFromColumns } from './table.ts';
import { typesPage } from './typesPage.ts';

/** The parts of the style sheet: later ones refine earlier ones. */
const STYLE_PARTS = ['base', 'index', 'types', 'list', 'details', 'cells', 'narrow', 'print'];

/** As the damage is to files that come with neurodex. */
const REMEDY = 'mend it, or install neurodex again (in a checkout: npm run build)';

/** Eta's message shows the source around each line on the way to the fault; one line of a log holds the innermost place and the reason. */
function templateFault(error: Error): string {
  const place = [...error.message.matchAll(/^(.+\.eta):(\d+)$/gm)].at(-1);
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  const [first, second] = cause.message.split(/\n+/);
  const reason = (first === 'Bad template syntax' ? second : first)?.replace(/:$/, '');
  return `${place === undefined ? '' : `${place[1]}, line ${place[2]}: `}${reason}`;
}

function readPart(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(`expected a part of the pages at ${path}, but it cannot be read (${message}): ${REMEDY}`, {
      cause,
    });
  }
}

/** A page that was opened before the site was built anew must not take the cells of other types for its own. */
function idOf(cells: CellColumns): string {
  return hash('sha256', JSON.stringify(cells)).slice(0, 16);
}

export function renderPages(catalog: Catalog, options: PageOptions): PlannedFile[] {
  const eta = new Eta({ views: options.templatesDir, autoEscape: true, cache: true, debug: true });
  const page = (template: string, view: object): string => {
    try {
      return eta.render(template, view);
    } catch (cause) {
      const path = join(options.templatesDir, `${template}.eta`);
      throw new ConfigError(`the template ${path} cannot be rendered (${templateFault(cause as Error)}): ${REMEDY}`, {
        cause,
      });
    }
  };
  const named = columnsFromCatalog(catalog, options.fullNames);
  const cells = catalog.cells === undefined ? null : cellColumns(named.names, catalog.cells);
  const columns: Columns = { ...named, cellsId: cells && idOf(cells) };
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
    ...(cells === null
      ? []
      : [{ path: CELLS_PATH, content: scriptFromColumns({ id: columns.cellsId, ...cells }, CELLS_GLOBAL) }]),
  ];
}
