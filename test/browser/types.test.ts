import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { BROKEN_ROI, hostileCatalog, IMAGE_NAME, LONG_NAME, SCRIPT_NAME } from '../support/catalogs.ts';
import { canBrowse, openSite, seen } from '../support/chromium.ts';
import { box, countOf, hash, names, row, summary } from '../support/listPage.ts';
import { visits } from '../support/visits.ts';

const SCENARIO = '#region=LH&nt=glutamate&side=right&sort=-cells';

describe.skipIf(!canBrowse)('types.html in Chromium, from file:// (skipped where /usr/bin/chromium is absent)', () => {
  const visit = visits(() => openSite(hostileCatalog()));
  const open = (state = '', options = {}): Promise<Page> => visit(`types.html${state}`, options);

  it('answers "glutamatergic types of the lateral horn, only on the right, most cells first" by clicks', async () => {
    const page = await open();
    await box(page, 'region', 'LH').check();
    await box(page, 'nt', 'glutamate').check();
    await box(page, 'side', 'right only').check();
    await page.getByRole('button', { name: 'Cells', exact: true }).click();
    expect(await names(page)).toEqual(['LHAD2', 'LHAD1']);
    expect(await summary(page)).toBe('2 of 19 types · 15 cells');
    expect(await hash(page)).toBe(SCENARIO);
    expect(await page.locator('.chip').allInnerTexts()).toEqual(['LH\n×', 'glutamate\n×', 'right only\n×']);
  });

  it('shows the same to whoever opens the link, and after a reload', async () => {
    const page = await open(SCENARIO);
    expect(await names(page)).toEqual(['LHAD2', 'LHAD1']);
    await page.reload();
    expect(await names(page)).toEqual(['LHAD2', 'LHAD1']);
    expect(await box(page, 'nt', 'glutamate').isChecked()).toBe(true);
  });

  it('goes back and forward through the choices, a search being one step', async () => {
    const page = await open();
    await box(page, 'region', 'LH').check();
    await page.locator('#q').pressSequentially('lhad');
    expect(await names(page)).toEqual(['LHAD1', 'LHAD2']);
    await page.goBack();
    expect([await names(page), await page.locator('#q').inputValue()]).toEqual([
      ['LHAD1', 'LHAD2', 'LHAV1', 'LHPV1'],
      '',
    ]);
    await page.goBack();
    expect(await summary(page)).toBe('19 types · 1,138 cells');
    await page.goForward();
    expect(await hash(page)).toBe('#region=LH');
    expect((await names(page)).length).toBe(4);
  });

  it('finds names and other names, and marks what was met', async () => {
    const page = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('dna02');
    expect(await names(page)).toEqual(['DNa02']);
    expect(await page.locator('.name mark').allTextContents()).toEqual(['DNa02']);
    await page.locator('#q').fill('KCapbp');
    expect(await names(page)).toEqual(["KCa'b'-m"]);
    expect(await page.locator('.alias:visible').allTextContents()).toEqual(['KCapbp-m']);
    await page.locator('#q').fill('INXXX449');
    expect(await names(page)).toEqual(['INXXX447, INXXX449']);
    await page.locator('#q').fill('no such type');
    expect(await page.locator('#nothing').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await summary(page)).toBe('19 types · 1,138 cells');
  });

  it('counts in every facet how many types a value would give, zero included', async () => {
    const page = await open();
    await box(page, 'nt', 'glutamate').check();
    expect(await countOf(page, 'region', 'LH')).toBe('3');
    expect(await countOf(page, 'region', 'OL')).toBe('0');
    expect(await countOf(page, 'nt', 'acetylcholine')).toBe('4');
    await box(page, 'nt', 'acetylcholine').check();
    expect(await summary(page)).toBe('7 of 19 types · 912 cells');
  });

  it.each([
    ['region', 'OL', 2],
    ['roi', "a'L, upper", 1],
    ['nt', 'none known', 7],
    ['side', 'some in the middle', 2],
    ['cells', '101 to 500', 3],
    ['superclass', 'intrinsic', 2],
    ['class', 'olfactory', 1],
    ['data', 'failed', 1],
  ])('filters by %s', async (facet, label, types) => {
    const page = await open();
    const facetBox = page.locator(`.facet[data-facet=${facet}]`);
    if ((await facetBox.getAttribute('open')) === null) await facetBox.locator('summary').click();
    const all = facetBox.locator('.show-all');
    if (await all.isVisible()) await all.click();
    await box(page, facet, label).check();
    expect(await summary(page)).toContain(`${types} of 19 types`);
    await page.locator('.chip').click();
    expect(await summary(page)).toBe('19 types · 1,138 cells');
  });

  it('filters by a value that HTML would change', async () => {
    const page = await open();
    await page.locator('.facet[data-facet=roi] .show-all').click();
    await box(page, 'roi', BROKEN_ROI.replace(/\s+/, ' ')).check();
    expect(await names(page)).toEqual(['line\u2028break']);
    expect(await page.locator('.facet li.on .count').allTextContents()).toEqual(['1']);
    await page.reload();
    expect(await names(page)).toEqual(['line\u2028break']);
    expect(await box(page, 'roi', BROKEN_ROI.replace(/\s+/, ' ')).isChecked()).toBe(true);
  });

  it('filters by what is clicked in a row, and lets go of it at the second click', async () => {
    const page = await open('#q=KCab');
    await row(page, 'KCab-m').locator('[data-facet=roi]').first().click();
    expect(await hash(page)).toBe('#q=KCab&roi=aL');
    expect(await row(page, 'KCab-m').locator('[data-facet=roi]').first().getAttribute('aria-pressed')).toBe('true');
    await row(page, 'KCab-m').locator('[data-facet=roi]').first().click();
    expect(await hash(page)).toBe('#q=KCab');
  });

  it('sorts by a column, back and by a second one', async () => {
    const page = await open('#region=LH');
    await page.getByRole('button', { name: 'NT', exact: true }).click();
    await page.getByRole('button', { name: 'Cells', exact: true }).click({ modifiers: ['Shift'] });
    expect(await names(page)).toEqual(['LHAD2', 'LHAD1', 'LHAV1', 'LHPV1']);
    expect(await hash(page)).toBe('#region=LH&sort=nt,-cells');
    await page.getByRole('button', { name: 'Type', exact: true }).click();
    await page.getByRole('button', { name: 'Type', exact: true }).click();
    expect(await names(page)).toEqual(['LHPV1', 'LHAV1', 'LHAD2', 'LHAD1']);
    expect(await page.locator('.c-name[role=columnheader]').getAttribute('aria-sort')).toBe('descending');
  });

  it('opens a type with all that is known of it, by click or key, and keeps it in the address', async () => {
    const page = await open('#q=KCab');
    await page.locator('#q').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const details = page.locator('.details');
    expect(await seen(details)).toMatch(/side unknown for 4 of 540/);
    expect(await seen(details)).toMatch(/aL\s+12,000\s+80\.0\s%\s+5,000\s+100\.0\s%/);
    expect(await seen(details)).toMatch(/Outside primary ROIs\s+output 7 \(0\.1\s%\), input 7 \(<\s0\.1\s%\)/);
    expect(await seen(details)).toMatch(/FlyWire type\s+KCab/);
    expect(await hash(page)).toBe('#q=KCab&open=KCab-m');
    await page.reload();
    expect(await details.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await details.count()).toBe(0);
  });

  it('names no type as open that the filters leave out, and finds it again on the way back', async () => {
    const page = await open('#open=LC4');
    await box(page, 'region', 'LH').check();
    expect(await hash(page)).toBe('#region=LH');
    await page.goBack();
    expect(await hash(page)).toBe('#open=LC4');
    expect(await page.locator('.details').isVisible()).toBe(true);
    await page.locator('#q').pressSequentially('dna');
    await expect.poll(() => hash(page)).toBe('#q=dna');
  });

  it('does not tell what lies outside of the primary ROIs where the totals are less than what lies inside', async () => {
    const page = await open('#open=LHAV1');
    expect(await seen(page.locator('.details'))).toMatch(/Output sites\s+27\s+Input sites\s+67/);
    expect(await seen(page.locator('.details'))).not.toMatch(/Outside|-3/);
  });

  it('moves along rows and their values by the arrow keys', async () => {
    const page = await open('#region=LH');
    await page.locator('#q').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(/^LH: input 70/);
    expect(await seen(page.locator('#tip'))).toMatch(/^LH: input 70 \(100\.0\s%\), output 30/);
    await page.keyboard.press('End');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('LHPV1');
  });

  it('tells exact counts and shares on hover', async () => {
    const page = await open('#q=LHAD1');
    await page.locator('.roi').first().hover();
    expect(await seen(page.locator('#tip'))).toMatch(/^LH: input 70 \(87\.5\s%\), output 30 \(50\.0\s%\)$/);
  });

  it('says a name again only where it is cut', async () => {
    const page = await open('#q=1');
    await row(page, 'LHAD1').locator('.name').hover();
    expect(await page.locator('#tip').isVisible()).toBe(false);
    await page.locator('#q').fill('long_');
    await page.locator('.row .name').hover();
    expect(await seen(page.locator('#tip'))).toBe(LONG_NAME);
  });

  it('tells the scale of the side bars in their heading', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'L | R' }).hover();
    expect(await seen(page.locator('#tip'))).toMatch(/square root of the number of cells: a full bar is 310/);
  });

  it('says what is not known', async () => {
    const page = await open('#q=timed');
    expect(await seen(page.locator('.row'))).toContain('failed: timed out after 3 tries');
    expect(await seen(page.locator('.row'))).toContain('none known');
    expect(await seen(page.locator('.row .c-region'))).toBe('failed');
    await page.locator('#q').fill('=SUM');
    expect(await seen(page.locator('.row'))).toContain('none in primary ROIs');
    expect(await seen(page.locator('.row .c-region'))).toBe('none');
    await page.locator('#q').fill('');
    expect(await countOf(page, 'region', 'no region')).toBe('1');
    expect(await countOf(page, 'roi', 'no ROI listed')).toBe('1');
  });

  it('keeps hostile names inert, wherever they show', async () => {
    const page = await open();
    for (const name of [IMAGE_NAME, SCRIPT_NAME, LONG_NAME]) {
      await page.locator('#q').fill(name);
      expect(await names(page)).toEqual([name]);
      await page.keyboard.press('Enter');
      expect(await page.locator('.details h2').textContent()).toBe(name);
      await page.locator('.row .tag:visible').first().click();
      await page.locator('#clear').click();
    }
    expect(await page.locator('#rows img, #chips img').count()).toBe(0);
  });

  it('takes any range of cells or synapses, beside the ranges that are offered', async () => {
    const page = await open();
    const cells = page.locator('.facet[data-facet=cells] .range input');
    const synapses = page.locator('.facet[data-facet=synapses]');
    await cells.first().pressSequentially('3');
    expect(await summary(page)).toContain('10 of 19 types');
    await cells.last().pressSequentially('12');
    expect(await names(page)).toEqual([
      'INXXX447, INXXX449',
      'LHAD1',
      'LHAD2',
      'LHAV1',
      'line\u2028break',
      'some middle',
    ]);
    expect(await page.locator('.chip').allInnerTexts()).toEqual(['3 to 12 cells\n×']);
    await cells.last().press('Enter');
    await expect.poll(() => hash(page)).toBe('#cells=3-12');
    await page.goBack();
    expect(await summary(page)).toBe('19 types · 1,138 cells');
    expect(await cells.last().inputValue()).toBe('');
    await page.goForward();
    expect(await cells.last().inputValue()).toBe('12');
    await page.locator('.chip').click();
    expect(await cells.first().inputValue()).toBe('');
    await synapses.locator('summary').click();
    await synapses.locator('.range input').last().fill('0');
    await synapses.locator('.range input').last().press('Enter');
    expect(await names(page)).toEqual(['=SUM(A1)', 'timed out']);
  });

  it('finds what is lopsided', async () => {
    const page = await open();
    await box(page, 'side', 'both, but lopsided').check();
    expect(await names(page)).toEqual(['KCab-m']);
  });

  it('counts anew in a facet that is unfolded after a choice', async () => {
    const page = await open('#nt=glutamate');
    const superclass = page.locator('.facet[data-facet=superclass]');
    await superclass.locator('summary').click();
    await expect.poll(() => countOf(page, 'superclass', 'intrinsic')).toBe('0');
    expect(await countOf(page, 'superclass', 'none')).toBe('3');
  });

  it('lays the list out as cards, keeps that in the address, and opens one by keyboard', async () => {
    const page = await open('#region=LH');
    await page.getByRole('button', { name: 'Cards' }).click();
    expect(await hash(page)).toBe('#region=LH&view=cards');
    const tops = await page.locator('.row').evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
    expect(new Set(tops).size).toBe(2);
    expect(await seen(page.locator('.row').first())).toMatch(/LHAD1[\s\S]*3 cells[\s\S]*LH[\s\S]*SLP/);
    await page.locator('#q').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    expect(await hash(page)).toBe('#region=LH&view=cards&open=LHPV1');
    expect(await page.locator('.details').isVisible()).toBe(true);
    await page.reload();
    expect(await page.locator('.head').isVisible()).toBe(false);
    await page.goBack();
    await page.goBack();
    expect(await page.locator('.head').isVisible()).toBe(true);
  });
});
