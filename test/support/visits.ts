/** What the tests of a page in Chromium share: one site, which each of them visits, and no complaint of any visit. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Site, Visit } from './chromium.ts';

/**
 * To be called in a block of tests.
 * @param make opens the site, once for the block
 * @returns opens a page of it
 */
export function visits(make: () => Promise<Site>): (path: string, options?: BrowserContextOptions) => Promise<Page> {
  let site: Site;
  let open: Visit[] = [];

  beforeAll(async () => {
    site = await make();
  }, 60_000);

  afterEach(async () => {
    const done = open;
    open = [];
    for (const { page } of done) await page.context().close();
    expect(done.flatMap(({ complaints }) => complaints)).toEqual([]);
  });

  afterAll(() => site?.close());

  return async (path, options) => {
    const visit = await site.visit(path, options);
    open.push(visit);
    return visit.page;
  };
}
