/** Catalog -> every file of the site, in memory, before anything is written. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { INDEX_PATH, indexJsonParts, neuronsJson, typesCsv } from './data.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { renderPages } from './render.ts';

/** @param generatedFrom the time of the build, given the text of data/index.json before and after it */
export function planSite(
  catalog: Catalog,
  options: Omit<PageOptions, 'generated'>,
  generatedFrom: (before: string, after: string) => string,
): PlannedFile[] {
  const [before, after] = indexJsonParts(catalog);
  const generated = generatedFrom(before, after);
  return [
    { path: INDEX_PATH, content: before + generated + after },
    { path: 'data/neurons.json', content: neuronsJson(catalog, generated) },
    { path: 'data/types.csv', content: typesCsv(catalog) },
    ...renderPages(catalog, { ...options, generated }),
  ];
}

/**
 * When these data were first built: the time that the site in `folder` gives if its data are the same, else `now`.
 * So a build of unchanged data writes the same bytes.
 */
export function generatedBefore(folder: string, now: string): (before: string, after: string) => string {
  return (before, after) => {
    const file = join(folder, INDEX_PATH);
    if (!existsSync(file)) return now;
    const previous = readFileSync(file, 'utf8');
    const isSame = previous.startsWith(before) && previous.endsWith(after);
    const generated = isSame ? previous.slice(before.length, previous.length - after.length) : '';
    return /^[0-9TZ:-]{20}$/.test(generated) ? generated : now;
  };
}
