/** What neuView tells wrong, told right: the defects that a reader of the pages sees. test/site/neuview.test.ts has the others. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { canBrowse, openFolder, seen } from '../support/chromium.ts';
import { runCli } from '../support/cli.ts';
import { importSmall } from '../support/connectome.ts';
import { box, names, row } from '../support/listPage.ts';
import { BREAKING_OUT, LONG_AND_TWO, MISTAKEN, QUOTED } from '../support/neuview.ts';
import { visits } from '../support/visits.ts';

const TYPES = Object.keys(MISTAKEN.types).length;

describe.skipIf(!canBrowse)('what neuView tells wrong (skipped where /usr/bin/chromium is absent)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'neurodex-neuview-'));
  const visit = visits(async () => {
    const source = await importSmall(folder, MISTAKEN);
    const flags = ['--cache', 'none', '--silent', '--output', join(folder, 'site')];
    const { code, stderr } = await runCli(['create-index', '--source', source, ...flags]);
    if (code !== 0) throw new Error(stderr);
    return await openFolder(folder);
  });
  const open = (path: string): Promise<Page> => visit(`site/${path}`);

  afterAll(() => rmSync(folder, { recursive: true }));

  it("1. KCa'b'-m and KCab-m keep their own counts", async () => {
    const page = await open('types.html#q=KCa');
    expect(await seen(row(page, "KCa'b'-m"))).toMatch(/^KCa'b'-m\s+5\s+3\s+2\s/);
    expect(await seen(row(page, "KCa'b'-m").locator('.c-rois'))).toMatch(/^b'L/);
    expect(await seen(row(page, 'KCab-m'))).toMatch(/^KCab-m\s+7\s+4\s+3\s/);
    expect(await seen(row(page, 'KCab-m').locator('.c-rois'))).toMatch(/^aL/);
  });

  it('2. "INXXX449" finds "INXXX447, INXXX449", whose name is there whole', async () => {
    const page = await open('types.html');
    await page.locator('#q').fill('INXXX449');
    expect(await names(page)).toEqual([LONG_AND_TWO]);
    expect(await page.locator('.name mark').allTextContents()).toEqual(['INXXX449']);
  });

  it('4. An ROI whose name holds commas filters by that name alone, and a type may be called 123', async () => {
    const page = await open('types.html');
    await box(page, 'roi', 'CRE(-ROB,-RUB)').check();
    expect(await names(page)).toEqual(['123']);
    await page.locator('#clear').click();
    await page.locator('#q').fill('123');
    await page.getByRole('button', { name: '123', exact: true }).click();
    expect(await page.locator('.details h2').textContent()).toBe('123');
  });

  it('5. A type of one cell has "1 cell", a list of sides has no stray separator, and the page names its dataset', async () => {
    const page = await open('types.html#q=123&open=123');
    expect(await seen(page.locator('.details'))).toMatch(/Cells\s+1 cell: 0 left, 1 right\s+Transmitter/);
    expect(await seen(page.locator('#summary'))).toBe(`1 of ${TYPES} types · 1 cell`);
    expect(await page.title()).toBe('Types of mistaken v1');
    await page.goto(page.url().replace(/#.*/, '#open=one+and+a+middle'));
    expect(await seen(page.locator('.details'))).toMatch(/2 cells: 1 left, 0 right, 1 in the middle\s/);
  });

  it('6. Types of unknown side are found as such, and the halves of an ROI are one', async () => {
    const page = await open('types.html');
    await box(page, 'side', 'some of unknown side').check();
    expect(await names(page)).toEqual(['lost']);
    await page.goto(page.url().replace(/#.*/, '#open=halves'));
    expect(await seen(page.locator('.details'))).toMatch(/ME medulla\s+24\s+2\.4\s%/);
    expect(await seen(page.locator('.details'))).not.toMatch(/ME\((L|R)\)/);
  });

  it('7. Each of two synonyms in one text is a name of its own to the search', async () => {
    const page = await open('types.html');
    await page.locator('#q').fill('pC1x');
    // "pC1x" is one of its names, and the whole of it: that comes before names that begin so.
    expect(await names(page)).toEqual(['P1_1', 'pC1xtra']);
    expect(await seen(page.locator('.alias').first())).toBe('pC1x');
    await page.locator('#q').fill('nojima');
    expect(await names(page)).toEqual(['P1_1']);
    await page.getByRole('button', { name: 'P1_1', exact: true }).click();
    expect(await seen(page.locator('.details'))).toMatch(/Synonyms\s+Lee 2002, .* 2021: pC1, Sten 2025: pC1x/);
  });

  it('8. Names keep their quotes, and no name is taken for another', async () => {
    const page = await open('types.html');
    const cellsOf = { [QUOTED]: '3 cells', KC: '1 cell', [BREAKING_OUT]: '2 cells' };
    for (const [type, cells] of Object.entries(cellsOf)) {
      await page.goto(page.url().replace(/(#.*)?$/, `#${new URLSearchParams({ open: type })}`));
      expect(await page.locator('.details h2').textContent()).toBe(type);
      expect(await seen(page.locator('.details'))).toContain(`${cells}: `);
    }
  });
});
