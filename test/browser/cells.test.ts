import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/catalog/catalog.ts';
import { catalogWithCells, hostileCatalog, SCRIPT_NAME, UNLISTED } from '../support/catalogs.ts';
import { canBrowse, openSite, seen, type Visit, violationsOf } from '../support/chromium.ts';
import { hash, names } from '../support/listPage.ts';
import { serve } from '../support/serve.ts';
import { visits } from '../support/visits.ts';

const CATALOG = catalogWithCells();
const idsOf = (type: string): string[] => (CATALOG.cells.get(type) as Cell[]).map(({ bodyId }) => bodyId);
const DNA02 = idsOf('DNa02');
const KCAB = idsOf('KCab-m');

const aliases = (page: Page): Promise<string[]> => page.locator('.alias:visible').allTextContents();
const isLoaded = (page: Page): Promise<boolean> =>
  page.evaluate('document.querySelector("script[src*=cells]") !== null');
const cellsFileOf = (page: Page): string => join(dirname(fileURLToPath(page.url())), 'assets/cells.js');
const shown = (page: Page, name: string): Promise<void> =>
  page.locator('.row .name', { hasText: name }).first().waitFor();

describe.skipIf(!canBrowse)('search by cells in Chromium, from file:// (skipped without /usr/bin/chromium)', () => {
  const visit = visits(() => openSite(CATALOG));
  const open = (state = '', options = {}): Promise<Page> => visit(`types.html${state}`, options);

  it('loads nothing until a search or the details need it', async () => {
    const page = await open();
    await page.locator('#q').fill('kc');
    await page.locator('#q').fill('720');
    expect(await isLoaded(page)).toBe(false);
    await page.locator('#q').fill('7205');
    expect(await isLoaded(page)).toBe(true);
  });

  it('finds a cell by its id, though nobody asked for cells, and marks how far it is met', async () => {
    const page = await open();
    const [id] = DNA02 as [string];
    await page.locator('#q').fill(id);
    await expect.poll(() => names(page)).toEqual(['DNa02']);
    expect(await aliases(page)).toEqual([id]);
    expect(await page.locator('.alias mark').textContent()).toBe(id);
    // The ids of a type go on in the next one.
    await page.locator('#q').fill(id.slice(0, -1));
    expect((await names(page)).length).toBeGreaterThan(1);
    expect(await page.locator('.alias mark').first().textContent()).toBe(id.slice(0, -1));
    await page.locator('#q').fill('7205759406999');
    expect(await page.locator('#nothing').isVisible()).toBe(true);
  });

  it('says by keyboard, too, what the box beside the search is for', async () => {
    const page = await open();
    await page.locator('#q').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('in-cells');
    expect(await seen(page.locator('#tip'))).toMatch(/^Search the instances of cells, too\./);
    expect(await page.locator('#in-cells').getAttribute('aria-describedby')).toBe('tip');
    await page.keyboard.press('Tab');
    expect(await page.locator('#in-cells').getAttribute('aria-describedby')).toBe(null);
  });

  it('finds instances once it is asked to, after the names, and keeps that in the address', async () => {
    const page = await open('#q=b-m');
    expect(await names(page)).toEqual(['KCab-m']);
    await page.locator('#q').fill('b-m_r');
    expect(await page.locator('#nothing').isVisible()).toBe(true);
    await page.getByLabel('cells too').check();
    await expect.poll(() => names(page)).toEqual(['KCab-m']);
    expect(await hash(page)).toBe('#q=b-m_r&in=cells');
    expect(await aliases(page)).toEqual(['instance KCab-m_R']);
    expect(await page.locator('.alias mark').allTextContents()).toEqual(['b-m_R']);
    await page.locator('#q').fill('lc4');
    expect(await names(page)).toEqual(['LC4']);
    await page.locator('#q').fill('in');
    expect((await names(page)).slice(0, 1)).toEqual(['INXXX447, INXXX449']);
    // The word that says what was met is no hit.
    expect((await page.locator('mark').allTextContents()).every((text) => text.toLowerCase() === 'in')).toBe(true);
    expect(await page.locator('.alias:visible', { hasText: /^instance/ }).count()).toBe(0);
  });

  it('comes back to it by a link, a reload, and the way back', async () => {
    const page = await open('#q=kcab-m_r&in=cells');
    await expect.poll(() => names(page)).toEqual(['KCab-m']);
    await page.reload();
    await expect.poll(() => names(page)).toEqual(['KCab-m']);
    expect(await page.getByLabel('cells too').isChecked()).toBe(true);
    await page.getByLabel('cells too').uncheck();
    expect(await page.locator('#nothing').isVisible()).toBe(true);
    await page.goBack();
    expect(await names(page)).toEqual(['KCab-m']);
    expect(await page.getByLabel('cells too').isChecked()).toBe(true);
  });

  it('shows hostile instances as text', async () => {
    const page = await open(`#in=cells&q=${encodeURIComponent(SCRIPT_NAME)}`);
    await expect.poll(async () => (await names(page)).length).toBe(2);
    expect(await aliases(page)).toEqual([SCRIPT_NAME]);
    expect(await page.locator('#rows img, #rows script').count()).toBe(0);
  });

  it('copies all ids of a type', async () => {
    const page = await open('#open=KCab-m', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'copy bodyIds' }).click();
    await page.getByText('bodyIds copied').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(KCAB.join(', '));
  });

  it('does not pretend to know the cells of a type that failed', async () => {
    const page = await open(`#open=${UNLISTED}`);
    await page.getByText('not known: <b>no</b> answer').waitFor();
    await page.locator('#q').fill('_r');
    await page.getByLabel('cells too').check();
    expect(await seen(page.locator('#cells-note'))).toBe('The cells of 1 type are not known: they are not searched.');
    await page.locator('#q').fill('');
    await page.getByLabel('cells too').uncheck();
    expect(await page.locator('#cells-note').isVisible()).toBe(false);
  });

  it.each(['light', 'dark'] as const)('passes axe-core in the %s theme, wide and narrow', async (colorScheme) => {
    const page = await open('#q=b-m_r&in=cells&open=KCab-m', { colorScheme });
    await page.getByRole('button', { name: 'all 540' }).click();
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  it('points from a search that finds nothing to the instances of cells, from both pages', async () => {
    const page = await open('#q=b-m_r');
    await page.locator('#nothing-in-cells').click();
    expect(await names(page)).toEqual(['KCab-m']);
    expect(new URL(page.url()).hash).toBe('#q=b-m_r&in=cells');
    await page.goto(page.url().replace(/types\.html.*/, 'index.html'));
    await page.locator('#q').fill('b-m_r');
    await page.locator('#no-hit-cells').click();
    await page.waitForURL(/types\.html#q=b-m_r&in=cells$/);
    await expect.poll(() => names(page)).toEqual(['KCab-m']);
  });

  it('finds an id from index.html, too', async () => {
    const page = await visit('index.html');
    const [id] = DNA02 as [string];
    await page.locator('#q').fill(id);
    await page.locator('#hits li').waitFor();
    expect(await seen(page.locator('#hits li'))).toMatch(new RegExp(`^DNa02\\s+${id}\\s+2 cells\\s*Enter$`));
    await page.locator('#found', { hasText: '1 type found. Enter opens DNa02.' }).waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`types\\.html#q=${id}&open=DNa02$`));
  });
});

