/** Opens rendered pages in the system's real Chromium, from file://, and keeps what a quiet page must not do. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { writeContent } from '../../src/files.ts';
import type { PageOptions, PlannedFile } from '../../src/site/pages.ts';
import { renderPages } from '../../src/site/render.ts';
import { pageOptions } from './catalogs.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from './chromiumPath.ts';
import { REQUIRE_ALL } from './require.ts';

/** Where everything is required a missing browser must fail, not skip. */
export const canBrowse: boolean = existsSync(CHROMIUM) || REQUIRE_ALL;

export interface Visit {
  page: Page;
  /** Console errors, exceptions, dialogs, and requests for anything but the site's own files. */
  complaints: string[];
}

export interface Site {
  visit(path: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

export const PARTS = { templatesDir: 'templates', browserDir: 'dist/browser' };

function watch(page: Page, folderUrl: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(folderUrl) && !url.startsWith('data:') && !url.startsWith('blob:')) complaints.push(url);
  });
  return complaints;
}

/** A site of this catalogue in a folder of its own, and a browser to look at it. */
export async function openSite(catalog: Catalog, options: Partial<PageOptions> = {}): Promise<Site> {
  return await openFiles(renderPages(catalog, { ...pageOptions, ...PARTS, ...options }));
}

/** As openSite, of files that are planned already. */
export async function openFiles(files: readonly PlannedFile[]): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'neurodex-pages-'));
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeContent(join(folder, path), content);
  }
  const site = await openFolder(folder);
  return {
    ...site,
    async close() {
      await site.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A browser to look at what stands in a folder. @param folderUrl where that is served, if it is; with a slash at its end */
export async function openFolder(folder: string, folderUrl = `${pathToFileURL(folder).href}/`): Promise<Site> {
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  return {
    async visit(path, contextOptions = {}) {
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...contextOptions });
      const page = await context.newPage();
      const complaints = watch(page, folderUrl);
      await page.goto(`${folderUrl}${path}`);
      return { page, complaints };
    },
    close: () => browser.close(),
  };
}

/** The text that a reader sees of it. */
export async function seen(part: Locator): Promise<string> {
  return (await part.allInnerTexts()).join('\n');
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong, one line a rule. Evaluated, not inserted, and without preload: the page's policy forbids inline scripts and requests. The size of targets (WCAG 2.2) is off unless asked for. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ preload: false, rules: { 'target-size': { enabled: true } } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
