import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Catalog, TypeEntry } from '../../src/catalog/catalog.ts';
import { indexJsonParts } from '../../src/site/data.ts';
import { hostileCatalog, IMAGE_NAME, quickCatalog } from '../support/catalogs.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';

function writeIndex(path: string, catalog: Catalog): void {
  const [before, after] = indexJsonParts(catalog);
  writeFileSync(path, `${before}2026-11-21T08:00:00Z${[...after].join('')}`);
}

/** The catalogue with some types changed. */
function edited(catalog: Catalog, edits: Record<string, (type: TypeEntry) => TypeEntry | null>): Catalog {
  const types = catalog.types.flatMap((type) => (edits[type.name] ?? ((same) => same))(type) ?? []);
  return { ...catalog, types };
}

const REVERSING = '\u202e\u001b[31m';

/** Of every kind of change at least one. */
const LATER: Catalog = {
  ...edited(hostileCatalog(), {
    LHAD1: () => null,
    // Too few synapses to be taken for one that was renamed.
    LC10: (type) => ({ ...type, name: `LC10${REVERSING}` }),
    LHAD2: (type) => ({ ...type, name: 'LHAD2a', annotations: { class: ['new'] } }),
    LC4: (type) => ({ ...type, cells: { ...type.cells, total: 106, left: 52 }, region: null }),
    'some middle': (type) => ({ ...type, neurotransmitter: { name: 'gaba', source: 'predictedNt' } }),
    [IMAGE_NAME]: (type) => ({ ...type, neurotransmitter: null, annotations: { class: ['<i>'] } }),
    'KCab-m': (type) => ({ ...type, rois: type.rois?.slice(1) ?? null, annotations: {} }),
    DNa02: (type) => ({ ...type, primary: null, rois: null, regions: null, region: null, failed: 'timed out' }),
  }),
  dataset: { ...hostileCatalog().dataset, tag: 'v1.1' },
};

/** `diff a.json b.json`, in a folder of its own, of the hostile catalogue and `later`. */
async function diff(args: string[], later: Catalog = LATER): Promise<Finished & { cwd: string }> {
  const cwd = temporaryFolder();
  writeIndex(join(cwd, 'a.json'), hostileCatalog());
  writeIndex(join(cwd, 'b.json'), later);
  return { ...(await runCli(['diff', 'a.json', 'b.json', ...args], { cwd })), cwd };
}