/** The site behind a server that gives assets/cells.js away only when it is released. */
interface SlowSite {
  visit(path: string): Promise<Visit>;
  release(): void;
  close(): Promise<void>;
}

async function openSlowSite(): Promise<SlowSite> {
  const site = await openSite(CATALOG);
  const first = await site.visit('types.html');
  const folder = dirname(fileURLToPath(first.page.url()));
  let release = (): void => undefined;
  const released = new Promise<void>((done) => {
    release = done;
  });
  const server = await serve(folder, async (path) => {
    if (path.endsWith('cells.js')) await released;
  });
  return {
    async visit(path) {
      await first.page.goto(`${server.url}${path}`);
      return first;
    },
    release,
    async close() {
      release();
      await site.close();
      await server.close();
    },
  };
}

describe.skipIf(!canBrowse)('search by cells that take their time, in Chromium', () => {
  let slow: SlowSite;
  beforeEach(async () => {
    slow = await openSlowSite();
  });
  afterEach(() => slow?.close());

  it('leaves the list as it is while the cells are on their way, and does not open what is not meant', async () => {
    const { page } = await slow.visit('types.html#region=LH');
    const before = await names(page);
    await page.locator('#q').fill(DNA02[0] as string);
    expect(await names(page)).toEqual(before);
    await page.keyboard.press('Enter');
    expect(await page.locator('.details').count()).toBe(0);
    await page.locator('.in-cells.waiting').waitFor();
    expect(await names(page)).toEqual(before);
    slow.release();
    await page.locator('#nothing').waitFor();
    await page.locator('#clear').click();
    await page.locator('#q').fill(DNA02[0] as string);
    expect(await names(page)).toEqual(['DNa02']);
  });

  it('lists the ids of a type among its details, which stay where they are when the ids come', async () => {
    const { page } = await slow.visit('types.html');
    await page.locator('.row .name', { hasText: 'KCab-m' }).click();
    const part = page.locator('.cells-part');
    expect(await seen(part)).toMatch(/^bodyIds\n…[\s\S]*on their way$/);
    // The site has no links, so none are awaited.
    expect(await page.locator('.details nav').count()).toBe(0);
    const next = page.locator('.row', { has: page.getByRole('button', { name: 'LC4', exact: true }) });
    const before = await next.boundingBox();
    slow.release();
    await part.getByRole('button', { name: 'copy bodyIds' }).waitFor();
    expect(await next.boundingBox()).toEqual(before);
    expect(await part.locator('li').allTextContents()).toEqual(KCAB.slice(0, 20));
    await part.getByRole('button', { name: 'all 540' }).click();
    expect(await part.locator('li').allTextContents()).toEqual(KCAB);
    // What comes below goes down by as much as the list grew, and is no less reached by scrolling.
    await page.locator('#rows').press('End');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await shown(page, 'timed out');
  });
});

