/** Which of a database's :Meta nodes is the dataset's, and what it tells of the others. */
import { ConfigError, DecodeError } from '../../errors.ts';

export interface MetaRow {
  /** Of the dataset's neurons. */
  label: string;
  properties: Record<string, unknown>;
}

/** @param row as metaQuery(properties) gives it */
export function metaRow([labels, ...values]: unknown[], properties: readonly string[]): MetaRow {
  return { label: neuronLabel(labels), properties: Object.fromEntries(properties.map((name, i) => [name, values[i]])) };
}

/** neuPrint labels a dataset's nodes `<dataset>_Meta`, `<dataset>_Neuron`; older loaders joined them by a dash. */
export function neuronLabel(ofMeta: unknown): string {
  const own = (ofMeta as string[]).find((label) => label !== 'Meta' && label.endsWith('Meta'));
  return own === undefined ? 'Neuron' : own.replace(/Meta$/, 'Neuron');
}

/** @throws DecodeError without :Meta; ConfigError where several datasets are there and none, or none of them, is named */
export function chosen(rows: readonly MetaRow[], dataset: string | undefined): MetaRow {
  const nameOf = ({ properties: { dataset: name, tag } }: MetaRow): string => (tag ? `${name}:${tag}` : String(name));
  const [first, ...others] = rows;
  if (first === undefined)
    throw new DecodeError(
      'Expected a :Meta node, found none: this is no neuPrint database, not the right --database, or its --dataset is spelled otherwise (case matters).',
    );
  const matching =
    dataset === undefined ? rows : rows.filter((row) => row.properties.dataset === dataset || nameOf(row) === dataset);
  const [match, ...ambiguous] = matching;
  if (match !== undefined && ambiguous.length === 0) return match;
  // A single dataset of another name is for the build to judge, as with any source.
  if (others.length === 0) return first;
  const names = rows.map(nameOf).sort().join(', ');
  throw new ConfigError(
    `--dataset: expected one of the datasets ${names}; got ${dataset === undefined ? 'none' : JSON.stringify(dataset)}.`,
  );
}

/** Annotations change lastDatabaseEdit and not the uuid; a dataset that lacks either is never taken for unchanged. */
export function editOf({ uuid, lastDatabaseEdit }: Record<string, unknown>): string | null {
  return uuid && lastDatabaseEdit ? JSON.stringify([uuid, lastDatabaseEdit]) : null;
}
