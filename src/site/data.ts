/** The Catalog as the files that other programs read: data/index.json, data/neurons.json, data/types.csv. */
import type { Catalog, TypeEntry } from '../catalog/catalog.ts';
import { pieces } from '../files.ts';
import { csvText } from './csv.ts';
import { PAGE_SIDES, type PageFiles, type TypePages } from './links/pageNames.ts';
import { TYPE_COLUMNS, typeCells } from './list/typeCells.ts';
import { slugOf } from './slug.ts';

export const INDEX_PATH = 'data/index.json';

/** What it says of its own form; indexFile.ts reads it. */
export const INDEX_SCHEMA = 'neurodex.index/1';

/**
 * data/index.json in two parts, with the time of the build to be put between them; one type a line, so that two
 * builds can be compared by diff.
 */
export function indexJsonParts({
  dataset,
  mode,
  selection,
  totals,
  types,
}: Catalog): [before: string, after: Iterable<string>] {
  const before = JSON.stringify({ schema: INDEX_SCHEMA, dataset, mode, selection, generated: '' }).slice(0, -2);
  const after = pieces(function* () {
    yield `",${JSON.stringify({ totals }).slice(1, -1)},"types":[\n`;
    yield* joined(types, ',\n', (type) => type);
    yield '\n]}\n';
  });
  return [before, after];
}

/**
 * data/neurons.json in the published form 2.0, which outside services read. A type has urls only where it has pages:
 * file names, before which a service puts the address of their folder (it expects "types/" beside "data/"). FlyWire
 * types are told apart by commas, synonyms by semicolons, as there.
 */
export function neuronsJson({ types }: Catalog, generated: string, pages: TypePages | null): Iterable<string> {
  const metadata = { generated: generated.slice(0, 19).replace('T', ' '), total_types: types.length, version: '2.0' };
  return pieces(function* () {
    yield '{"names":[';
    yield* joined(types, ',', ({ name }) => name);
    yield '],"neurons":[';
    yield* joined(types, ',', ({ name, annotations }) => {
      const flywire = itemsOf(annotations.flywireType, ',');
      const synonyms = itemsOf(annotations.synonyms, ';');
      const other = { ...(flywire && { flywire }), ...(synonyms && { synonyms }) };
      const urls = publishedUrls(pages?.files.get(name) ?? {});
      return { name, urls, ...(flywire || synonyms ? { types: other } : {}) };
    });
    yield `],"metadata":${JSON.stringify(metadata)}}\n`;
  });
}

/** Each once; undefined for none. */
function itemsOf(values: readonly string[] | undefined, separator: string): string[] | undefined {
  const items = (values ?? []).flatMap((value) => value.split(separator)).map((item) => item.trim());
  const distinct = [...new Set(items)].filter((item) => item !== '');
  return distinct.length > 0 ? distinct : undefined;
}

/** What would end a path, or begin another one, where services put an address together. */
const ENDS_A_PATH = /[%#?:\\]/g;

/** Names as they are published, unencoded, as long as that still leads to the file. */
function publishedUrls(files: PageFiles): PageFiles {
  const urls: PageFiles = {};
  for (const side of PAGE_SIDES) {
    const file = files[side];
    if (file !== undefined) urls[side] = file.replace(ENDS_A_PATH, encodeURIComponent);
  }
  return urls;
}

/** What is told of each type, as JSON. */
function* joined(types: readonly TypeEntry[], separator: string, told: (type: TypeEntry) => unknown): Iterable<string> {
  for (const [i, type] of types.entries()) yield (i === 0 ? '' : separator) + JSON.stringify(told(type));
}

/** data/types.csv: one line a type. */
export function typesCsv({ types }: Catalog): Iterable<string> {
  return pieces(function* () {
    yield csvText([[...TYPE_COLUMNS, SLUG]]);
    for (const type of types) yield csvText([[...typeCells(type), slugOf(type.name)]]);
  });
}

/** Made of a hash, which browsers lack: the one column that the page's own CSV has not. */
const SLUG = 'slug';
