/** What a reader sees of types.html, and where. */
import type { Locator, Page } from 'playwright-core';
import { seen } from './chromium.ts';

export const names = (page: Page): Promise<string[]> => page.locator('#rows .row .name').allTextContents();

export const summary = (page: Page): Promise<string> => seen(page.locator('#summary'));

/** Of the address. */
export const hash = (page: Page): Promise<string> => page.evaluate('location.hash');

export const row = (page: Page, name: string): Locator =>
  page.locator('.row', { has: page.getByRole('button', { name, exact: true }) });

/** The check box of a facet's value. */
export const box = (page: Page, facet: string, label: string): Locator => item(page, facet, label).locator('input');

/** How many types that value would give. */
export const countOf = (page: Page, facet: string, label: string): Promise<string> =>
  seen(item(page, facet, label).locator('.count'));

function item(page: Page, facet: string, label: string): Locator {
  return page.locator(`.facet[data-facet=${facet}] li`, { has: page.getByText(label, { exact: true }) });
}
