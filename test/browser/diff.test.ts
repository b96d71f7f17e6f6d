import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { type Change, compareIndexes } from '../../src/catalog/difference.ts';
import { diffFiles } from '../../src/site/diff/files.ts';
import { hostileCatalog, IMAGE_NAME, longCatalog, quickCatalog, SCRIPT_NAME } from '../support/catalogs.ts';
import { canBrowse, openFiles, PARTS, type Site, seen, type Visit, violationsOf } from '../support/chromium.ts';

const GENERATED = '2026-11-21T08:00:00Z';

function siteOf({ before, after }: Change<Catalog>): Promise<Site> {
  const built = (catalog: Catalog) => ({ ...catalog, generated: GENERATED });
  return openFiles(diffFiles(compareIndexes(built(before), built(after), 5), PARTS));
}

/** The hostile catalogue with a hostile text wherever the page shows one. */
function later(): Catalog {
  const catalog = hostileCatalog();
  const types = catalog.types.flatMap((type) => {
    if (type.name === 'LHAD1') return [];
    if (type.name === 'LC10') return [{ ...type, name: `${IMAGE_NAME} LC10` }];
    if (type.name === 'timed out') return [{ ...type, failed: SCRIPT_NAME }];
    const rois = type.rois?.map((roi) => ({ ...roi, name: `${roi.name}<s>`, prePercent: 0.5 })) ?? null;
    return [{ ...type, rois, region: IMAGE_NAME, annotations: { synonyms: [SCRIPT_NAME, '<u>'] } }];
  });
  return { ...catalog, dataset: { ...catalog.dataset, tag: SCRIPT_NAME }, types };
}

describe.skipIf(!canBrowse)('diff.html in Chromium, from file:// (skipped where /usr/bin/chromium is absent)', () => {
  let site: Site;
  let long: Site;
  let visit: Visit;

  beforeAll(async () => {
    const many = { types: 99_999, cells: 999_999, untyped: 9, pre: 999_999_999, post: 999_999_999 };
    site = await siteOf({ before: hostileCatalog(), after: { ...later(), totals: many } });
    const { types, ...rest } = longCatalog(1500);
    const moved = types.map((type) => ({ ...type, cells: { ...type.cells, total: 9, left: 9 } }));
    long = await siteOf({ before: longCatalog(1500), after: { ...rest, types: moved } });
  }, 60_000);

  afterEach(async () => {
    expect(visit.complaints).toEqual([]);
    await visit.page.context().close();
  });

  afterAll(async () => {
    await site?.close();
    await long?.close();
  });

  const listOf = (key: string): ReturnType<Visit['page']['locator']> =>
    visit.page.locator(`section[aria-labelledby="${key}"]`);

  it('shows hostile texts as text', async () => {
    visit = await site.visit('diff.html');
    expect(await visit.page.locator('img, s, u, i, b').count()).toBe(0);
    expect(await seen(visit.page.locator('h1'))).toContain(SCRIPT_NAME);
    expect(await seen(listOf('region'))).toContain(`OL → ${IMAGE_NAME}`);
    expect(await seen(listOf('annotations'))).toContain(`Synonyms: none → ${SCRIPT_NAME}, <u>`);
    expect(await seen(listOf('roiData'))).toContain(`failed: timed out after 3 tries → failed: ${SCRIPT_NAME}`);
  });

  it('leads from each count to its list, without a script', async () => {
    visit = await site.visit('diff.html', { javaScriptEnabled: false });
    const { page } = visit;
    const links = page.locator('.counts a');
    expect(await links.count()).toBeGreaterThan(4);
    for (const link of await links.all()) {
      const target = page.locator(`h2${await link.getAttribute('href')}`);
      const count = (await link.locator('xpath=../span').first().innerText()).trim();
      expect(await target.innerText()).toBe(`${count} ${await link.innerText()}`);
    }
    expect(await page.locator('#theme').isVisible()).toBe(false);
  });

  it('folds what is long, counts what it leaves out, and opens without a script', async () => {
    visit = await long.visit('diff.html', { javaScriptEnabled: false });
    const list = listOf('cells');
    expect(await list.locator('h2').innerText()).toBe('1,500 types with other numbers of cells');
    expect(await list.locator('dt').filter({ visible: true }).allInnerTexts()).toEqual(
      Array.from({ length: 20 }, (_, i) => `T${i + 1}`),
    );
    expect((await list.locator('summary').boundingBox())?.height).toBeGreaterThanOrEqual(28);
    await list.locator('summary').click();
    expect(await list.locator('dt').filter({ visible: true }).count()).toBe(1000);
    expect(await seen(list)).toContain('980 more');
    expect(await seen(list)).toContain('500 more are not shown here but in diff.json');
  });

  it('switches between light and dark', async () => {
    visit = await site.visit('diff.html', { colorScheme: 'light' });
    const paper = (): Promise<string> => visit.page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await paper();
    await visit.page.locator('#theme').click();
    expect(await paper()).not.toBe(light);
  });

  it('says that nothing differs, and what was not compared', async () => {
    const same = await siteOf({ before: hostileCatalog(), after: hostileCatalog() });
    visit = await same.visit('diff.html');
    expect(await seen(visit.page.locator('main'))).toContain('No difference: 19 types, 1,138 cells.');
    await visit.page.context().close();
    await same.close();
    const quick = await siteOf({ before: hostileCatalog(), after: quickCatalog() });
    visit = await quick.visit('diff.html');
    const text = await seen(visit.page.locator('main'));
    expect(text).toContain('The index after has no ROI data (quick mode)');
    expect(text).toMatch(/–\s+types with another main region: not compared/);
    expect(text).toContain('quick: no ROI analysis');
    await quick.close();
  });

  it.each(['light', 'dark'] as const)('passes axe-core in the %s theme, folds open and closed', async (colorScheme) => {
    for (const one of [site, long]) {
      visit = await one.visit('diff.html', { colorScheme });
      expect(await violationsOf(visit.page)).toEqual([]);
      await visit.page.evaluate('for (const fold of document.querySelectorAll("details")) fold.open = true');
      expect(await violationsOf(visit.page)).toEqual([]);
      if (one === site) await visit.page.context().close();
    }
  });

  it.each([360, 768, 1400])('fits a window of %i px', async (width) => {
    visit = await site.visit('diff.html', { viewport: { width, height: 740 } });
    const edges = await visit.page
      .locator('main *')
      .evaluateAll((parts) =>
        parts.map((part) => ({ html: part.outerHTML.slice(0, 200), right: part.getBoundingClientRect().right })),
      );
    const wide = edges.filter(({ right }) => right > width - 8);
    expect(wide).toEqual([]);
  });
});
