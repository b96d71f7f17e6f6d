/** Catalog -> every file of the site, in memory, before anything is written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { WriteError } from '../errors.ts';
import { INDEX_PATH, indexJson, neuronsJson, typesCsv } from './data.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { renderPages } from './render.ts';

/** @throws WriteError if two files would have one path, case aside */
export function planSite(catalog: Catalog, options: PageOptions): PlannedFile[] {
  const files = [
    { path: INDEX_PATH, content: indexJson(catalog, options.generated) },
    { path: 'data/neurons.json', content: neuronsJson(catalog, options.generated) },
    { path: 'data/types.csv', content: typesCsv(catalog) },
    ...renderPages(catalog, options),
  ];
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path.toLowerCase())) throw new WriteError(`Two files of the site would be ${path}.`);
    paths.add(path.toLowerCase());
  }
  return files;
}

/**
 * When these data were first built: the time that the site in `folder` gives if its data are the same, else `now`.
 * So a build of unchanged data writes the same bytes.
 */
export function generatedAt(catalog: Catalog, folder: string, now: string): string {
  const file = join(folder, INDEX_PATH);
  if (!existsSync(file)) return now;
  const previous = readFileSync(file, 'utf8');
  const generated = /^\{"schema":"[^"]*",.*?"generated":"([^"]*)"/.exec(previous)?.[1];
  return generated !== undefined && indexJson(catalog, generated) === previous ? generated : now;
}