describe('neurodex diff', () => {
  test('tells counts first, then each list, in natural order and with names that a terminal may show', async () => {
    const { code, stdout, stderr } = await diff([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      stdout.replaceAll('\u00a0', ' '),
    ).toBe(`before  hostile</title>:v1.0 <i>, edited 2020-09-18 22:00:01, built 2026-11-21T08:00:00Z
after   hostile</title>:v1.1, edited 2020-09-18 22:00:01, built 2026-11-21T08:00:00Z

      19  →      19  same  cell types
   1,138  →   1,138  same  typed cells
   1,234  →   1,234  same  untyped cells
   9,133  →   9,133  same  output sites
  23,050  →  23,050  same  input sites

   1  type added
   2  types removed
   1  type renamed
   1  type with other numbers of cells
   1  type with another main region
   2  types with another transmitter
   1  type whose ROIs came, went or moved by 5 points or more
   3  types with other annotations
   1  type whose ROI data came, went or failed
   0  types with other numbers of synapses
   0  types with smaller changes in ROIs only
  11  types unchanged

1 type added
  LC10\\u{202e}\\u{001b}[31m: 248 cells (120 left, 128 right); OL; acetylcholine

2 types removed
  LC10: 248 cells (120 left, 128 right); OL; acetylcholine
  LHAD1: 3 cells (3 right); LH; glutamate

1 type renamed
  LHAD2: now LHAD2a

1 type with other numbers of cells
  LC4: 104 → 106 cells; left 50 → 52

1 type with another main region
  LC4: OL → no main region

2 types with another transmitter
  <img src=x onerror=alert(1)>: </script><script>alert(2)</script> → none known
  some middle: none known → gaba

1 type whose ROIs came, went or moved by 5 points or more
  KCab-m: went: aL (input 80.0 %, output 100.0 %)

3 types with other annotations
  <img src=x onerror=alert(1)>: Class: none → <i>
  KCab-m: Superclass: intrinsic → none; Class: KC, olfactory → none; FlyWire type: KCab → none
  LHAD2a (was LHAD2): Class: none → new

1 type whose ROI data came, went or failed
  DNa02: ROI data → failed: timed out
`);
  });

  test('cuts each list, and says how much is left', async () => {
    const { stdout } = await diff(['--limit', '1', '--silent']);
    expect(stdout).toMatch(/\n2 types with another transmitter\n {2}<img src=x[^\n]*\n {2}… and 1 more\n/);
  });

  test('gives all of it as JSON, whatever the limit', async () => {
    const { code, stdout } = await diff(['--format', 'json', '--limit', '1', '--min-share-change', '0.5']);
    expect(code).toBe(0);
    const difference = JSON.parse(stdout);
    expect(difference).toMatchObject({
      schema: 'neurodex.diff/1',
      before: { dataset: { tag: 'v1.0 <i>' }, mode: 'full', generated: '2026-11-21T08:00:00Z' },
      minShareChange: 0.5,
      counts: { removed: 2, renamed: 1, cells: 1, annotations: 3 },
    });
    expect(difference.changed).toContainEqual({
      name: 'DNa02',
      roiData: { before: { state: 'known' }, after: { state: 'failed', reason: 'timed out' } },
    });
    // Valid JSON, and harmless on a terminal.
    expect([...'\u202e\u001b\u2028'].filter((character) => stdout.includes(character))).toEqual([]);
    expect(stdout).toContain('LC10\\u202e\\u001b[31m');
  });

  test('tells the same as events and result for a program', async () => {
    const { stdout } = await diff(['--json']);
    const [line, ...others] = stdout.trim().split('\n');
    expect(others).toEqual([]);
    expect(JSON.parse(line ?? '')).toMatchObject({ event: 'done', difference: { counts: { removed: 2 } } });
  });

  test('ends with 1 where something differs, if that is asked for', async () => {
    expect((await diff(['--exit-code'])).code).toBe(1);
    const same = await diff(['--exit-code'], hostileCatalog());
    expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference: 19 types, 1,138 cells.\n') });
    const edit = { ...hostileCatalog(), dataset: { ...hostileCatalog().dataset, lastDatabaseEdit: '2021-01-01' } };
    expect((await diff(['--exit-code'], edit)).code).toBe(1);
  });

  test('of a full and a quick index says so, and tells no region or ROI as gone', async () => {
    const { stdout } = await diff([], quickCatalog());
    expect(stdout).toContain('quick: no ROI analysis\n');
    expect(stdout).toContain('note: The index after has no ROI data (quick mode): ROIs and regions are not compared');
    expect(stdout).toMatch(/\n {3}– {2}types with another main region: not compared\n/);
    expect(stdout).not.toContain(' → no main region');
  });

  test('takes the folders of two sites', async () => {
    const cwd = temporaryFolder();
    for (const seed of [1, 2]) {
      const args = ['--source', `sample?types=40&cells=400&seed=${seed}`, '--cache', 'none', '--output', `s${seed}`];
      expect((await runCli(['create-index', ...args], { cwd })).code).toBe(0);
    }
    expect(await runCli(['diff', 's1', 's1', '--exit-code'], { cwd })).toMatchObject({ code: 0 });
    const { code, stdout } = await runCli(['diff', 's1', 's2/data/index.json', '--exit-code'], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('before  sample:seed1') });
  });
});

