import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostileCatalog, IMAGE_NAME } from '../support/catalogs.ts';
import { canBrowse, openSite, type Site, seen, type Visit, violationsOf } from '../support/chromium.ts';

describe.skipIf(!canBrowse)('index.html in Chromium, from file:// (skipped where /usr/bin/chromium is absent)', () => {
  let site: Site;
  let visit: Visit;

  beforeAll(async () => {
    site = await openSite(hostileCatalog(), { notes: ['Meta has no ROI hierarchy: every ROI is its own region.'] });
  }, 60_000);

  afterEach(async () => {
    expect(visit.complaints).toEqual([]);
    await visit.page.context().close();
  });

  afterAll(() => site?.close());

  it('takes a name, lists the best hits and opens the chosen type on Enter', async () => {
    visit = await site.visit('index.html');
    const { page } = visit;
    await page.keyboard.press('/');
    await page.keyboard.type('kc');
    expect(await page.locator('.hit-name').allTextContents()).toEqual(["KCa'b'-m", 'KCab-m']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#q').getAttribute('aria-activedescendant')).toBe('hit-1');
    await page.keyboard.press('Enter');
    await page.waitForURL(/types\.html#q=KCab-m&open=KCab-m$/);
    expect(await seen(page.locator('.details'))).toContain('540 cells');
  });

  it('finds by a synonym and says by which', async () => {
    visit = await site.visit('index.html');
    await visit.page.locator('#q').fill('steering');
    expect(await seen(visit.page.locator('#hits li'))).toMatch(/DNa02\s+steering neuron\s+2 cells/);
    await visit.page.locator('#hits li').click();
    await visit.page.waitForURL(/open=DNa02/);
  });

  it('says when nothing is found', async () => {
    visit = await site.visit('index.html');
    await visit.page.locator('#q').fill('nothing like it');
    expect(await seen(visit.page.locator('#found'))).toBe('0 types');
    expect(await visit.page.locator('#hits').isVisible()).toBe(false);
  });

  it('shows a hostile name as text', async () => {
    visit = await site.visit('index.html');
    await visit.page.locator('#q').fill('<img');
    expect(await visit.page.locator('.hit-name').textContent()).toBe(IMAGE_NAME);
    expect(await visit.page.locator('#hits img').count()).toBe(0);
  });

  it('opens from every bar a list of as many types as the bar counts', async () => {
    visit = await site.visit('index.html');
    const { page } = visit;
    const doors = await page.locator('.bars a').evaluateAll((links) =>
      links.map((link) => ({
        href: link.getAttribute('href') ?? '',
        count: link.querySelector('.bar-count')?.textContent ?? '',
      })),
    );
    expect(doors.length).toBeGreaterThan(20);
    for (const { href, count } of doors) {
      await page.goto(new URL(href, page.url()).href);
      expect(await seen(page.locator('#summary')), href).toMatch(new RegExp(`^${count} of 19 types`));
      await page.goBack();
    }
  });

  it('passes axe-core in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      visit = await site.visit('index.html', { colorScheme });
      expect(await violationsOf(visit.page)).toEqual([]);
      await visit.page.locator('#q').fill('kc');
      expect(await violationsOf(visit.page)).toEqual([]);
    }
  });

  it.each([
    [360, [2, 1, 2]],
    [768, [3, 2]],
    [1400, [5]],
  ])('fits a window of %i px, with the totals on one grid', async (width, lines) => {
    visit = await site.visit('index.html', { viewport: { width, height: 740 } });
    expect(await visit.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const boxes = await visit.page.locator('.totals dd').evaluateAll((numbers) =>
      numbers.map((number) => {
        const { left, top } = number.getBoundingClientRect();
        return { left: Math.round(left), top: Math.round(top) };
      }),
    );
    const tops = [...new Set(boxes.map(({ top }) => top))];
    expect(tops.map((top) => boxes.filter((box) => box.top === top).length)).toEqual(lines);
    expect(new Set(boxes.map(({ left }) => left)).size).toBe(Math.max(...lines));
  });
});
