import { Eta } from 'eta';
import { describe, expect, it } from 'vitest';
import type { Catalog, TypeEntry } from '../../../src/catalog/catalog.ts';
import { type IndexPage, indexPage } from '../../../src/site/front/page.ts';
import { facetsOf } from '../../../src/site/list/facets.ts';
import type { About } from '../../../src/site/pages.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, longCatalog, pageOptions, quickCatalog } from '../../support/catalogs.ts';

function pageOf(catalog: Catalog, about: About = {}, fullNames: Record<string, string> = {}): IndexPage {
  const table = tableFromColumns(columnsFromCatalog(catalog, fullNames));
  return indexPage(catalog, { ...pageOptions, about }, table, facetsOf(table));
}

const htmlOf = (page: IndexPage): string => new Eta({ views: 'templates', autoEscape: true }).render('index', page);

/** As many types, each changed as asked. */
function changed(length: number, change: (type: TypeEntry, position: number) => Partial<TypeEntry>): Catalog {
  const catalog = longCatalog(length);
  return { ...catalog, types: catalog.types.map((type, i) => ({ ...type, ...change(type, i) })) };
}

const sides = (left: number, right: number): TypeEntry['cells'] => {
  return { total: left + right, left, right, middle: 0, unknown: 0 };
};

describe('indexPage', () => {
  it('opens from every bar the list that it counts, and says how many cells that is', () => {
    const index = pageOf(hostileCatalog());
    expect(index.regions.bars[0]).toMatchObject({
      label: 'LH',
      types: { number: '4', unit: 'types', length: 100 },
      cells: { number: '19', unit: 'cells' },
      href: 'types.html#region=LH',
    });
    expect(index.transmitters.bars.at(-1)).toMatchObject({ label: 'none known', href: 'types.html#nt=' });
    expect(index.cells.bars.map(({ cells }) => Number(cells.number.replace(',', '')))).toEqual(
      expect.arrayContaining([0, 540]),
    );
  });

  it('opens no list from a bar without types', () => {
    const empty = pageOf(hostileCatalog()).cells.bars.filter(({ types }) => types.number === '0');
    expect(empty.length).toBeGreaterThan(0);
    expect(empty.map(({ href, cells }) => [href, cells.length])).toEqual(empty.map(() => [null, 0]));
  });

  it('says what regions are called in full', () => {
    const { regions, heat, transmitters } = pageOf(hostileCatalog(), {}, { LH: 'lateral horn', gaba: 'no region' });
    expect(regions.bars[0]?.fullName).toBe('lateral horn');
    expect(heat.rows[0]?.fullName).toBe('lateral horn');
    expect(transmitters.bars.map(({ fullName }) => fullName).join('')).toBe('');
  });

  it('links to the paper where its address is known, and else only names it', () => {
    const citationUrl = 'https://doi.org/10.7554/eLife.57443';
    const citationOf = (about: About) => pageOf(hostileCatalog(), about).citation;
    expect(citationOf({ citation: 'A et al.', citationUrl })).toEqual({ text: 'A et al.', href: citationUrl });
    expect(citationOf({ citation: 'A et al.' })).toEqual({ text: 'A et al.', href: null });
    expect(citationOf({ citationUrl })).toEqual({ text: citationUrl, href: citationUrl });
    expect(citationOf({})).toBeNull();
  });

  it('names the homepage as people say it', () => {
    const homepage = 'https://www.janelia.org/hemibrain/';
    expect(pageOf(hostileCatalog(), { homepage }).homepage).toEqual({
      text: 'www.janelia.org/hemibrain',
      href: homepage,
    });
  });

  it('puts the cells of one-sided types on their side of the centre line', () => {
    const { rows } = pageOf(hostileCatalog()).balance;
    const row = (label: string) => rows.find((row) => row.label === label);
    expect(row('left only')).toMatchObject({ types: '1', unit: 'type', href: 'types.html#side=left' });
    expect(row('left only')?.pair).toMatchObject({ left: '1', right: '0', rightLength: 0 });
    expect(row('right only')?.pair).toMatchObject({ left: '0', right: '20', leftLength: 0 });
    expect(row('middle only')).toMatchObject({ pair: null, note: '1 cell in the middle' });
    expect(row('some of unknown side')).toMatchObject({ pair: null, note: '7 cells of unknown side' });
  });

  it('says of lopsided types which side has more, and points the curator at them', () => {
    const pairs: [left: number, right: number][] = [
      [5, 1],
      [1, 6],
      [2, 9],
    ];
    const catalog = changed(pairs.length, (_, i) => ({ cells: sides(...(pairs[i] as [number, number])) }));
    const { balance, remarks } = pageOf(catalog);
    expect(balance.rows).toContainEqual(
      expect.objectContaining({ types: '3', pair: null, note: '1 more left, 2 more right' }),
    );
    expect(remarks).toContainEqual({
      number: '3',
      words: 'types with lopsided sides',
      href: 'types.html#side=lopsided',
    });
  });

  it('sorts the types that have two sides into columns about the even ones', () => {
    const pairs: [left: number, right: number][] = [
      [4, 4],
      [5, 4],
      [5, 3],
      [8, 4],
      [1, 7],
      [1, 100],
      [3, 0],
    ];
    const { columns, both } = pageOf(
      changed(pairs.length, (_, i) => ({ cells: sides(...(pairs[i] as [number, number])) })),
    ).balance;
    expect(both).toBe('6 types have');
    expect(columns.map(({ types }) => Number(types))).toEqual([0, 0, 1, 2, 1, 0, 0, 1, 1]);
    expect(columns[2]?.words).toBe('more left, by over 0.25 and up to 0.5 of the cells');
    expect(columns[4]).toMatchObject({ words: 'as many left as right', side: 'even' });
  });

  it('crosses thousands of regions, as where every ROI is its own, with dozens of transmitters', () => {
    const { heat } = pageOf(
      changed(5000, (_, i) => ({
        region: `R${i}`,
        regions: [{ name: `R${i}`, pre: 1, post: 1, prePercent: 100, postPercent: 100 }],
        neurotransmitter: { name: `nt${i % 40}`, source: 'consensusNt' },
      })),
    );
    expect([heat.most, heat.leftOut]).toEqual(['1', expect.stringMatching(/4,960 regions, 30 transmitters/)]);
  });

  it('gives the types of each region and transmitter, in stronger colours where there are more', () => {
    const { heat } = pageOf(hostileCatalog());
    const column = (short: string): number => heat.columns.findIndex((column) => column.short === short);
    const at = (region: string, short: string) => heat.rows.find(({ label }) => label === region)?.cells[column(short)];
    expect(at('LH', 'Glu')).toMatchObject({
      number: '3',
      href: 'types.html#region=LH&nt=glutamate',
      step: 9,
    });
    expect(at('MB', 'DA')).toMatchObject({ number: '1', step: 6, facts: 'MB, dopamine, 50.0\u00a0% of those known' });
    expect(at('LH', 'DA')).toMatchObject({ number: '0', href: null, step: 0 });
    expect(at('AL', 'none known')).toMatchObject({ number: '3', step: 0 });
    expect(at('LH', 'unclear')).toMatchObject({ number: '1', step: 0, facts: 'LH, unclear' });
    expect(heat.leftOut).toBe('Not in this table: 1 type without ROI data.');
  });

  it('tells the curator what is odd, and that there is none of it', () => {
    const { remarks } = pageOf(hostileCatalog());
    const told = remarks.map(({ number, words, href }) => [`${number} ${words}`, href]);
    expect(told).toEqual(
      expect.arrayContaining([
        ['1,234 cells without a type, not listed', null],
        ['7 types in one hemisphere only', 'types.html#side=left&side=right'],
        ['2 types with cells of unknown side', 'types.html#side=unknown'],
        ['1 type whose transmitter is unclear', 'types.html#nt=unclear'],
        ['1 type whose ROI data failed', 'types.html#data=failed'],
        ['0 types without ROI data', null],
        ['1 type without synapses in any region', 'types.html#region='],
        ['16 types without a class', 'types.html#class='],
      ]),
    );
    expect(pageOf(longCatalog(2)).remarks.some(({ words }) => words.includes('class'))).toBe(false);
  });
});

