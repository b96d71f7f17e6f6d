import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { columnsFromCatalog } from '../../src/site/columns.ts';
import { facetsOf } from '../../src/site/facets.ts';
import { type IndexPage, indexPage } from '../../src/site/indexPage.ts';
import type { About } from '../../src/site/pages.ts';
import { tableFromColumns } from '../../src/site/table.ts';
import { hostileCatalog, pageOptions, quickCatalog } from '../support/catalogs.ts';

function pageOf(catalog: Catalog, about: About = {}): IndexPage {
  const table = tableFromColumns(columnsFromCatalog(catalog));
  return indexPage(catalog, { ...pageOptions, about }, table, facetsOf(table));
}

describe('indexPage', () => {
  it('opens from every bar and remark the list that it counts', () => {
    const index = pageOf(hostileCatalog());
    expect(index.regions.bars[0]).toMatchObject({ label: 'LH', count: '4', length: 100, href: 'types.html#region=LH' });
    expect(index.transmitters.bars.at(-1)).toMatchObject({ label: 'none known', href: 'types.html#nt=' });
    expect(index.remarks).toContainEqual({
      words: '7 types in one hemisphere only',
      href: 'types.html#side=left&side=right',
    });
    expect(index.remarks).toContainEqual({ words: '0 types without ROI data', href: null });
    expect(index.remarks).toContainEqual({ words: '1 type whose ROI data failed', href: 'types.html#data=failed' });
  });

  it('says that quick mode has no ROI data instead of drawing an empty plot', () => {
    const index = pageOf(quickCatalog());
    expect(index.regions).toMatchObject({ bars: [], note: 'no ROI data (quick mode)' });
  });

  it('links to the paper where its address is known, and else only names it', () => {
    const citationUrl = 'https://doi.org/10.7554/eLife.57443';
    const citationOf = (about: About) => pageOf(hostileCatalog(), about).citation;
    expect(citationOf({ citation: 'A et al.', citationUrl })).toEqual({ text: 'A et al.', href: citationUrl });
    expect(citationOf({ citation: 'A et al.' })).toEqual({ text: 'A et al.', href: null });
    expect(citationOf({ citationUrl })).toEqual({ text: citationUrl, href: citationUrl });
    expect(citationOf({})).toBeNull();
  });
});
