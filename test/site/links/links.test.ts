import { describe, expect, test } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { loadConfig, presetNames } from '../../../src/config.ts';
import { linksOf, pageOf } from '../../../src/site/links/links.ts';
import { linkTemplates } from '../../../src/site/links/linkTemplates.ts';
import { type PageFiles, plainPageName } from '../../../src/site/links/pageNames.ts';
import { slugOf } from '../../../src/site/slug.ts';
import { columnsFromCatalog, type Outward, scriptFromColumns } from '../../../src/site/table/columns.ts';
import { type Table, tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, LONG_NAME, longCatalog } from '../../support/catalogs.ts';

function tableOf(outward: Partial<Outward>, catalog: Catalog = hostileCatalog()): Table {
  return tableFromColumns(columnsFromCatalog(catalog, {}, { pages: null, links: [], ...outward }));
}

function hrefsOf(table: Table, name: string, bodyIds: readonly string[] | null = null): Record<string, string> {
  const links = linksOf(table, table.names.indexOf(name), bodyIds);
  return Object.fromEntries(links.map(({ label, href }) => [label, href]));
}

/** Of every preset, what it links to for a dataset. */
function presetLinks(preset: string, dataset: string): Outward['links'] {
  const { settings } = loadConfig({ flags: { preset } });
  return linkTemplates(settings.links, dataset, dataset.split(':')[1] ?? null);
}

describe('links to pages', () => {
  const files = new Map<string, PageFiles>([
    ["KCa'b'-m", { combined: `${slugOf("KCa'b'-m")}.html` }],
    ['KCab-m', { combined: 'KCab-m.html', left: 'KCab-m_L.html', right: 'KCab-m_R.html' }],
    ['INXXX447, INXXX449', { middle: 'INXXX447,_INXXX449_M.html' }],
    [LONG_NAME, { combined: `${slugOf(LONG_NAME)}.html`, left: plainPageName(LONG_NAME, 'left') }],
    ['LC10', { left: 'LC10_L.html', right: 'LC10_R.html' }],
  ]);
  const table = tableOf({ pages: { base: 'types/', files } });

  test('reach the browser, whichever rule names the file', () => {
    expect(hrefsOf(table, "KCa'b'-m")).toEqual({ Page: 'types/KCa~27b~27-m~~3.html' });
    expect(hrefsOf(table, 'KCab-m')).toEqual({
      Page: 'types/KCab-m.html',
      left: 'types/KCab-m_L.html',
      right: 'types/KCab-m_R.html',
    });
    expect(hrefsOf(table, 'INXXX447, INXXX449')).toEqual({ middle: 'types/INXXX447%2C_INXXX449_M.html' });
    expect(hrefsOf(table, LONG_NAME)).toEqual({
      Page: `types/${slugOf(LONG_NAME)}.html`,
      left: `types/${plainPageName(LONG_NAME, 'left')}`,
    });
    expect(hrefsOf(table, 'LC4')).toEqual({});
  });

  test('have a best one: the combined page, else that of the side with most cells', () => {
    const pageOfType = (name: string): string | null => pageOf(table, table.names.indexOf(name));
    expect(pageOfType('KCab-m')).toBe('types/KCab-m.html');
    expect(pageOfType('LC10')).toBe('types/LC10_R.html');
    expect(pageOfType('LC4')).toBeNull();
  });

  test('of 11,700 types with four pages each add less than 60 kB, and nothing where there are none', () => {
    const catalog = longCatalog(11_700);
    const all = new Map<string, PageFiles>(
      catalog.types.map(({ name }) => [
        name,
        { combined: `${slugOf(name)}.html`, left: `${name}_L.html`, right: `${name}_R.html`, middle: `${name}_M.html` },
      ]),
    );
    const sizeOf = (outward?: Outward): number =>
      scriptFromColumns(columnsFromCatalog(catalog, {}, outward)).join('').length;
    const without = sizeOf();
    expect(sizeOf({ pages: { base: 'types/', files: all }, links: [] }) - without).toBeLessThan(60_000);
    expect(sizeOf({ pages: null, links: [] })).toBe(without);
  });
});

