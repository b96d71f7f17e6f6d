/** The files that a page gives away: the selected types as CSV, TSV or JSON. */

import type { TypeEntry } from '../../catalog/catalog.ts';
import { csvText } from '../csv.ts';
import type { Table } from '../table/table.ts';
import { TYPE_COLUMNS, typeCells } from './typeCells.ts';

export interface FileForm {
  mediaType: string;
  /** @param address of the list, which says how it was chosen */
  text(types: readonly TypeEntry[], dataset: Table['dataset'], address: string): string;
}

function delimited(delimiter: string): FileForm['text'] {
  return (types) => csvText([TYPE_COLUMNS, ...types.map(typeCells)], delimiter);
}

export const FILE_FORMS = {
  csv: { mediaType: 'text/csv', text: delimited(',') },
  tsv: { mediaType: 'text/tab-separated-values', text: delimited('\t') },
  /** The types as in data/index.json. */
  json: {
    mediaType: 'application/json',
    text: (types, dataset, address) => {
      const lines = types.map((type) => JSON.stringify(type)).join(',\n');
      return `{"schema":"neurodex.list/1","dataset":${JSON.stringify(dataset)},"list":${JSON.stringify(address)},"types":[\n${lines}\n]}\n`;
    },
  },
} as const satisfies Record<string, FileForm>;

export type FileEnding = keyof typeof FILE_FORMS;
