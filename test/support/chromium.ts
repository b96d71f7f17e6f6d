/** Opens rendered pages in the system's real Chromium, from file://, and keeps what a quiet page must not do. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { writeContent } from '../../src/files.ts';
import type { PageOptions } from '../../src/site/pages.ts';
import { renderPages } from '../../src/site/render.ts';
import { pageOptions } from './catalogs.ts';
import { REQUIRE_ALL } from './require.ts';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
ARGUMENTS.push('--disable-background-networking', '--disable-component-update', '--disable-sync');

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

function writeSite(folder: string, catalog: Catalog, options: Partial<PageOptions>): void {
  const files = renderPages(catalog, {
    ...pageOptions,
    templatesDir: 'templates',
    browserDir: 'dist/browser',
    ...options,
  });
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeContent(join(folder, path), content);
  }
}

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
  const folder = mkdtempSync(join(tmpdir(), 'neurodex-pages-'));
  writeSite(folder, catalog, options);
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  const folderUrl = `${pathToFileURL(folder).href}/`;
  return {
    async visit(path, contextOptions = {}) {
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...contextOptions });
      const page = await context.newPage();
      const complaints = watch(page, folderUrl);
      await page.goto(`${folderUrl}${path}`);
      return { page, complaints };
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The text that a reader sees of it. */
export async function seen(part: Locator): Promise<string> {
  return (await part.allInnerTexts()).join('\n');
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong, one line a rule. Evaluated, not inserted, and without preload: the page's policy forbids inline scripts and requests. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: { preload: boolean }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ preload: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}
