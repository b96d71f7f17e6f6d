import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { accentRules } from '../../src/site/look/accent.ts';
import { logoOf } from '../../src/site/look/look.ts';
import { readOverrides } from '../../src/site/look/overrides.ts';
import { BROKEN_ROI, hostileCatalog } from '../support/catalogs.ts';
import { canBrowse, openSite, seen, violationsOf } from '../support/chromium.ts';
import { visits } from '../support/visits.ts';

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><script>alert(1)</script><rect width="60" height="30"/></svg>';

const FULL_NAMES = {
  LH: 'lateral horn',
  SLP: 'superior lateral protocerebrum, at some length',
  aL: 'alpha lobe',
  AL: '<b>antennal</b> "lobe"',
  [BROKEN_ROI]: 'a broken one',
};

describe.skipIf(!canBrowse)(
  'a site of its own look in Chromium, from file:// (skipped where /usr/bin/chromium is absent)',
  () => {
    let folder: string;

    const open = visits(async () => {
      folder = mkdtempSync(join(tmpdir(), 'neurodex-look-'));
      mkdirSync(join(folder, 'style'));
      writeFileSync(
        join(folder, 'themeSwitch.eta'),
        '<p class="ours">ours</p><button type="button" class="text" id="theme">theme</button>',
      );
      writeFileSync(join(folder, 'style', 'lab.css'), '.ours { letter-spacing: 3px }');
      return await openSite(hostileCatalog(), {
        overrides: readOverrides(folder, 'templates'),
        fullNames: FULL_NAMES,
        look: {
          title: 'Atlas <img src=x onerror=alert(1)>',
          footer: 'By us, https://us.example/',
          logo: logoOf(Buffer.from(LOGO)) as Exclude<ReturnType<typeof logoOf>, string>,
          accentRules: accentRules('#7b1fa2', readFileSync('templates/style/base.css', 'utf8')),
        },
      });
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    it.each(['index.html', 'types.html'])('%s shows templates, style, name, logo and footer', async (path) => {
      const page = await open(path);
      expect(await seen(page.locator('.ours'))).toBe('ours');
      expect(await page.evaluate('getComputedStyle(document.querySelector(".ours")).letterSpacing')).toBe('3px');
      expect(await page.evaluate('document.querySelector(".logo").naturalWidth')).toBe(60);
      expect(await page.locator('.logo').evaluate((logo) => logo.getBoundingClientRect().height)).toBeLessThan(45);
      expect(await seen(page.locator('.site-title'))).toContain('Atlas <img src=x');
      expect(await page.locator('.site-footer a').getAttribute('href')).toBe('https://us.example/');
      expect(await page.evaluate('getComputedStyle(document.querySelector(".site-footer a")).color')).toBe(
        'rgb(123, 31, 162)',
      );
    });

    it('writes ROIs and regions of a row as abbreviations, in rows that keep their height', async () => {
      const page = await open('types.html#q=LHAD1');
      const names = (): Promise<(string | null)[][]> =>
        page
          .locator('.row .roi:visible bdi, .row .c-region button bdi')
          .evaluateAll((labels) =>
            labels.map((label) => [label.textContent, label.querySelector('abbr')?.title ?? null]),
          );
      expect(await names()).toEqual([
        ['LH', FULL_NAMES.LH],
        ['LH', FULL_NAMES.LH],
        ['SLP', FULL_NAMES.SLP],
      ]);
      expect((await page.locator('.row').first().boundingBox())?.height).toBe(44);
      // The same nodes, of a type whose ROIs have no full names, and back.
      await page.locator('#q').fill('LC10');
      expect(await names()).toEqual([
        ['OL', null],
        ['LO', null],
        ['AOTU', null],
      ]);
      await page.locator('#q').fill('line');
      expect(await names()).toEqual([
        ['MB', null],
        ['aL', FULL_NAMES.aL],
        [BROKEN_ROI, FULL_NAMES[BROKEN_ROI]],
        ['AL', FULL_NAMES.AL],
      ]);
    });

    it('tells the full name on hover and to the keyboard, once', async () => {
      const page = await open('types.html#q=LHAD1');
      const label = page.locator('.row .roi:visible abbr').first();
      await label.hover();
      expect(await seen(page.locator('#tip'))).toMatch(/^LH, lateral horn: input 70 \(87\.5\s%\), output 30/);
      expect(await label.getAttribute('title')).toBeNull();
      await page.mouse.move(1, 1);
      expect(await page.locator('#tip').isVisible()).toBe(false);
      expect(await label.getAttribute('title')).toBe('lateral horn');
      await page.locator('#q').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      expect(await seen(page.locator('#tip'))).toBe('LH, lateral horn');
      expect(await page.getByRole('button', { name: 'LH, lateral horn', exact: true }).count()).toBe(1);
      expect(await page.getByRole('button', { name: /^SLP, superior lateral .*: input/ }).count()).toBe(1);
      await page.locator('.row .roi:visible').first().click();
      expect(await page.evaluate('location.hash')).toBe('#q=LHAD1&roi=LH');
    });

    it('keeps the right titles when a row is filled anew under its tooltip', async () => {
      const page = await open('types.html#q=LHAD1');
      await page.locator('.row .roi:visible abbr').first().hover();
      await page.locator('#q').fill('KCab-m');
      await page.mouse.move(1, 1);
      expect(await page.locator('.row .roi:visible abbr').first().getAttribute('title')).toBe('alpha lobe');
    });

    it('has both names in the facets, where a long one is cut', async () => {
      const page = await open('types.html');
      const value = page.getByRole('checkbox', { name: /^LH lateral horn/ });
      expect(await value.count()).toBe(2);
      await value.first().check();
      expect(await seen(page.locator('#summary'))).toMatch(/^4 of 19 types/);
      expect(await seen(page.locator('.chip bdi'))).toBe('LH');
      const facet = page.locator('.facet[data-facet=roi]');
      if (await facet.locator('.show-all').isVisible()) await facet.locator('.show-all').click();
      const long = facet.locator('.full-name', { hasText: 'superior lateral' });
      expect(await long.evaluate((node) => node.scrollWidth > node.clientWidth)).toBe(true);
      expect((await facet.locator('li').first().boundingBox())?.height).toBe(26);
      expect(await facet.locator('li b').count()).toBe(0);
    });

    it('has both names in the details and at the plots', async () => {
      const page = await open('types.html#q=LHAD1&open=LHAD1');
      expect(await seen(page.locator('.details .shares').first())).toMatch(/LH lateral horn\s+70\s/);
      await page.goto(page.url().replace(/types\.html.*/, 'index.html'));
      expect(await page.getByRole('link', { name: /^LH\s*lateral horn\s*4 types/ }).count()).toBe(1);
    });

    it.each([360, 768, 1100, 1180, 1400, 1700])('has room for them in details of a window of %i px', async (width) => {
      const page = await open('types.html#q=LHAD1&open=LHAD1', { viewport: { width, height: 900 } });
      expect(await page.locator('.details .shares').count()).toBe(2);
      const right =
        'Math.max(...Array.from(document.querySelectorAll(".shares, .facts-list"), (part) => part.getBoundingClientRect().right))';
      expect(await page.evaluate(`${right} <= document.querySelector(".details").getBoundingClientRect().right`)).toBe(
        true,
      );
    });

    it('has them without JavaScript', async () => {
      const page = await open('types.html', { javaScriptEnabled: false });
      expect(await page.locator('.row .roi abbr[title="lateral horn"]').count()).toBe(4);
    });

    it.each(['light', 'dark'] as const)('passes axe-core in the %s theme, wide and narrow', async (colorScheme) => {
      let page = await open('index.html', { colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.context().close();
      page = await open('types.html#q=LHAD1&region=LH&open=LHAD1', { colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await violationsOf(page)).toEqual([]);
      await page.locator('#sheet-open').click();
      expect(await violationsOf(page)).toEqual([]);
    });
  },
);