describe.skipIf(!canBrowse)('pages without cells in Chromium, from file://', () => {
  it('have nothing of it where the site was built without', async () => {
    const site = await openSite(hostileCatalog());
    try {
      const { page, complaints } = await site.visit('types.html#q=7205&in=cells&open=');
      expect(await page.locator('#in-cells').count()).toBe(0);
      expect(await page.locator('#nothing').isVisible()).toBe(true);
      await page.locator('#q').fill('DNa02');
      await page.keyboard.press('Enter');
      expect(await page.locator('.cells-part').count()).toBe(0);
      expect(await isLoaded(page)).toBe(false);
      expect(complaints).toEqual([]);
    } finally {
      await site.close();
    }
  });

  it('say in one line that the file is not there, and still find names', async () => {
    const site = await openSite(CATALOG);
    try {
      const { page, complaints } = await site.visit('types.html');
      rmSync(cellsFileOf(page));
      await page.locator('#q').fill(DNA02[0] as string);
      const words =
        'assets/cells.js could not be loaded: cells are not searched. Copy the whole folder, or reload the page.';
      await page.getByText(words).waitFor();
      expect(await page.locator('#nothing').isVisible()).toBe(true);
      await page.locator('#q').fill('DNa02');
      expect(await names(page)).toEqual(['DNa02']);
      expect(await page.locator('#cells-note').isVisible()).toBe(false);
      await page.keyboard.press('Enter');
      expect(await seen(page.locator('.cells-part'))).toContain(`not known: ${words}`);
      await page.goto(new URL('index.html', page.url()).href);
      await page.locator('#q').fill(DNA02[0] as string);
      await page.locator('#cells-trouble', { hasText: words }).waitFor();
      expect(complaints.every((text) => text.includes('ERR_FILE_NOT_FOUND'))).toBe(true);
    } finally {
      await site.close();
    }
  });

  it('take no cells of another build for their own', async () => {
    const site = await openSite(CATALOG);
    try {
      const { page } = await site.visit('types.html');
      writeFileSync(cellsFileOf(page), 'var neurodexCells = {"id":"another"};');
      await page.locator('#q').fill(DNA02[0] as string);
      await page.getByText('assets/cells.js is of another build than this page').waitFor();
      expect(await page.locator('#nothing').isVisible()).toBe(true);
    } finally {
      await site.close();
    }
  });
});
