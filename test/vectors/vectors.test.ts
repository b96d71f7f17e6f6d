import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Catalog, Share } from '../../src/catalog/catalog.ts';
import { nameOfSlug } from '../../src/site/slug.ts';
import { runCli, temporaryFolder, VECTORS } from '../support/cli.ts';
import { parseCsv } from '../support/csv.ts';

/** The vectors through `import` and `create-index`, as a user would; the folder of the site. */
async function siteOfVectors(...flags: string[]): Promise<string> {
  const folder = temporaryFolder();
  const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', join(VECTORS, 'meta.json')];
  const imported = await runCli(['import', ...files, '--into', 'vectors.duckdb'], { cwd: folder });
  expect(imported).toMatchObject({ code: 0, stderr: expect.not.stringContaining('note:') });
  const built = await runCli(['create-index', '--source', 'vectors.duckdb', '--cache', 'none', ...flags], {
    cwd: folder,
  });
  expect(built).toMatchObject({ code: 0 });
  return join(folder, 'site');
}

function indexOf(site: string): Catalog {
  return JSON.parse(readFileSync(join(site, 'data/index.json'), 'utf8')) as Catalog;
}

/** The vectors give 4 decimals, the index 2: equal to within 0.005. */
function rounded(catalog: Pick<Catalog, 'totals' | 'types'>): unknown {
  const share = ({ prePercent, postPercent, ...rest }: Share): unknown => ({
    ...rest,
    prePercent: expect.closeTo(prePercent, 2),
    postPercent: expect.closeTo(postPercent, 2),
  });
  const types = catalog.types.map((type) => ({
    ...type,
    rois: type.rois?.map(share),
    regions: type.regions?.map(share),
  }));
  return { totals: catalog.totals, types };
}

describe('the rules as cases', () => {
  test.each([
    ['expected.json', []],
    ['expected-quickpage.json', ['--set', 'rois.rule=quickpage']],
  ])('data/index.json equals %s', async (file, flags) => {
    const expected = JSON.parse(readFileSync(join(VECTORS, file), 'utf8')) as Catalog;
    const { totals, types } = indexOf(await siteOfVectors(...flags));
    expect({ totals, types }).toEqual(rounded(expected));
  });

  test('quick mode knows the same cells and nothing of ROIs', async () => {
    const expected = JSON.parse(readFileSync(join(VECTORS, 'expected.json'), 'utf8')) as Catalog;
    const { mode, types } = indexOf(await siteOfVectors('--quick'));
    expect(mode).toBe('quick');
    expect(types).toEqual(
      expected.types.map((type) => ({ ...type, primary: null, rois: null, regions: null, region: null })),
    );
  });

  test('every name comes back unchanged from the JSON files, the CSV and its slug', async () => {
    const expected = JSON.parse(readFileSync(join(VECTORS, 'expected.json'), 'utf8')) as Catalog;
    const names = expected.types.map((type) => type.name);
    const site = await siteOfVectors();
    const neurons = JSON.parse(readFileSync(join(site, 'data/neurons.json'), 'utf8')) as {
      names: string[];
      neurons: { name: string }[];
    };
    expect(neurons.names).toEqual(names);
    expect(neurons.neurons.map((neuron) => neuron.name)).toEqual(names);
    const [header = [], ...rows] = parseCsv(readFileSync(join(site, 'data/types.csv'), 'utf8'));
    // The README's rule: one apostrophe in front of what a spreadsheet would run.
    expect(rows.map((row) => row[header.indexOf('type')]?.replace(/^'/, ''))).toEqual(names);
    expect(rows.map((row) => nameOfSlug(row[header.indexOf('slug')] ?? ''))).toEqual(names);
  });
});
