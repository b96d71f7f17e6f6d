import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hostileCatalog } from '../support/catalogs.ts';
import { canBrowse, openSite, seen, violationsOf } from '../support/chromium.ts';
import { hash, names, summary } from '../support/listPage.ts';
import { visits } from '../support/visits.ts';

const SCENARIO = '#region=LH&nt=glutamate&side=right&sort=-cells';

const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent');

describe.skipIf(!canBrowse)('what surrounds the list of types.html (skipped where /usr/bin/chromium is absent)', () => {
  const visit = visits(() => openSite(hostileCatalog(), { look: { footer: 'Ask us: https://example.org/help' } }));
  const open = (state = '', options = {}): Promise<Page> => visit(`types.html${state}`, options);

  it('skips to the list without taking the filters away', async () => {
    const page = await open('#region=LH&view=cards');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await hash(page)).toBe('#region=LH&view=cards');
    expect(await summary(page)).toContain('4 of 19 types');
    await page.keyboard.press('End');
    expect(await focused(page)).toBe('LHPV1');
  });

  it('has the whole search in the address when the page is left right after the last key', async () => {
    const page = await open();
    await page.locator('#q').pressSequentially('lhad');
    await page.locator('.dataset a').click();
    await page.waitForURL(/index\.html/);
    await page.goBack();
    await expect.poll(() => summary(page)).toContain('2 of 19 types');
    expect(await hash(page)).toBe('#q=lhad');
  });

  it.each([
    ['#cells=1', '1 cell'],
    ['#cells=3', '3 cells'],
    ['#cells=501-', 'over 500 cells'],
    ['#synapses=0-', 'any number of synapses'],
    ['#synapses=1', '1 synapse'],
  ])('says in words what the range of %s holds', async (state, words) => {
    const page = await open(state);
    expect(await page.locator('.chip').allInnerTexts()).toEqual([`${words}\n×`]);
  });

  it('leaves the keyboard where it was when it copies without a clipboard', async () => {
    const page = await open(SCENARIO);
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.locator('.menu summary', { hasText: 'Copy' }).focus();
    for (const key of ['Enter', 'Tab', 'Tab', 'Enter']) await page.keyboard.press(key);
    await page.getByText('2 names copied').waitFor();
    expect(await focused(page)).toBe('Copy');
  });

  it.each([320, 360, 768, 1400])('unfolds its menus within a window of %i px', async (width) => {
    const page = await open('', { viewport: { width, height: 740 } });
    for (const name of ['Download', 'Copy']) {
      await page.locator('.menu summary', { hasText: name }).click();
      const items = page.locator('.menu[open] li');
      const edges = await items.evaluateAll((all) => all.map((item) => item.getBoundingClientRect().toJSON()));
      expect(edges.length).toBeGreaterThan(1);
      expect(edges.filter(({ left, right }) => left < 0 || right > width)).toEqual([]);
    }
  });

  it('gives the keyboard nothing behind an open sheet', async () => {
    const page = await open('', { viewport: { width: 360, height: 740 } });
    const reachable = () =>
      page
        .locator('a, button, input, select, summary')
        .evaluateAll((stops) =>
          stops
            .filter((stop) => stop.checkVisibility() && stop.closest('[inert], #facets') === null)
            .map((stop) => stop.textContent),
        );
    expect(await reachable()).toContain('https://example.org/help');
    await page.locator('#sheet-open').click();
    expect(await reachable()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await reachable()).toContain('https://example.org/help');
  });

  it.each([
    ['csv', 'LHAD2,12,0,12,', 'LHAD1,3,0,3,'],
    ['tsv', 'LHAD2\t12\t0\t12\t', 'LHAD1\t3\t0\t3\t'],
    ['json', '{"name":"LHAD2","cells":{"total":12,', '{"name":"LHAD1","cells":{"total":3,'],
  ])('gives away what is shown as %s', async (ending, first, second) => {
    const page = await open(SCENARIO);
    await page.getByText('Download', { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator(`[data-file=${ending}]`).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`hostile_title_-v1.0_i_-types.${ending}`);
    const lines = readFileSync(await download.path(), 'utf8').split(/\r?\n/);
    expect(lines.slice(1, 3)).toEqual([expect.stringContaining(first), expect.stringContaining(second)]);
    expect(await seen(page.locator('#said'))).toBe(`2 types downloaded as ${ending.toUpperCase()}`);
    expect(await page.locator('.menu[open]').count()).toBe(0);
  });

  it('copies the link, and the names in their order', async () => {
    const page = await open(SCENARIO, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByText('Copy', { exact: true }).click();
    await page.locator('#link').click();
    await page.getByText('Link copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/types\.html#region=LH&nt=glutamate/);
    await page.getByText('Copy', { exact: true }).click();
    await page.locator('#names').click();
    await page.getByText('2 names copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('LHAD2\nLHAD1');
  });

  it('closes a menu by Escape, by a click elsewhere and by leaving it', async () => {
    const page = await open();
    const menu = page.locator('.menu', { hasText: 'Download' });
    for (const leave of [
      () => page.keyboard.press('Escape'),
      () => page.locator('#summary').click(),
      () => page.locator('#q').focus(),
    ]) {
      await menu.locator('summary').click();
      expect(await menu.locator('[data-file=csv]').isVisible()).toBe(true);
      await leave();
      expect(await menu.locator('[data-file=csv]').isVisible()).toBe(false);
    }
    expect(await summary(page)).toBe('19 types · 1,138 cells');
  });

  it('prints the whole list under the name of the dataset', async () => {
    const page = await open('#q=lh&region=LH&cells=1-99');
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    await page.emulateMedia({ media: 'print' });
    expect(await seen(page.locator('.printed caption'))).toBe(
      'hostile</title> v1.0 <i>, 19 types, 1,138 cells, edited 2020-09-18: 4 of 19 types · 19 cells: “lh”, LH, 1 to 99 cells',
    );
    expect(await page.locator('.printed tbody tr').count()).toBe(4);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await page.locator('.printed').count()).toBe(0);
  });

  it('remembers the theme that was switched to', async () => {
    const page = await open('', { colorScheme: 'light' });
    await page.locator('#theme').click();
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('folds the facets into a sheet that says how many are on, where the window is narrow', async () => {
    const page = await open(SCENARIO, { viewport: { width: 360, height: 740 } });
    expect(await seen(page.locator('#sheet-open'))).toBe('Filters\n3');
    await page.locator('#sheet-open').click();
    await page.locator('.facet[data-facet=side] li', { hasText: 'right only' }).locator('input').uncheck();
    expect(await seen(page.locator('#sheet-close'))).toBe('show 3 types');
    await page.locator('#sheet-close').click();
    expect(await names(page)).toEqual(['LHAD2', 'LHAD1', 'LHAV1']);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('gives a finger 24 px to hit in a narrow window', async () => {
    const page = await open('#region=LH', { viewport: { width: 360, height: 740 } });
    const heights = await page
      .locator('.bar-top a, .bar-top button, .toolbar button, .toolbar summary, #rows button')
      .filter({ visible: true })
      .evaluateAll((targets) => targets.map((target) => target.getBoundingClientRect().height));
    expect(heights.length).toBeGreaterThan(20);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(24);
  });

  it.each(['', '#view=cards', '#open=KCab-m'])('needs no scrolling sideways at 320 px (%s)', async (state) => {
    const page = await open(state, { viewport: { width: 320, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
  });

  it.each(['light', 'dark'] as const)(
    'passes axe-core in the %s theme, wide and narrow, with details open',
    async (colorScheme) => {
      const page = await open('#q=KCab&open=KCab-m', { colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await page.locator('#clear').click();
      await page.getByText('Download', { exact: true }).click();
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cards' }).click();
      expect(await violationsOf(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await page.locator('#sheet-open').click();
      expect(await violationsOf(page)).toEqual([]);
    },
  );

  it('lists every name without JavaScript', async () => {
    const page = await open('', { javaScriptEnabled: false });
    const listed = await page.locator('.plain li').allTextContents();
    expect(listed.map((name) => name.trim()).sort()).toEqual(
      hostileCatalog()
        .types.map(({ name }) => name.trim())
        .sort(),
    );
  });
});
