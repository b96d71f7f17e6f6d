import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { SHARED_DATA, testWithData } from '../support/require.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>';

let cwd: string;

beforeEach(() => {
  cwd = temporaryFolder();
  mkdirSync(join(cwd, 'mine', 'style'), { recursive: true });
});

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(cwd, name), content);
const shown = (path: string): string => readFileSync(join(cwd, 'site', path), 'utf8');
const run = (...flags: string[]): Promise<Finished> =>
  runCli(['create-index', '--source', 'sample?types=40&cells=300', ...flags], { cwd });

/** Every file of the site with its size and time. */
function stateOfSite(): string[] {
  return readdirSync(join(cwd, 'site'), { recursive: true, encoding: 'utf8' })
    .map((name) => `${name} ${statSync(join(cwd, 'site', name)).size} ${statSync(join(cwd, 'site', name)).mtimeMs}`)
    .sort();
}

describe('a site of the user’s own look', () => {
  test('shows their templates, style, name, logo, colour and footer', async () => {
    put('mine/link.eta', '<b class="ours"><%= it.text %></b>');
    put('mine/style/lab.css', '.ours { font-style: italic }');
    put('logo.any', SVG);
    put(
      'neurodex.yaml',
      'templates: mine\nabout.citation: A & B\nsite:\n  title: Atlas <of> us\n  logo: logo.any\n  accent: "#7b1fa2"\n  footer: By us, https://us.example/.\n',
    );
    expect(await run('--cache', 'none')).toMatchObject({ code: 0 });
    expect(shown('index.html')).toContain('<b class="ours">A &amp; B</b>');
    for (const page of ['index.html', 'types.html']) {
      expect(shown(page)).toMatch(/<title>[^<]* · Atlas &lt;of&gt; us<\/title>/);
      expect(shown(page)).toContain('<img class="logo" src="assets/logo.svg" alt="Logo of Atlas &lt;of&gt; us">');
      expect(shown(page)).toMatch(/By us, <a href="https:\/\/us\.example\/"[^>]*>https:\/\/us\.example\/<\/a>\./);
      expect(shown(page).indexOf('class="site-title"')).toBeLessThan(shown(page).indexOf('class="dataset-name"'));
    }
    expect(shown('assets/logo.svg')).toBe(SVG);
    expect(shown('assets/style.css')).toMatch(/--accent: light-dark\(#7b1fa2, #\w{6}\);[\s\S]*\.ours \{/);
  });

  test('is made anew when any of it changes, and not touched when nothing does', async () => {
    put('mine/themeSwitch.eta', 'one');
    put('logo.svg', SVG);
    put('names.csv', 'roi,full name\nAL,antennal lobe\n');
    const flags = ['--templates', 'mine', '--set', 'site.logo=logo.svg', '--roi-names', 'names.csv'];
    const changes: [name: string, content: string][] = [
      ['mine/themeSwitch.eta', 'two'],
      ['mine/style/a.css', 'a {}'],
      ['logo.svg', SVG.replace('4', '3')],
      ['names.csv', 'roi,full name\nAL,antennal lobes\n'],
    ];
    await run(...flags);
    for (const [name, content] of changes) {
      const before = stateOfSite();
      expect((await run(...flags)).stdout).toMatch(/wrote {2}0 files/);
      expect(stateOfSite()).toEqual(before);
      const file = join(cwd, name);
      const old = existsSync(file) ? statSync(file) : null;
      put(name, content);
      // A copy that keeps times must show as well.
      if (old) utimesSync(file, old.atime, old.mtime);
      expect((await run(...flags)).stdout, name).toMatch(/wrote {2}[1-9]/);
    }
    expect((await run(...flags, '--set', 'site.footer=x')).stdout).toMatch(/wrote {2}[1-9]/);
  });

  test.each([
    ['mine/row.eta', '<div>\n<p style="color: red">', /^neurodex: mine\/row\.eta, line 2: style="…" is blocked/],
    [
      'mine/layout.eta',
      '<head></head><%~ it.body %>',
      /^neurodex: mine\/layout\.eta, line 1: expected the content security/,
    ],
    ['mine/plot.eta', '<% if (it. { %>', /^neurodex: mine\/plot\.eta, line 1: Unexpected token/],
    ['mine/plot.eta', '\n<%= it.a.b %>', /\(mine\/plot\.eta, line 2: Cannot read properties of undefined/],
    ['mine/style/a.css', '@import "b.css";', /^neurodex: mine\/style\/a\.css, line 1: @import is refused/],
    ['mine/Row.eta', '', /^neurodex: mine\/Row\.eta: expected it to be called row\.eta/],
  ])('%s that would not do leaves the last site: %j', async (name, content, expected) => {
    await run('--cache', 'none');
    const before = stateOfSite();
    put(name, content);
    const { code, stderr } = await run('--cache', 'none', '--templates', 'mine', '--silent');
    expect(stderr).toMatch(expected);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(stateOfSite()).toEqual(before);
  });

  test.each([
    [
      'site.logo=none.svg',
      /^neurodex: site\.logo none\.svg: expected an SVG, PNG, .* of at most 200 kB, but there is none\.$/,
    ],
    ['site.logo=text.svg', /found something else: save it as one of them\.$/],
    ['site.logo=big.png', /found 200001 bytes: make it smaller\.$/],
    ['site.logo=mine', /it cannot be read \(EISDIR\)\.$/],
    ['site.accent=#fc0', /^neurodex: site\.accent: #fc0 cannot be read in the light theme: its contrast is 1\.\d\d:1/],
    [
      'site.accent=red',
      /^neurodex: --set site\.accent: expected a colour as "#rrggbb", in quotes .*, or a pair .*, got "red"\.$/,
    ],
    ['site.accent={light: "#000"}', /^neurodex: --set site\.accent: expected /],
    ['templates=nowhere', /^neurodex: --templates nowhere: expected a folder of templates, but there is none\.$/],
    ['roiNames=none.csv', /^neurodex: --roi-names none\.csv: expected a file of full names, but there is none\.$/],
  ])('%s is refused in one line, before the source is asked', async (assignment, expected) => {
    put('text.svg', 'a drawing');
    put('big.png', Buffer.alloc(200_001, '\x89PNG\r\n\x1a\n', 'latin1'));
    const { code, stderr } = await runCli(['create-index', '--source', 'nothing.duckdb', '--set', assignment], { cwd });
    expect(stderr.trim()).toMatch(expected);
    expect(code).toBe(1);
    expect(existsSync(join(cwd, 'site'))).toBe(false);
  });

  test('an accent that YAML takes for a comment is asked for in quotes', async () => {
    put('neurodex.yaml', 'site.accent: #7b1fa2\n');
    expect((await run()).stderr).toMatch(/line 1: site\.accent: expected a colour as "#rrggbb", in quotes/);
  });

  test('a logo of any bytes arrives as it is', async () => {
    const png = Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      Buffer.from(Array.from({ length: 199_000 }, (_, i) => (i * 31) % 256)),
    ]);
    put('logo.png', png);
    await run('--set', 'site.logo=logo.png', '--cache', 'none');
    expect(readFileSync(join(cwd, 'site/assets/logo.png')).equals(png)).toBe(true);
    expect((await run('--set', 'site.logo=logo.png', '--cache', 'none')).stdout).toMatch(/wrote {2}0 files/);
  });

  test('files without effect are told of', async () => {
    put('mine/style/base.scss', '');
    const { code, stderr } = await run('--cache', 'none', '--templates', 'mine');
    expect(stderr).toContain(
      '--templates mine: only *.eta and style/*.css have an effect, so style/base.scss has none.',
    );
    expect(code).toBe(0);
    expect(shown('index.html')).not.toContain('base.scss');
  });
});

describe('full names of ROIs', () => {
  test('are the preset’s, and those of a file on top of them', async () => {
    put('names.yaml', 'AL: my antennal lobe\nSLP: superior lateral protocerebrum of mine\n');
    await run('--cache', 'none', '--roi-names', 'names.yaml');
    expect(shown('types.html')).toContain('<abbr title="my antennal lobe">AL</abbr>');
    expect(shown('types.html')).toContain('<abbr title="lateral horn">LH</abbr>');
  });

  test('that name no ROI of the dataset are told of', async () => {
    put('names.csv', 'roi,full name\nAL(R),right antennal lobe\n');
    const { stderr } = await run('--cache', 'none', '--roi-names', 'names.csv');
    expect(stderr).toContain('--roi-names names.csv: none of its names is an ROI of sample:seed1. Names are');
    put('names.csv', 'roi,full name\nAL,antennal lobe\nnone,such\n');
    expect((await run('--cache', 'none', '--roi-names', 'names.csv')).stderr).not.toContain('none of its names');
  });

  const { 'rois.names': names } = loadConfig().settings;
  const lacking = (rois: readonly string[]): string[] => rois.filter((roi) => !Object.hasOwn(names, roi));

  testWithData.each([
    ['hemibrain-full', 'hemibrain'],
    ['flywire-v783', 'flywire-fafb'],
  ])('are known of every primary ROI and region of %s', (dataset, preset) => {
    const meta = JSON.parse(readFileSync(join(SHARED_DATA, dataset, 'meta.json'), 'utf8'));
    const half = loadConfig({ flags: { preset } }).settings['rois.halfSuffix'];
    const hierarchy = typeof meta.roiHierarchy === 'string' ? JSON.parse(meta.roiHierarchy) : meta.roiHierarchy;
    const regions = (hierarchy.children as { name: string }[]).map(({ name }) => name);
    expect(lacking([...meta.primaryRois, ...regions].map((roi: string) => roi.replace(half, '')))).toEqual([]);
  });

  test('are known of the nerve cord’s, as MANC and the male CNS call them', () => {
    const neuropils = [
      'LegNp(T1)',
      'LegNp(T2)',
      'LegNp(T3)',
      'mVAC(T1)',
      'mVAC(T2)',
      'mVAC(T3)',
      'Ov',
      'ANm',
      'IntTct',
    ];
    const others = ['LTct', 'NTct(UTct-T1)', 'WTct(UTct-T2)', 'HTct(UTct-T3)', 'CV-unspecified', 'VNC-unspecified'];
    const nerves =
      'ADMN AbN1 AbN2 AbN3 AbN4 AbNT CvN DMetaN DProN MesoAN MesoLN MetaLN PDMN PrN ProAN ProCN ProLN VProN';
    expect(lacking([...neuropils, ...others, ...nerves.split(' ')])).toEqual([]);
  });

  test('are known of the brain’s, as the male CNS and the optic lobe call them', () => {
    const brain =
      "AL GNG SCL LH PED AB EB FB NO PB IB ICL ATL CRE BU LAL CA a'L aL b'L bL gL CAN FLA PRW SAD SIP SLP SMP AOTU AVLP PLP PVLP WED EPA GOR IPS SPS VES ME LO LOP AME LA CentralBrain-unspecified Optic-unspecified";
    const regions = 'CV CentralBrain Optic VNC CX INP LX MB PENP SNP VLNP VMNP OL';
    expect(lacking([...brain.split(' '), ...regions.split(' ')])).toEqual([]);
  });

  test('keep alpha lobe and antennal lobe apart', () => {
    expect([names.aL, names.AL, names.NO]).toEqual(['alpha lobe', 'antennal lobe', 'noduli']);
  });
});
