/** The data that assets/data.js has left in the page. */

import type { Columns } from '../table/columns.ts';
import { DATA_GLOBAL } from '../table/columns.ts';
import type { Table } from '../table/table.ts';
import { tableFromColumns } from '../table/table.ts';

export function readTable(): Table {
  const columns = (globalThis as unknown as Record<string, Columns | undefined>)[DATA_GLOBAL];
  if (columns === undefined) throw new Error('expected assets/data.js beside this page: copy the whole folder');
  return tableFromColumns(columns);
}
