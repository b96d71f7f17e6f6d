import { describe, expect, it } from 'vitest';
import { csvOf } from '../../src/site/browser/csv.ts';
import { columnsFromCatalog } from '../../src/site/columns.ts';
import { typesCsv } from '../../src/site/data.ts';
import { tableFromColumns } from '../../src/site/table.ts';
import { hostileCatalog, quickCatalog } from '../support/catalogs.ts';

const table = tableFromColumns(columnsFromCatalog(hostileCatalog()));

describe('the CSV of the list', () => {
  it.each([
    ['full', hostileCatalog()],
    ['quick', quickCatalog()],
  ])('gives the lines of data/types.csv without their slugs, of a %s index', (_, catalog) => {
    const all = tableFromColumns(columnsFromCatalog(catalog));
    const types = catalog.types.map(({ name }) => all.names.indexOf(name));
    const withoutSlug = [...typesCsv(catalog)].join('').replaceAll(/,[^,\r"]*\r\n/g, '\r\n');
    expect(csvOf(all, types)).toBe(withoutSlug);
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
