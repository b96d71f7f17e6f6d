import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { facetsOf } from '../../../src/site/list/facets.ts';
import { type TypesPage, typesPage } from '../../../src/site/list/page.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, pageOptions, quickCatalog } from '../../support/catalogs.ts';

function pageOf(catalog: Catalog): TypesPage {
  const table = tableFromColumns(columnsFromCatalog(catalog));
  return typesPage(catalog, pageOptions, table, facetsOf(table));
}

describe('typesPage', () => {
  it('offers only facets that the dataset has, the frequent values first and "none" last', () => {
    const types = pageOf(hostileCatalog());
    expect(types.facets.map(({ key }) => key)).toEqual([
      'region',
      'roi',
      'nt',
      'side',
      'cells',
      'synapses',
      'superclass',
      'class',
      'data',
    ]);
    const transmitters = types.facets.find(({ key }) => key === 'nt')?.values.map(({ label }) => label);
    expect(transmitters?.[0]).toBe('acetylcholine');
    expect(transmitters?.at(-1)).toBe('none known');
  });

  it('has neither facet nor column of ROIs and regions in quick mode', () => {
    const types = pageOf(quickCatalog());
    expect(types.facets.map(({ key }) => key)).not.toContain('roi');
    expect(types.columns.map(({ key }) => key)).not.toContain('region');
  });

  it('tells in the heading of the sides how long a bar is', () => {
    const types = pageOf(hostileCatalog());
    expect(types.columns.find(({ key }) => key === 'sides')?.tip).toMatch(/square root .*: a full bar is 310, /);
  });

  it('lists every name once for readers without a script', () => {
    const types = pageOf(hostileCatalog());
    expect(types.letters.flatMap(({ names }) => names).sort()).toEqual(hostileCatalog().types.map(({ name }) => name));
  });
});