describe('indexPage of a dataset that lacks something', () => {
  it('says that quick mode has no ROI data instead of drawing regions', () => {
    const index = pageOf(quickCatalog());
    const note = 'no ROI data (quick mode)';
    expect(index.regions).toMatchObject({ bars: [], note });
    expect(index.heat).toMatchObject({ rows: [], note });
    expect(htmlOf(index).split(note)).toHaveLength(3);
  });

  it('says that no transmitter is known', () => {
    const index = pageOf(longCatalog(3));
    const note = 'no type has a known transmitter';
    expect(index.transmitters).toMatchObject({ bars: [], note });
    expect(index.heat).toMatchObject({ rows: [], note });
    expect(index.regions.bars).toHaveLength(1);
    expect(htmlOf(index)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('says that no side is known', () => {
    const unknown = { total: 1, left: 0, right: 0, middle: 0, unknown: 1 };
    const index = pageOf(changed(2, () => ({ cells: unknown })));
    expect(index.balance).toMatchObject({ rows: [], columns: [], note: 'no cell has a known side' });
    expect(index.remarks).toContainEqual({
      number: '2',
      words: 'types with cells of unknown side',
      href: 'types.html#side=unknown',
    });
  });

  it('draws no columns where no type has two sides', () => {
    expect(pageOf(longCatalog(2)).balance).toMatchObject({ columns: [], note: '' });
  });

  it('says that there is nothing to list', () => {
    const html = htmlOf(pageOf(longCatalog(0)));
    expect(html).toContain('No cell has a type: there is nothing to list or to plot.');
    expect(html).toContain('For the curator');
    expect(html).not.toMatch(/Main region|All 0|NaN|Infinity|undefined/);
  });

  it('stays below 150 kB with 300 regions without a hierarchy and 40 transmitters', () => {
    const catalog = changed(11_700, (_, i) => ({
      region: `ROI_${i % 300}(R)`,
      regions: [{ name: `ROI_${i % 300}(R)`, pre: 1, post: 1, prePercent: 100, postPercent: 100 }],
      neurotransmitter: { name: `transmitter ${(i >> 4) % 40}`, source: 'consensusNt' },
    }));
    const index = pageOf(catalog);
    expect(htmlOf(index).length).toBeLessThan(150_000);
    expect(index.regions.beyond).toEqual({ words: '220 more values in the list', href: 'types.html' });
    expect(index.heat.leftOut).toBe('Not in this table: 260 regions, 30 transmitters.');
  });
});