describe('what is no index', () => {
  const whole = (): string => {
    const [before, after] = indexJsonParts(hostileCatalog());
    return before + [...after].join('');
  };

  test.each<[string, string | null, string]>([
    [
      'a file that is not there',
      null,
      'x.json: expected the data/index.json of a neurodex site, or its folder; nothing is there.',
    ],
    ['no JSON', 'type,cells\n', 'x.json: expected the data/index.json of a neurodex site; this is no JSON.'],
    ['an empty file', '', 'x.json: expected the data/index.json of a neurodex site; this is no JSON.'],
    ['other JSON', '[1]', 'x.json: expected the data/index.json of a neurodex site, got JSON without a schema.'],
    ['null', 'null', 'x.json: expected the data/index.json of a neurodex site, got JSON without a schema.'],
    [
      'a difference',
      '{"schema":"neurodex.diff/1"}',
      'x.json: expected the data/index.json of a neurodex site, got "neurodex.diff/1".',
    ],
    [
      'a later index',
      '{"schema":"neurodex.index/2"}',
      'x.json: expected neurodex.index/1, got neurodex.index/2, which another version',
    ],
    ['half an index', whole().slice(0, 3000), 'x.json: is cut short or damaged. Build'],
    [
      'an index without types',
      '{"schema":"neurodex.index/1"}',
      'x.json: expected neurodex.index/1; dataset is not as it must be (',
    ],
    ['a count that is none', whole().replace('"left":310', '"left":-1'), 'x.json: expected neurodex.index/1; types.'],
    ['a type twice', whole().replace('"LC10"', '"LC4"'), 'x.json: expected each type once, found "LC4" twice.'],
  ])('%s is refused in one line', async (_title, content, line) => {
    const cwd = temporaryFolder();
    writeIndex(join(cwd, 'good.json'), hostileCatalog());
    if (content !== null) writeFileSync(join(cwd, 'x.json'), content);
    const { code, stdout, stderr } = await runCli(['diff', 'good.json', 'x.json'], { cwd });
    expect({ code, stdout, lines: stderr.trim().split('\n') }).toEqual({
      code: 1,
      stdout: '',
      lines: [expect.stringContaining(`neurodex: ${line}`)],
    });
  });

  test('a folder without an index, and a number that is none', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'empty'));
    expect((await runCli(['diff', 'empty', 'empty'], { cwd })).stderr).toBe(
      'neurodex: empty: expected the folder of a neurodex site, with its data/index.json; it has none.\n',
    );
    for (const value of ['101', '5%', '0.125']) {
      expect((await diff([`--min-share-change=${value}`])).stderr).toMatch(
        /^error: .*Expected percentage points from 0/,
      );
    }
    expect((await diff(['--format', 'json', '--json'])).stderr).toMatch(/cannot be used with option '--json'/);
  });
});

describe('the page of a difference', () => {
  const files = ['diff.css', 'diff.html', 'diff.js', 'diff.json'];

  test('stands in a folder of its own, is written only where it changed, and says where it is', async () => {
    const { cwd, stdout, code } = await diff(['--page', 'changes/v1.1']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/\n\nopen {4}changes\/v1\.1\/diff\.html\n$/),
    });
    const folder = join(cwd, 'changes/v1.1');
    const times = files.map((name) => statSync(join(folder, name)).mtimeMs);
    const json = (await runCli(['diff', 'a.json', 'b.json', '--format', 'json', '--page', 'changes/v1.1'], { cwd }))
      .stdout;
    expect(JSON.parse(json)).toEqual(JSON.parse(readFileSync(join(folder, 'diff.json'), 'utf8')));
    expect(files.map((name) => statSync(join(folder, name)).mtimeMs)).toEqual(times);
  });

  test('stands in the folder of a site without a change to it, and does not keep the site from being built again', async () => {
    const { cwd } = await diff([]);
    const site = ['create-index', '--source', 'sample?types=20&cells=200', '--cache', 'none', '--output', 'site'];
    expect((await runCli(site, { cwd })).code).toBe(0);
    const style = (): number => statSync(join(cwd, 'site/assets/style.css')).mtimeMs;
    const before = style();
    expect((await runCli(['diff', 'a.json', 'b.json', '--page', 'site'], { cwd })).code).toBe(0);
    expect(style()).toBe(before);
    expect((await runCli(site, { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'site/diff.html'), 'utf8')).toContain('What changed');
  });

  test.each(files)("leaves somebody else's %s alone", async (name) => {
    const { cwd } = await diff([]);
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine', name), 'mine');
    const { code, stdout, stderr } = await runCli(['diff', 'a.json', 'b.json', '--page', 'mine'], { cwd });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `neurodex: --page mine: ${name} there is not, or no longer, as neurodex writes it. Move it away, or choose another folder.\n`,
    });
    expect(readFileSync(join(cwd, 'mine', name), 'utf8')).toBe('mine');
  });
});
