/** The Catalog as the files that other programs read: data/index.json, data/neurons.json, data/types.csv. */
import { ANNOTATIONS, type Catalog, type TypeEntry } from '../catalog/catalog.ts';
import { pieces } from '../files.ts';
import { type CsvValue, csvText, LIST_SEPARATOR } from './csv.ts';
import { slugOf } from './slug.ts';

export const INDEX_PATH = 'data/index.json';

/** What it says of its own form; indexFile.ts reads it. */
export const INDEX_SCHEMA = 'neurodex.index/1';

/**
 * data/index.json in two parts, with the time of the build to be put between them; one type a line, so that two
 * builds can be compared by diff.
 */
export function indexJsonParts({ dataset, mode, totals, types }: Catalog): [before: string, after: Iterable<string>] {
  const before = JSON.stringify({ schema: INDEX_SCHEMA, dataset, mode, generated: '' }).slice(0, -2);
  const after = pieces(function* () {
    yield `",${JSON.stringify({ totals }).slice(1, -1)},"types":[\n`;
    yield* joined(types, ',\n', (type) => type);
    yield '\n]}\n';
  });
  return [before, after];
}

/** data/neurons.json in the published form 2.0, which outside services read. A type has urls only where it has pages. */
export function neuronsJson({ types }: Catalog, generated: string): Iterable<string> {
  const metadata = { generated: generated.slice(0, 19).replace('T', ' '), total_types: types.length, version: '2.0' };
  return pieces(function* () {
    yield '{"names":[';
    yield* joined(types, ',', ({ name }) => name);
    yield '],"neurons":[';
    yield* joined(types, ',', ({ name, annotations: { flywireType, synonyms } }) => ({
      name,
      urls: {},
      ...(flywireType || synonyms ? { types: { flywire: flywireType, synonyms } } : {}),
    }));
    yield `],"metadata":${JSON.stringify(metadata)}}\n`;
  });
}

/** What is told of each type, as JSON. */
function* joined(types: readonly TypeEntry[], separator: string, told: (type: TypeEntry) => unknown): Iterable<string> {
  for (const [i, type] of types.entries()) yield (i === 0 ? '' : separator) + JSON.stringify(told(type));
}

/** data/types.csv: one line a type. */
export function typesCsv({ types }: Catalog): Iterable<string> {
  return pieces(function* () {
    yield csvText([CSV_COLUMNS.map(([name]) => name)]);
    for (const type of types) yield csvText([CSV_COLUMNS.map(([, read]) => read(type))]);
  });
}

type CsvColumn = readonly [name: string, read: (type: TypeEntry) => CsvValue];

const CSV_COLUMNS: readonly CsvColumn[] = [
  ['type', (type) => type.name],
  ['cells', (type) => type.cells.total],
  ['cells_left', (type) => type.cells.left],
  ['cells_right', (type) => type.cells.right],
  ['cells_middle', (type) => type.cells.middle],
  ['cells_side_unknown', (type) => type.cells.unknown],
  ['pre', (type) => type.synapses.pre],
  ['post', (type) => type.synapses.post],
  ['primary_pre', (type) => type.primary?.pre],
  ['primary_post', (type) => type.primary?.post],
  ['region', (type) => type.region],
  ['rois', (type) => type.rois?.map((roi) => roi.name).join(LIST_SEPARATOR)],
  ['neurotransmitter', (type) => type.neurotransmitter?.name],
  ['neurotransmitter_source', (type) => type.neurotransmitter?.source],
  ...ANNOTATIONS.map(
    (annotation): CsvColumn => [annotation, (type) => type.annotations[annotation]?.join(LIST_SEPARATOR)],
  ),
  ['failed', (type) => type.failed],
  ['slug', (type) => slugOf(type.name)],
];
