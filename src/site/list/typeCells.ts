/** A type as a line of a table: the columns of data/types.csv and of what the page gives away. */

import { ANNOTATIONS, type TypeEntry } from '../../catalog/catalog.ts';
import { type CsvValue, LIST_SEPARATOR } from '../csv.ts';

const COLUMNS: readonly (readonly [name: string, read: (type: TypeEntry) => CsvValue])[] = [
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
    (annotation) =>
      [annotation, (type: TypeEntry): CsvValue => type.annotations[annotation]?.join(LIST_SEPARATOR)] as const,
  ),
  ['failed', (type) => type.failed],
];

export const TYPE_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

export function typeCells(type: TypeEntry): CsvValue[] {
  return COLUMNS.map(([, read]) => read(type));
}
