import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostileCatalog, IMAGE_NAME, LONG_NAME, longCatalog, REVERSED_NAME } from '../support/catalogs.ts';
import { canBrowse, openSite, type Site, seen, type Visit, violationsOf } from '../support/chromium.ts';

describe.skipIf(!canBrowse)('index.html in Chromium, from file:// (skipped where /usr/bin/chromium is absent)', () => {
  let site: Site;
  let visit: Visit;

  beforeAll(async () => {
    site = await openSite(hostileCatalog(), {
      notes: ['Meta has no ROI hierarchy: every ROI is its own region.'],
      fullNames: { LH: 'lateral horn' },
    });
  }, 60_000);

  afterEach(async () => {
    expect(visit.complaints).toEqual([]);
    await visit.page.context().close();
  });

  afterAll(() => site?.close());

  async function open(options: Parameters<Site['visit']>[1] = {}): Promise<{ page: Page; field: Locator }> {
    visit = await site.visit('index.html', options);
    return { page: visit.page, field: visit.page.getByRole('combobox', { name: 'Find a cell type' }) };
  }

  /** What a reader of the screen is told of the field: whether the list is open, and the line that is chosen. */
  async function told(field: Locator): Promise<[open: string | null, chosen: string]> {
    const id = await field.getAttribute('aria-activedescendant');
    const chosen = id === null ? '' : await seen(field.page().locator(`#${id}[aria-selected="true"]`));
    return [await field.getAttribute('aria-expanded'), chosen.split('\n')[0] as string];
  }

  it('takes a name, lists the best hits and opens the chosen type on Enter', async () => {
    const { page, field } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('kc');
    expect(await page.locator('.hit-name').allTextContents()).toEqual(["KCa'b'-m", 'KCab-m']);
    expect(await page.locator('.hit-name mark').allTextContents()).toEqual(['KC', 'KC']);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await told(field)).toEqual(['true', 'KCab-m']);
    await page.keyboard.press('Enter');
    await page.waitForURL(/types\.html#q=KCab-m&open=KCab-m$/);
    expect(await seen(page.locator('.details'))).toContain('540 cells');
  });

  it('opens the best hit on Enter where none is chosen', async () => {
    const { page, field } = await open();
    await field.fill('lhad');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#q=LHAD1&open=LHAD1$/);
  });

  it('goes round the lines and the field by arrow keys, and gives the choice up when the caret moves', async () => {
    const { page, field } = await open();
    await field.fill('kc');
    await page.keyboard.press('ArrowUp');
    expect(await told(field)).toEqual(['true', 'both 2 types that match']);
    await page.keyboard.press('ArrowDown');
    expect(await told(field)).toEqual(['true', '']);
    await page.keyboard.press('ArrowDown');
    expect(await told(field)).toEqual(['true', "KCa'b'-m"]);
    await page.keyboard.press('Home');
    expect(await told(field)).toEqual(['true', '']);
    await page.keyboard.type('x');
    expect(await field.inputValue()).toBe('xkc');
    await page.keyboard.press('End');
    await page.keyboard.type('y');
    expect(await field.inputValue()).toBe('xkcy');
  });

  it('closes the list on the first Escape and clears the field on the second', async () => {
    const { page, field } = await open();
    await field.fill('kc');
    await page.keyboard.press('Escape');
    expect(await page.locator('#hits').isVisible()).toBe(false);
    expect([await field.inputValue(), await told(field)]).toEqual(['kc', ['false', '']]);
    await page.keyboard.press('ArrowDown');
    expect(await told(field)).toEqual(['true', "KCa'b'-m"]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await field.inputValue()).toBe('');
  });

  it('is left by Tab, and the list closes behind', async () => {
    const { page, field } = await open();
    await field.fill('kc');
    await page.keyboard.press('Tab');
    expect(await page.locator('#hits').isVisible()).toBe(false);
    expect(await seen(page.locator(':focus'))).toBe('All 19 types');
    await page.keyboard.press('Shift+Tab');
    expect(await told(field)).toEqual(['true', '']);
  });

  it('opens the list of all that match by its last line', async () => {
    const { page, field } = await open();
    await field.fill('lh');
    await page.getByRole('option', { name: 'all 4 types that match' }).click();
    await page.waitForURL(/types\.html#q=lh$/);
    expect(await seen(page.locator('#summary'))).toMatch(/^4 of 19 types/);
  });

  it('finds by a synonym and says by which', async () => {
    const { page, field } = await open();
    await field.fill('steering');
    expect(await seen(page.getByRole('option'))).toMatch(/DNa02\s+steering neuron\s+2 cells/);
    await page.getByRole('option').click();
    await page.waitForURL(/open=DNa02/);
  });

  it('tells a reader of the screen how many are found and what Enter opens', async () => {
    const { page, field } = await open();
    await field.fill('kc');
    await page.getByRole('status').filter({ hasText: "2 types found. Enter opens KCa'b'-m." }).waitFor();
    await field.fill('steering');
    await page.getByRole('status').filter({ hasText: '1 type found. Enter opens DNa02.' }).waitFor();
  });

  it('says what was not found, and what to do', async () => {
    const { page, field } = await open();
    const totals = await page.locator('.totals').boundingBox();
    await field.fill('  nothing <b>like</b> it ');
    const words = await seen(page.locator('#no-hit'));
    expect(await page.locator('#q').getAttribute('aria-invalid')).toBe('true');
    expect(words).toBe(
      'No type has “nothing <b>like</b> it” in its name or in another name. Try a part of it, or look through all 19 types.',
    );
    await page.getByRole('status').filter({ hasText: words }).waitFor();
    expect(await page.locator('.totals').boundingBox()).toEqual(totals);
    expect(await told(field)).toEqual(['false', '']);
    await page.keyboard.press('Enter');
    await field.fill('kc');
    expect(await page.locator('#no-hit').isVisible()).toBe(false);
    expect(await page.locator('#q').getAttribute('aria-invalid')).toBe('false');
    expect(page.url()).toMatch(/index\.html$/);
  });

  it.each([IMAGE_NAME, LONG_NAME, REVERSED_NAME])('shows the hostile name %s whole, and as text', async (name) => {
    const { page, field } = await open({ viewport: { width: 360, height: 740 } });
    await field.fill(name);
    expect(await page.locator('.hit-name').textContent()).toBe(name);
    expect(await page.locator('#hits img').count()).toBe(0);
    const cut = await page.locator('.hit').evaluate((hit) => hit.scrollWidth > hit.clientWidth);
    expect(cut).toBe(false);
    await page.keyboard.press('Enter');
    await page.waitForURL(/types\.html/);
    expect(await page.evaluate('new URLSearchParams(location.hash.slice(1)).get("open")')).toBe(name);
  });

  it('gives a finger 44 px to hit', async () => {
    const { page, field } = await open({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const heights = async (part: Locator): Promise<number[]> =>
      await part.evaluateAll((doors) => doors.map((door) => door.getBoundingClientRect().height));
    expect(Math.min(...(await heights(page.locator('main a:visible'))))).toBeGreaterThanOrEqual(44);
    await field.fill('kc');
    expect(Math.min(...(await heights(page.getByRole('option'))))).toBeGreaterThanOrEqual(44);
    await page.getByRole('option').nth(1).tap();
    await page.waitForURL(/open=KCab-m/);
  });

  it('opens from every line of the plots and every remark a list of as many types as it tells', async () => {
    const { page } = await open();
    const doors = await page.locator('.plots a:has(.bar-count), .heat td a').evaluateAll((links) =>
      links.map((link) => ({
        href: link.getAttribute('href') ?? '',
        count: (link.querySelector('.bar-count') ?? link).textContent.trim().replace(/ .*/, ''),
      })),
    );
    expect(doors.length).toBeGreaterThan(50);
    const base = page.url();
    await page.goto(new URL('types.html', base).href);
    for (const { href, count } of doors) {
      await page.goto(new URL(href, base).href);
      expect(await seen(page.locator('#summary')), href).toMatch(new RegExp(`^${count} of 19 types`));
    }
  });

  it('shows that its lines are doors before anything points at them', async () => {
    const { page } = await open();
    const lines = await page.evaluate(`[...document.querySelectorAll(
      '.bar-row[href] .short, .balance-row .short, .remark-row[href] .short, .heat td a',
    )].map((door) => getComputedStyle(door).textDecorationLine)`);
    expect(new Set(lines as string[])).toEqual(new Set(['underline']));
  });

  it('shows the chosen line of what it found where the system sets the colours', async () => {
    const { page } = await open({ forcedColors: 'active' });
    await page.locator('#q').fill('lh');
    await page.keyboard.press('ArrowDown');
    const outlines = await page.evaluate(
      `[...document.querySelectorAll('.hit')].map((hit) => getComputedStyle(hit).outlineStyle)`,
    );
    expect((outlines as string[]).indexOf('solid')).toBe(0);
    expect((outlines as string[]).lastIndexOf('solid')).toBe(0);
  });

  it('tells exact shares of what has the focus', async () => {
    const { page } = await open();
    await page.locator('.bar-row[href]').first().focus();
    await page.keyboard.press('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    expect(await seen(page.getByRole('tooltip'))).toBe('21.1\u00a0% of the types, 1.7\u00a0% of the cells');
    expect(await page.locator('[aria-describedby]').getAttribute('aria-describedby')).toBe('tip');
  });

  it('says what a region is called in full where there is room, and always on its short name', async () => {
    const { page } = await open();
    expect(await seen(page.locator('.bar-row[href]').first())).toMatch(/^LH\s+lateral horn\s+4/);
    expect(await page.locator('.heat abbr').getAttribute('title')).toBe('lateral horn');
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await seen(page.locator('.bar-row[href]').first())).toMatch(/^LH\s+4/);
    expect(await page.locator('.bars abbr').getAttribute('title')).toBe('lateral horn');
  });

  it('passes axe-core in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, field } = await open({ colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      await field.fill('kc');
      await page.keyboard.press('ArrowDown');
      expect(await violationsOf(page)).toEqual([]);
      await field.fill('nothing like it');
      expect(await violationsOf(page)).toEqual([]);
      await page.locator('.bar-row[href]').first().hover();
      expect(await violationsOf(page)).toEqual([]);
    }
  });

  it.each([
    [320, [2, 1, 2]],
    [360, [2, 1, 2]],
    [768, [3, 2]],
    [1400, [5]],
  ])('fits a window of %i px, with the totals on one grid', async (width, lines) => {
    const { page } = await open({ viewport: { width, height: 740 } });
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    const boxes = await page.locator('.totals dd').evaluateAll((numbers) =>
      numbers.map((number) => {
        const { left, top } = number.getBoundingClientRect();
        return { left: Math.round(left), top: Math.round(top) };
      }),
    );
    const tops = [...new Set(boxes.map(({ top }) => top))];
    expect(tops.map((top) => boxes.filter((box) => box.top === top).length)).toEqual(lines);
    expect(new Set(boxes.map(({ left }) => left)).size).toBe(Math.max(...lines));
  });

  it('has its headings in order, and keeps the bars where colours are forced', async () => {
    const { page } = await open({ forcedColors: 'active' });
    const levels = await page.getByRole('heading').evaluateAll((titles) => titles.map(({ tagName }) => tagName));
    expect(levels.join(' ')).toMatch(/^H1( H2( H3)*)+$/);
    const [fill, paper] = (await page.evaluate(`[
      getComputedStyle(document.querySelector('.bar rect')).fill,
      getComputedStyle(document.body).backgroundColor,
    ]`)) as [string, string];
    expect(fill).not.toBe(paper);
  });

  it('says of a dataset without types that there is nothing to find', async () => {
    const empty = await openSite(longCatalog(0));
    visit = await empty.visit('index.html');
    expect(await seen(visit.page.locator('main'))).toContain(
      'No cell has a type: there is nothing to list or to plot.',
    );
    expect(await visit.page.locator('#find').isVisible()).toBe(false);
    expect(await violationsOf(visit.page)).toEqual([]);
    await empty.close();
  });
});