describe('links to other sites', () => {
  const template = (url: string): Outward => ({ pages: null, links: [{ label: 'there', url }] });

  test('hold what they say percent-encoded, whatever the name holds', () => {
    for (const name of ["KCa'b'-m", '</script><script>alert(2)</script>', '=SUM(A1)', 'line\u2028break']) {
      const { there = '' } = hrefsOf(tableOf(template('https://x.org/{type}?q={type}#{type}')), name);
      const url = new URL(there);
      const parts = [url.pathname.slice(1), url.searchParams.get('q') ?? '', url.hash.slice(1)];
      expect(parts.map(decodeURIComponent)).toEqual([name, name, name]);
      expect(there).not.toMatch(/[<>"\s]/);
    }
  });

  test('that need bodyIds come last, as they come late', () => {
    const links = [
      { label: 'cells', url: 'https://x.org/#{bodyIds}' },
      { label: 'type', url: 'https://x.org/{type}' },
    ];
    expect(Object.keys(hrefsOf(tableOf({ links }), 'LC4', ['1']))).toEqual(['type', 'cells']);
  });

  test('that need bodyIds are there where those are known and an address holds them', () => {
    const table = tableOf(template('https://x.org/#!%5B{bodyIds}%5D'));
    const ids = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => String(720575940628857210n + BigInt(i)));
    expect(hrefsOf(table, 'LC4')).toEqual({});
    expect(hrefsOf(table, 'LC4', [])).toEqual({});
    const { there = '' } = hrefsOf(table, 'LC4', ids(1000));
    expect(JSON.parse(decodeURIComponent(there.split('#!')[1] ?? ''))).toEqual(ids(1000));
    expect(hrefsOf(table, 'LC4', ids(8525))).toEqual({});
    // What goes to a server must be shorter.
    expect(hrefsOf(tableOf(template('https://x.org/?ids={bodyIds}')), 'LC4', ids(1000))).toEqual({});
  });

  test('are left out where the dataset has no tag to put there, or is not the one they are for', () => {
    const links = [
      { label: 'a', url: 'https://x.org/{dataset}' },
      { label: 'b', url: 'https://x.org/{tag}' },
      { label: 'c', url: 'https://x.org/', dataset: /^other:/u },
    ];
    expect(linkTemplates(links, 'mine', null)).toEqual([{ label: 'a', url: 'https://x.org/mine' }]);
    expect(linkTemplates(links, 'mine:v1 {type}', 'v1 {type}')).toEqual([
      { label: 'a', url: 'https://x.org/mine%3Av1%20%7Btype%7D' },
      { label: 'b', url: 'https://x.org/v1%20%7Btype%7D' },
    ]);
  });

  test.each([
    ['hemibrain', 'hemibrain:v1.2.1', 'gs://neuroglancer-janelia-flyem-hemibrain/v1.2/segmentation'],
    ['male-cns', 'male-cns:v1.0', 'gs://flyem-male-cns/v1.0/segmentation'],
    ['male-cns', 'male-cns:v0.9', 'gs://flyem-male-cns/v0.9/segmentation'],
    ['manc', 'manc:v1.2.3', 'gs://manc-seg-v1p2/manc-seg-v1.2'],
    ['optic-lobe', 'optic-lobe:v1.1', 'gs://flyem-optic-lobe/v1.1/segmentation'],
    ['flywire-fafb', 'flywire-fafb:v783b', 'gs://flywire_v141_m783'],
  ])('of the preset %s open the cells of a type of %s in Neuroglancer', (preset, dataset, source) => {
    const { Neuroglancer = '' } = hrefsOf(tableOf({ links: presetLinks(preset, dataset) }), 'LC4', ['123', '456']);
    const [viewer, state = ''] = Neuroglancer.split('/#!');
    expect(viewer).toBe('https://neuroglancer-demo.appspot.com');
    expect(JSON.parse(decodeURIComponent(state))).toEqual({
      layers: [{ type: 'segmentation', source: `precomputed://${source}`, segments: ['123', '456'], name: dataset }],
      showSlices: false,
      layout: '3d',
    });
  });

  test.each(['hemibrain:v1.2.1', 'male-cns:v1.0', 'manc:v1.2.1', 'optic-lobe:v1.1'])(
    'of a preset ask neuPrint for the neurons of a type of %s',
    (dataset) => {
      const preset = dataset.split(':')[0] as string;
      const { neuPrint = '' } = hrefsOf(tableOf({ links: presetLinks(preset, dataset) }), "KCa'b'-m");
      const { host, pathname, searchParams } = new URL(neuPrint);
      expect(`${host}${pathname}`).toBe('neuprint.janelia.org/results');
      expect(Object.fromEntries(searchParams)).toMatchObject({
        dataset,
        qt: 'findneurons',
        'qr[0][code]': 'fn',
        'qr[0][ds]': dataset,
        'qr[0][pm][dataset]': dataset,
        'qr[0][pm][neuron_name]': "KCa'b'-m",
      });
    },
  );

  test('of the preset flywire-fafb ask Codex for the cells of a type', () => {
    const { Codex = '' } = hrefsOf(tableOf({ links: presetLinks('flywire-fafb', 'flywire-fafb:v783') }), 'LC4');
    const { host, pathname, searchParams } = new URL(Codex);
    expect([host + pathname, searchParams.get('dataset'), searchParams.get('filter_string')]).toEqual([
      'codex.flywire.ai/app/search',
      'fafb',
      'cell_type==LC4',
    ]);
  });

  test('of no preset are given to a dataset of which they know nothing', () => {
    for (const preset of presetNames()) expect(presetLinks(preset, 'sample:seed1')).toEqual([]);
  });
});
