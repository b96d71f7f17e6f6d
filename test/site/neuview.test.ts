/** What neuView tells wrong, told right: the defects that the files of a site show. test/browser/neuview.test.ts has the others. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalog, TypeEntry } from '../../src/catalog/catalog.ts';
import { namesInSynonym } from '../../src/site/list/synonyms.ts';
import { runCli } from '../support/cli.ts';
import { importSmall } from '../support/connectome.ts';
import { BREAKING_OUT, MISTAKEN, PC1_SYNONYMS, QUOTED } from '../support/neuview.ts';

describe('what neuView tells wrong', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'neurodex-neuview-'));

  beforeAll(() => importSmall(cwd, MISTAKEN));
  afterAll(() => rmSync(cwd, { recursive: true }));

  async function run(...args: string[]): Promise<void> {
    const [command = '', ...flags] = args;
    const { code, stderr } = await runCli([command, '--source', 'small.duckdb', '--silent', ...flags], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }

  /** By name. */
  function typesIn(site: string): Record<string, TypeEntry> {
    const { types } = JSON.parse(readFileSync(join(cwd, site, 'data/index.json'), 'utf8')) as Catalog;
    return Object.fromEntries(types.map((type) => [type.name, type]));
  }

  test("1. KCa'b'-m and KCab-m keep their own counts, whichever was kept first, and from what is kept alone", async () => {
    await run('warm', '--cache', 'first', '--types', 'KCab-m');
    await run('create-index', '--cache', 'first', '--output', 'first-site');
    await run('warm', '--cache', 'other', '--types', "KCa'b'-m");
    await run('create-index', '--cache', 'other', '--output', 'other-site');
    await run('create-index', '--cache', 'first', '--output', 'offline-site', '--offline');
    for (const site of ['first-site', 'other-site', 'offline-site']) {
      const { "KCa'b'-m": prime, 'KCab-m': plain } = typesIn(site);
      expect(prime).toMatchObject({
        cells: { total: 5, left: 3, right: 2 },
        annotations: { flywireType: ['KCapbp-m'] },
        rois: [{ name: "b'L", pre: 250, post: 1500 }],
      });
      expect(plain).toMatchObject({
        cells: { total: 7, left: 4, right: 3 },
        annotations: { flywireType: ['KCab'] },
        rois: [{ name: 'aL', pre: 490, post: 6300 }],
      });
    }
  });

  test('3. A site of BM alone leaves the pages of BM_InOm where they are, and the next one links them', async () => {
    const pages = ['BM.html', 'BM_L.html', 'BM_R.html', 'BM_InOm.html', 'BM_InOm_L.html', 'BM_InOm_R.html'];
    const folder = join(cwd, 'bm-site', 'types');
    mkdirSync(folder, { recursive: true });
    for (const page of pages) writeFileSync(join(folder, page), page);
    const flags = ['--cache', 'none', '--output', 'bm-site', '--pages', 'bm-site/types'];
    await run('create-index', ...flags, '--types', 'BM');
    expect(readdirSync(folder).sort()).toEqual([...pages].sort());
    await run('create-index', ...flags);
    const { neurons } = JSON.parse(readFileSync(join(cwd, 'bm-site/data/neurons.json'), 'utf8')) as {
      neurons: { name: string; urls: object }[];
    };
    expect(neurons.find(({ name }) => name === 'BM_InOm')?.urls).toEqual({
      combined: 'BM_InOm.html',
      left: 'BM_InOm_L.html',
      right: 'BM_InOm_R.html',
    });
  });

  test('6. Both halves of an ROI count for one share, and cells of unknown side are counted', async () => {
    await run('create-index', '--cache', 'none', '--output', 'site');
    const { halves, lost } = typesIn('site');
    expect(halves?.rois).toEqual([
      { name: 'LO', pre: 0, post: 976, prePercent: 0, postPercent: 97.6 },
      { name: 'ME', pre: 0, post: 24, prePercent: 0, postPercent: 2.4 },
    ]);
    expect(lost?.cells).toEqual({ total: 2, left: 0, right: 0, middle: 0, unknown: 2 });
  });

  test('7. "pC1, Sten 2025: pC1x" are two names, whoever gave them', () => {
    expect(namesInSynonym(PC1_SYNONYMS)).toEqual(['pC1', 'pC1x']);
    expect(namesInSynonym('Lee 2002: pC1; Cachero 2010: pMP-e; Yu 2010: pMP4')).toEqual(['pC1', 'pMP-e', 'pMP4']);
    expect(namesInSynonym('fru-M, dsx-M')).toEqual(['fru-M', 'dsx-M']);
    expect(namesInSynonym('Lee 2002: a, b, Sten 2025a: c')).toEqual(['a', 'b', 'c']);
    expect(namesInSynonym('steering neuron')).toEqual(['steering neuron']);
    expect(namesInSynonym('Lee 2002')).toEqual(['Lee 2002']);
    expect(namesInSynonym(' ; , ')).toEqual([]);
  });

  test('8. Names keep their quotes, and are asked for by them', async () => {
    await run('create-index', '--cache', 'none', '--output', 'quoted', '--types', QUOTED, BREAKING_OUT);
    const types = typesIn('quoted');
    expect(Object.keys(types).sort()).toEqual([QUOTED, BREAKING_OUT]);
    expect([types[QUOTED]?.cells.total, types[BREAKING_OUT]?.cells.total]).toEqual([3, 2]);
    expect(readFileSync(join(cwd, 'quoted/data/types.csv'), 'utf8')).toContain('\n"""KC""",3,');
  });
});
