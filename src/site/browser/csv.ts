/** The selected types as CSV: the columns of data/types.csv, but for its slug, which needs a hash that browsers lack. */

import { ANNOTATIONS } from '../../catalog/catalog.ts';
import { type CsvValue, csvText, LIST_SEPARATOR } from '../csv.ts';
import type { Table } from '../table.ts';
import { annotationOf, sharesOf } from '../table.ts';

const COLUMNS: [name: string, read: (table: Table, type: number) => CsvValue][] = [
  ['type', (table, type) => table.names[type]],
  ['cells', (table, type) => table.total[type]],
  ['cells_left', (table, type) => table.left[type]],
  ['cells_right', (table, type) => table.right[type]],
  ['cells_middle', (table, type) => table.middle[type]],
  ['cells_side_unknown', (table, type) => table.unknown[type]],
  ['pre', (table, type) => table.pre[type]],
  ['post', (table, type) => table.post[type]],
  ['primary_pre', (table, type) => (isKnown(table, type) ? table.primaryPre[type] : undefined)],
  ['primary_post', (table, type) => (isKnown(table, type) ? table.primaryPost[type] : undefined)],
  ['region', (table, type) => table.regions.names[table.region[type] as number]],
  ['rois', (table, type) => joined(sharesOf(table.rois, type).map(({ name }) => name))],
  ['neurotransmitter', (table, type) => table.transmitters[table.transmitter[type] as number]?.name],
  ['neurotransmitter_source', (table, type) => table.transmitters[table.transmitter[type] as number]?.source],
  ...ANNOTATIONS.map((annotation): (typeof COLUMNS)[number] => [
    annotation,
    (table, type) => joined(annotationOf(table, annotation, type)),
  ]),
  ['failed', (table, type) => failureOf(table, type)],
];

function isKnown(table: Table, type: number): boolean {
  return table.roiData[type]?.state === 'known';
}

function failureOf(table: Table, type: number): CsvValue {
  const data = table.roiData[type];
  return data?.state === 'failed' ? data.reason : undefined;
}

function joined(values: readonly string[]): string {
  return values.join(LIST_SEPARATOR);
}

export function csvOf(table: Table, types: Iterable<number>): string {
  const rows = [...types].map((type) => COLUMNS.map(([, read]) => read(table, type)));
  return csvText([COLUMNS.map(([name]) => name), ...rows]);
}
