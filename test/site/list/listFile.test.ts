import { describe, expect, it } from 'vitest';
import { typesCsv } from '../../../src/site/data.ts';
import { entryOf } from '../../../src/site/list/entryOf.ts';
import { FILE_FORMS, type FileEnding } from '../../../src/site/list/listFile.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { type Table, tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, quickCatalog } from '../../support/catalogs.ts';

const table = tableFromColumns(columnsFromCatalog(hostileCatalog()));

function textOf(ending: FileEnding, table: Table, types: number[], address = ''): string {
  return FILE_FORMS[ending].text(
    types.map((type) => entryOf(table, type)),
    table.dataset,
    address,
  );
}

const csvOf = (table: Table, types: number[]): string => textOf('csv', table, types);

describe('what the list gives away', () => {
  it.each([
    ['full', hostileCatalog()],
    ['quick', quickCatalog()],
  ])('gives the lines of data/types.csv without their slugs, of a %s index', (_, catalog) => {
    const all = tableFromColumns(columnsFromCatalog(catalog));
    const types = catalog.types.map(({ name }) => all.names.indexOf(name));
    const withoutSlug = [...typesCsv(catalog)].join('').replaceAll(/,[^,\r"]*\r\n/g, '\r\n');
    expect(csvOf(all, types)).toBe(withoutSlug);
  });

  it.each([
    ['full', hostileCatalog()],
    ['quick', quickCatalog()],
  ])('gives as JSON what data/index.json tells, of a %s index', (_, catalog) => {
    const all = tableFromColumns(columnsFromCatalog(catalog));
    const types = catalog.types.map(({ name }) => all.names.indexOf(name));
    expect(JSON.parse(textOf('json', all, types, '#nt=glutamate'))).toEqual({
      schema: 'neurodex.list/1',
      dataset: all.dataset,
      list: '#nt=glutamate',
      types: catalog.types,
    });
  });

  it('gives as TSV the cells of the CSV, with tabs between them', () => {
    const types = ['LC10', "KCa'b'-m"].map((name) => table.names.indexOf(name));
    const [head, ...lines] = textOf('tsv', table, types).split('\r\n');
    expect(head?.split('\t').slice(0, 2)).toEqual(['type', 'cells']);
    expect(lines[1]).toContain("\ta'L, upper | aL\t");
  });

  it('keeps the order of the list', () => {
    const types = ['LC10', 'LC4'].map((name) => table.names.indexOf(name));
    const lines = csvOf(table, types).split('\r\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['type', 'LC10', 'LC4', '']);
  });

  it('guards cells that a spreadsheet would run, and those that begin with the guard', () => {
    const csv = csvOf(table, [table.names.indexOf('=SUM(A1)')]);
    expect(csv).toContain("\r\n'=SUM(A1),2,");
    expect(csv).toContain(",'-1 | 'quoted,");
  });
});
