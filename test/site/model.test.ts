import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { columnsFromCatalog } from '../../src/site/columns.ts';
import { facetsOf } from '../../src/site/facets.ts';
import { type IndexPage, indexPage, type TypesPage, typesPage } from '../../src/site/model.ts';
import type { About } from '../../src/site/pages.ts';
import { tableFromColumns } from '../../src/site/table.ts';
import { hostileCatalog, quickCatalog } from '../support/catalogs.ts';

function pagesOf(catalog: Catalog, about: About = {}): { index: IndexPage; types: TypesPage } {
  const table = tableFromColumns(columnsFromCatalog(catalog));
  const facets = facetsOf(table);
  const options = { about, generated: '2026-11-21T08:00:00Z', notes: [], templatesDir: '', browserDir: '' };
  return { index: indexPage(catalog, options, table, facets), types: typesPage(catalog, options, table, facets) };
}

describe('indexPage', () => {
  it('opens from every bar and remark the list that it counts', () => {
    const { index } = pagesOf(hostileCatalog());
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
    const { index, types } = pagesOf(quickCatalog());
    expect(index.regions).toMatchObject({ bars: [], note: 'no ROI data (quick mode)' });
    expect(types.facets.map(({ key }) => key)).not.toContain('roi');
    expect(types.columns.map(({ key }) => key)).not.toContain('region');
  });

  it('links to the paper where its address is known, and else only names it', () => {
    const citationUrl = 'https://doi.org/10.7554/eLife.57443';
    const citationOf = (about: About) => pagesOf(hostileCatalog(), about).index.citation;
    expect(citationOf({ citation: 'A et al.', citationUrl })).toEqual({ text: 'A et al.', href: citationUrl });
    expect(citationOf({ citation: 'A et al.' })).toEqual({ text: 'A et al.', href: null });
    expect(citationOf({ citationUrl })).toEqual({ text: citationUrl, href: citationUrl });
    expect(citationOf({})).toBeNull();
  });
});

describe('typesPage', () => {
  it('offers only facets that the dataset has, the frequent values first and "none" last', () => {
    const { types } = pagesOf(hostileCatalog());
    expect(types.facets.map(({ key }) => key)).toEqual([
      'region',
      'roi',
      'nt',
      'side',
      'cells',
      'superclass',
      'class',
      'data',
    ]);
    const transmitters = types.facets.find(({ key }) => key === 'nt')?.values.map(({ label }) => label);
    expect(transmitters?.[0]).toBe('acetylcholine');
    expect(transmitters?.at(-1)).toBe('none known');
  });

  it('tells in the heading of the sides how long a bar is', () => {
    const { types } = pagesOf(hostileCatalog());
    expect(types.columns.find(({ key }) => key === 'sides')?.tip).toMatch(/square root .*: a full bar is 310, /);
  });

  it('lists every name once for readers without a script', () => {
    const { types } = pagesOf(hostileCatalog());
    expect(types.letters.flatMap(({ names }) => names).sort()).toEqual(hostileCatalog().types.map(({ name }) => name));
  });
});
