/** A type of the table as data/index.json tells it: what a page gives away is what the site gives away. */

import { ANNOTATIONS, type Share, type TypeEntry } from '../../catalog/catalog.ts';
import { shareOf } from '../../catalog/shareOf.ts';
import { annotationOf, type ShareLists, sharesOf, type Table } from '../table/table.ts';

export function entryOf(table: Table, type: number): TypeEntry {
  const number = (column: Float64Array): number => column[type] as number;
  const transmitter = table.transmitters[table.transmitter[type] as number];
  const data = table.roiData[type];
  const isKnown = data?.state === 'known';
  const primary = { pre: number(table.primaryPre), post: number(table.primaryPost) };
  const shares = (lists: ShareLists): Share[] =>
    sharesOf(lists, type).map(({ name, ...counts }) => shareOf(name, counts, primary));
  return {
    name: table.names[type] as string,
    cells: {
      total: number(table.total),
      left: number(table.left),
      right: number(table.right),
      middle: number(table.middle),
      unknown: number(table.unknown),
    },
    synapses: { pre: number(table.pre), post: number(table.post) },
    annotations: Object.fromEntries(
      ANNOTATIONS.flatMap((annotation) => {
        const values = annotationOf(table, annotation, type);
        return values.length > 0 ? [[annotation, values]] : [];
      }),
    ),
    neurotransmitter: transmitter === undefined ? null : { ...transmitter },
    primary: isKnown ? primary : null,
    rois: isKnown ? shares(table.rois) : null,
    regions: isKnown ? shares(table.regions) : null,
    region: table.regions.names[table.region[type] as number] ?? null,
    ...(data?.state === 'failed' ? { failed: data.reason } : {}),
  };
}
