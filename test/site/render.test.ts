import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import type { PageOptions } from '../../src/site/pages.ts';
import { renderPages } from '../../src/site/render.ts';
import {
  catalogWithCells,
  hostileCatalog,
  IMAGE_NAME,
  pageOptions,
  quickCatalog,
  SCRIPT_NAME,
} from '../support/catalogs.ts';

let options: PageOptions;

beforeAll(() => {
  const browserDir = mkdtempSync(join(tmpdir(), 'neurodex-render-'));
  for (const name of ['index.js', 'types.js']) writeFileSync(join(browserDir, name), `'${name}';\n`);
  options = {
    ...pageOptions,
    about: { title: 'A & <b>', citation: '"Scheffer"', citationUrl: 'https://doi.org/10.7554/eLife.57443' },
    notes: ['Meta has no ROI hierarchy: <i>'],
    templatesDir: 'templates',
    browserDir,
  };
});

afterAll(() => rmSync(options.browserDir, { recursive: true }));

const contentOf = (path: string, catalog = hostileCatalog()): string =>
  [...(renderPages(catalog, options).find((file) => file.path === path)?.content ?? '')].join('');

function messageOf(damaged: PageOptions): string {
  try {
    renderPages(hostileCatalog(), damaged);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'rendered';
}

describe('renderPages', () => {
  it('names in the data the very cells that go with them', () => {
    const catalog = catalogWithCells();
    const idIn = (path: string, cells = catalog.cells): string | undefined =>
      /"(?:cellsId|id)":"(\w+)"/.exec(contentOf(path, { ...catalog, cells }))?.[1];
    const others = new Map([...catalog.cells].map(([type], i) => [type, [{ bodyId: String(i), instance: null }]]));
    expect(idIn('assets/data.js')).toMatch(/^\w{16}$/);
    expect(idIn('assets/cells.js')).toBe(idIn('assets/data.js'));
    expect(idIn('assets/data.js', others)).not.toBe(idIn('assets/data.js'));
  });

  it('plans both pages and their assets', () => {
    expect(renderPages(hostileCatalog(), options).map(({ path }) => path)).toEqual([
      'index.html',
      'types.html',
      'assets/style.css',
      'assets/index.js',
      'assets/types.js',
      'assets/data.js',
    ]);
  });

  it('gives the same bytes for the same catalogue', () => {
    expect(renderPages(hostileCatalog(), options)).toEqual(renderPages(hostileCatalog(), options));
  });

  it.each(['index.html', 'types.html'])('escapes every text of the data in %s', (path) => {
    const html = contentOf(path);
    for (const text of [IMAGE_NAME, SCRIPT_NAME, '<b>', 'hostile</title>', 'v1.0 <i>'])
      expect(html).not.toContain(text);
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  it.each(['index.html', 'types.html'])('keeps to the content security policy in %s', (path) => {
    const html = contentOf(path);
    expect(html).toContain(`content="default-src 'none'; script-src 'self' file:;`);
    const withoutValues = html.replaceAll(/"[^"]*"/g, '""');
    expect(withoutValues).not.toMatch(/\sstyle=""|\son[a-z]+=""/);
    expect(html).not.toContain('javascript:');
    expect(html).not.toMatch(/<(?:link|script|img)[^>]+(?:src|href)="https?:/);
  });

  it('says what the dataset is and where it comes from', () => {
    const html = contentOf('index.html');
    expect(html).toContain('A &amp; &lt;b&gt;');
    expect(html).toContain('2020-09-18');
    expect(html).toContain('2026-11-21');
    expect(html).toContain('href="https://doi.org/10.7554/eLife.57443"');
    expect(html).toContain('Meta has no ROI hierarchy: &lt;i&gt;');
    expect(html).toMatch(/untyped cells, not listed<\/dt><dd>1,234</);
  });

  it('says "no ROI data (quick mode)" in every row of a quick index', () => {
    const rows = contentOf('types.html', quickCatalog()).match(/no ROI data \(quick mode\)/g);
    expect(rows).toHaveLength(hostileCatalog().types.length);
  });

  describe('of a damaged installation', () => {
    let damaged: PageOptions;

    beforeEach(() => {
      damaged = { ...options, templatesDir: mkdtempSync(join(tmpdir(), 'neurodex-damaged-')) };
      cpSync('templates', damaged.templatesDir, { recursive: true });
    });

    afterEach(() => rmSync(damaged.templatesDir, { recursive: true }));

    function messageFor(path: string, text: string): string {
      writeFileSync(join(damaged.templatesDir, path), text);
      return messageOf(damaged);
    }

    it('says which line of which template cannot be rendered, and why', () => {
      const message = messageFor('plot.eta', '<p>\n<%= it.nothing.here %>');
      expect(message).toMatch(
        /plot\.eta, line 2: Cannot read properties of undefined \(reading 'here'\)\): mend it, or/,
      );
      expect(message).toContain('index.eta cannot be rendered');
      expect(message).not.toContain('\n');
    });

    it('says where a template breaks the rules of its language', () => {
      expect(messageFor('index.eta', 'x\n<%= it.x')).toMatch(
        /index\.eta cannot be rendered \(unclosed tag at line 2 col 1\): /,
      );
      expect(messageFor('index.eta', '<%= it. %>')).toMatch(/\(Unexpected token '\)'\): /);
    });

    it('says what to do where a template or another part is missing', () => {
      rmSync(join(damaged.templatesDir, 'row.eta'));
      expect(messageOf(damaged)).toMatch(
        /types\.eta, line \d+: Could not find template: .*row\.eta\): .*install neurodex again/,
      );
      expect(messageOf({ ...options, browserDir: damaged.templatesDir })).toMatch(
        /expected a part of the pages at .*index\.js, but it cannot be read \(ENOENT.*\): .*install neurodex again/,
      );
    });
  });
});
