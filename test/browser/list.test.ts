import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { longCatalog, quickCatalog } from '../support/catalogs.ts';
import { canBrowse, openSite, type Site, seen } from '../support/chromium.ts';
import { names } from '../support/listPage.ts';

describe.skipIf(!canBrowse)('types.html of a quick index (skipped where /usr/bin/chromium is absent)', () => {
  it('says so and offers no facet of regions', async () => {
    const site = await openSite(quickCatalog());
    const { page, complaints } = await site.visit('types.html');
    expect(await seen(page.locator('.remark'))).toContain('quick mode');
    expect(await page.locator('.facet[data-facet=region], .facet[data-facet=roi]').count()).toBe(0);
    expect(await seen(page.locator('.row').first())).toContain('no ROI data (quick mode)');
    expect(complaints).toEqual([]);
    await site.close();
  }, 60_000);
});

describe.skipIf(!canBrowse)('types.html without types (skipped where /usr/bin/chromium is absent)', () => {
  it('says why it lists nothing, and asks for no filter to be taken away', async () => {
    const site = await openSite({ ...quickCatalog(), types: [] });
    const { page, complaints } = await site.visit('types.html');
    expect(await seen(page.locator('main'))).toContain('No cell has a type: there is nothing to list.');
    expect(await page.locator('#nothing').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
    await site.close();
  }, 60_000);
});

describe.skipIf(!canBrowse)('types.html of 2,000 types (skipped where /usr/bin/chromium is absent)', () => {
  let site: Site;

  beforeAll(async () => {
    site = await openSite(longCatalog(2000));
  }, 60_000);

  afterAll(() => site?.close());

  it('holds few rows at a time, and yet every type under the scroll bar', async () => {
    const { page } = await site.visit('types.html');
    const height = (await page.locator('#rows').boundingBox())?.height;
    expect(height).toBe(2000 * 44);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await page.getByRole('button', { name: 'T2000', exact: true }).waitFor();
    expect((await names(page)).at(-1)).toBe('T2000');
    expect((await names(page)).length).toBeLessThan(60);
  });

  it('comes back to where one had scrolled, after a reload and after another page', async () => {
    const { page } = await site.visit('types.html');
    await page.evaluate('scrollTo(0, 44000)');
    await page.getByRole('button', { name: 'T1000', exact: true }).waitFor();
    await expect.poll(() => page.evaluate('history.state?.scroll')).toBe(44000);
    await page.reload();
    expect(await page.evaluate('scrollY')).toBe(44000);
    await page.locator('.dataset a').click();
    await page.waitForURL(/index\.html/);
    await page.goBack();
    await page.getByRole('button', { name: 'T1000', exact: true }).waitFor();
    expect(await page.evaluate('scrollY')).toBe(44000);
  });

  it('leaves the keyboard at its row while another hand scrolls, and at the type whose details close', async () => {
    const { page } = await site.visit('types.html');
    const focused = () => page.evaluate('document.activeElement.textContent');
    await page.getByRole('button', { name: 'T12', exact: true }).focus();
    await page.mouse.move(700, 500);
    await page.mouse.wheel(0, 440);
    await page.getByRole('button', { name: 'T35', exact: true }).waitFor();
    expect(await focused()).toBe('T12');
    await page.keyboard.press('Enter');
    await page.evaluate('document.querySelector(".details-cell").tabIndex = 0');
    await page.locator('.details-cell').focus();
    await page.keyboard.press('Escape');
    expect(await page.locator('.details').count()).toBe(0);
    expect(await focused()).toBe('T12');
  });

  it('brings the details of a link into the window, not their type alone', async () => {
    const { page } = await site.visit('types.html#open=T1500');
    const details = await page.locator('.details').boundingBox();
    expect((details?.y ?? 900) + (details?.height ?? 0)).toBeLessThanOrEqual(900);
  });

  it('keeps the open type in sight when cards become rows, and back', async () => {
    const { page } = await site.visit('types.html#open=T1500');
    const opened = page.getByRole('button', { name: 'T1500', exact: true });
    for (const view of ['Cards', 'Rows']) {
      await page.getByRole('button', { name: view, exact: true }).click();
      const top = (await opened.boundingBox())?.y ?? -1;
      expect(top).toBeGreaterThan(56);
      expect(top).toBeLessThan(900);
    }
  });

  it('keeps its length when a type is opened and closed, and starts at the top for another filter', async () => {
    const { page } = await site.visit('types.html#open=T1500');
    const opened = page.getByRole('button', { name: 'T1500', exact: true });
    expect(await opened.isVisible()).toBe(true);
    expect(await page.locator('.details').isVisible()).toBe(true);
    await opened.click();
    expect((await page.locator('#rows').boundingBox())?.height).toBe(2000 * 44);
    await page.locator('.facet[data-facet=cells] li', { hasText: '4 to 5' }).locator('input').check();
    expect((await names(page))[0]).toBe('T4');
    expect(await page.getByRole('button', { name: 'T4', exact: true }).isVisible()).toBe(true);
  });
});
