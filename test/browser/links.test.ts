import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_SIDES, type PageSide, plainPageName, slugPageName } from '../../src/site/links/pageNames.ts';
import { slugOf } from '../../src/site/slug.ts';
import { canBrowse, openFolder, type Site, violationsOf } from '../support/chromium.ts';
import { runCli } from '../support/cli.ts';
import { importSmall } from '../support/connectome.ts';
import { serve } from '../support/serve.ts';

/** Real ones, ones that an address would change, and ones that share a plain file name. */
const SIDES_OF: Record<string, string> = {
  "KCa'b'-m": 'LLR',
  'KCab-m': 'LR',
  'INXXX447, INXXX449': 'LR',
  'pC1_2a/2b': 'R',
  'PEN_b(PEN2)': 'LR',
  'SMPp&v1A_H01': 'L',
  'Acc. ti flexor MN': 'LRM',
  '100% #1?': 'LR',
  'a\\b:c': 'L',
  'Ünï🧠': 'R',
  '<img src=x>': 'LR',
  [`long ${'x'.repeat(200)}`]: 'LR',
  'x y': 'L',
  x_y: 'L',
};
const CONTESTED = ['x y', 'x_y'];

/** The sides of which neuView makes pages. */
function plainSides(sides: string): PageSide[] {
  const own = PAGE_SIDES.filter((side) => sides.includes({ combined: '-', left: 'L', right: 'R', middle: 'M' }[side]));
  return own.length > 1 ? ['combined', ...own] : own;
}

/** Every page says whose it is. */
function writePage(file: string, type: string, side: PageSide): void {
  const title = encodeURIComponent(`${type} ${side}`);
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title>`);
}

const RULES = ['neurodex', 'plain'] as const;

async function makeSites(root: string): Promise<void> {
  const types = Object.fromEntries(Object.entries(SIDES_OF).map(([type, sides]) => [type, { sides }]));
  const source = await importSmall(root, { dataset: 'hemibrain', tag: 'v1.2.1', types });
  for (const rule of RULES) {
    const folder = join(root, 'made by', rule);
    mkdirSync(folder, { recursive: true });
    for (const [type, sides] of Object.entries(SIDES_OF)) {
      if (rule === 'neurodex') writePage(join(folder, slugPageName(slugOf(type))), type, 'combined');
      else for (const side of plainSides(sides)) writePage(join(folder, plainPageName(type, side)), type, side);
    }
    const args = ['--preset', 'hemibrain', '--cache', 'none', '--silent', '--output', join(root, 'sites', rule)];
    const { code, stderr } = await runCli(['create-index', '--source', source, '--pages', folder, ...args]);
    if (code !== 0) throw new Error(stderr);
  }
}

const openType = (rule: string, type: string): string =>
  `sites/${rule}/types.html#${new URLSearchParams({ q: type, open: type })}`;
const pageLinks = (page: Page) => page.locator('.links a:not([rel])');

describe.skipIf(!canBrowse)('links of types in Chromium (skipped where /usr/bin/chromium is absent)', () => {
  const root = mkdtempSync(join(tmpdir(), 'neurodex-links-'));
  let server: Awaited<ReturnType<typeof serve>>;
  const sites: Partial<Record<string, Site>> = {};

  beforeAll(async () => {
    await makeSites(root);
    server = await serve(root);
    sites['a disk'] = await openFolder(root);
    sites['a server'] = await openFolder(root, server.url);
  }, 60_000);

  afterAll(async () => {
    for (const site of Object.values(sites)) await site?.close();
    await server?.close();
    rmSync(root, { recursive: true });
  });

  it.each(RULES.flatMap((rule) => ['a disk', 'a server'].map((from) => [rule, from] as const)))(
    'each open the page of that type and side: names by the rule "%s", from %s',
    async (rule, from) => {
      const { page, complaints } = await (sites[from] as Site).visit(`sites/${rule}/types.html`);
      const base = page.url().replace(/sites\/.*/, '');
      const opened: string[] = [];
      for (const type of Object.keys(SIDES_OF)) {
        await page.goto(`${base}${openType(rule, type)}`);
        const labels = await pageLinks(page).allTextContents();
        for (const [i, label] of labels.entries()) {
          await pageLinks(page).nth(i).click();
          const side = label === 'Page' ? 'combined' : label;
          expect(decodeURIComponent(await page.title())).toBe(`${type} ${side}`);
          opened.push(`${type} ${side}`);
          await page.goBack();
          await pageLinks(page).first().waitFor();
        }
      }
      const expected = Object.entries(SIDES_OF).flatMap(([type, sides]) => {
        if (rule === 'neurodex') return [`${type} combined`];
        return CONTESTED.includes(type) ? [] : plainSides(sides).map((side) => `${type} ${side}`);
      });
      expect(opened).toEqual(expected);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('open the other sites without telling them whence one comes', async () => {
    const { page } = await (sites['a server'] as Site).visit(openType('plain', "KCa'b'-m"));
    const asked: { url: string; referrer: string | undefined }[] = [];
    await page.route(/^https:/, async (route) => {
      asked.push({ url: route.request().url(), referrer: route.request().headers().referer });
      await route.fulfill({ body: 'there', contentType: 'text/plain' });
    });
    expect(await page.locator('.links a').allTextContents()).toEqual(['Page', 'left', 'right', 'neuPrint ↗']);
    await page.getByRole('link', { name: 'neuPrint' }).click();
    await page.waitForURL(/^https:/);
    expect(new URL(page.url()).searchParams.get('qr[0][pm][neuron_name]')).toBe("KCa'b'-m");
    expect(asked).toEqual([{ url: page.url(), referrer: undefined }]);
    await page.context().close();
  });

  it('are said in full to a reader who hears them, and pass axe-core in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await (sites['a disk'] as Site).visit(openType('plain', 'KCab-m'), { colorScheme });
      const links = page.getByRole('navigation', { name: 'Links of KCab-m' }).getByRole('link');
      expect(await links.count()).toBe(4);
      expect(await page.getByRole('link', { name: 'left page' }).textContent()).toBe('left');
      expect(await violationsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.context().close();
    }
  });
});
