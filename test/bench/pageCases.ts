/** The pages in a real Chromium: how soon types.html answers, how long a key and a click take, what it weighs. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/chromiumPath.ts';
import { serve } from '../support/serve.ts';
import { cardsPage } from './cardsPage.ts';
import type { Case } from './measure.ts';

/** What a reader types: names and fragments of names, each letter a key. */
const TYPED = ['dna02', 'lc1', 'kc', 'mbon', 'a'];

/** How many values of each facet are clicked, on and off. */
const VALUES_CLICKED = 3;

const WINDOW_SETTLES_MS = 1500;

/** From the start of the navigation until the list that answers a first key is painted, in milliseconds. */
const INTERACTIVE = `
document.addEventListener('DOMContentLoaded', () => setTimeout(() => {
  const field = document.querySelector('#q');
  field.value = 'a';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { globalThis.answeredMs = performance.now(); };
    port2.postMessage(0);
  });
}));`;

/** The script's time of each act, in milliseconds; the frame that follows is awaited, so that none pays for another. */
async function timesOf(page: Page, acts: string): Promise<number[]> {
  return await page.evaluate(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const times = [];
    for (const act of ${acts}) {
      await frame();
      const startedMs = performance.now();
      act();
      times.push(performance.now() - startedMs);
    }
    return times;
  })()`);
}

const KEYS = `${JSON.stringify(TYPED)}.flatMap((text) => Array.from({ length: text.length }, (_, i) => text.slice(0, i + 1))).map((text) => () => {
  const field = document.querySelector('#q');
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
})`;

/** In the facets that a page unfolds: before a click in another one, a reader unfolds it. */
const CLICKS = `[...document.querySelectorAll('.facet[open]')].flatMap((facet) => [...facet.querySelectorAll('li input')].slice(0, ${VALUES_CLICKED}))
  .flatMap((box) => [() => box.click(), () => box.click()])`;

export interface SiteToMeasure {
  title: string;
  /** Of a built site. */
  folder: string;
  /** Whether a page in neuView's shape is measured beside it: 20 MB at 11,700 types. */
  withCards: boolean;
}

/** Null where the machine has no Chromium. */
export async function pageCases({
  title,
  folder,
  withCards,
}: SiteToMeasure): Promise<{ cases: Case[]; close(): Promise<void> } | null> {
  if (!existsSync(CHROMIUM)) return null;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  const server = await serve(folder);
  const base = pathToFileURL(folder).href;
  const cases = casesOf(browser, title, `${base}/types.html`, () => bytesOf(folder));
  cases.push(interactive(browser, `${title}, from a static server`, `${server.url}types.html`));
  if (withCards) {
    const cards = join(folder, 'cards');
    mkdirSync(cards, { recursive: true });
    const catalog = JSON.parse(readFileSync(join(folder, 'data/index.json'), 'utf8')) as Catalog;
    writeFileSync(join(cards, 'index.html'), cardsPage(catalog));
    cases.push(...casesOf(browser, `${title}, in neuView's shape`, `${base}/cards/index.html`, () => sizeOf(cards)));
  }
  return {
    cases,
    async close() {
      await server.close();
      await browser.close();
    },
  };
}

/** @param fileBytes all that the page loads */
function casesOf(browser: Browser, title: string, url: string, fileBytes: () => number): Case[] {
  const acts = (what: string, acts: string, pick: (times: number[]) => number): Case => ({
    name: `${title}: ${what}`,
    run: () => withPage(browser, url, async (page) => ({ ms: pick(await timesOf(page, acts)) })),
  });
  const opens = interactive(browser, title, url);
  return [
    {
      ...opens,
      async run() {
        const cost = await opens.run();
        return { ...cost, fileBytes: fileBytes() };
      },
    },
    acts('a key, median', KEYS, median),
    acts('a key, slowest', KEYS, slowest),
    ...(url.endsWith('types.html')
      ? [acts('a click in a facet, median', CLICKS, median), acts('a click in a facet, slowest', CLICKS, slowest)]
      : []),
  ];
}

function interactive(browser: Browser, title: string, url: string): Case {
  return {
    name: `${title}: answers a first key`,
    run: () =>
      withPage(browser, url, async (page) => {
        await page.waitForFunction('globalThis.answeredMs !== undefined', undefined, { timeout: 120_000 });
        const ms = Number(await page.evaluate('globalThis.answeredMs'));
        return { ms, peakBytes: await heapBytes(page) };
      }),
  };
}

async function withPage<Value>(browser: Browser, url: string, work: (page: Page) => Promise<Value>): Promise<Value> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  try {
    const page = await context.newPage();
    // A reader opens the page in a window that is there; Chromium is busy with the parts of a new one for a second.
    await page.waitForTimeout(WINDOW_SETTLES_MS);
    await page.addInitScript(INTERACTIVE);
    await page.goto(url, { timeout: 120_000 });
    return await work(page);
  } finally {
    await context.close();
  }
}

/** What the page holds after a collection: the script's objects, the document's, and arrays of numbers. */
async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage');
  return usage.usedSize + usage.embedderHeapUsedSize + usage.backingStorageSize;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

function slowest(times: readonly number[]): number {
  return Math.max(...times);
}

/** types.html and what it loads. */
function bytesOf(folder: string): number {
  const assets = ['style.css', 'types.js', 'data.js'].map((name) => join(folder, 'assets', name));
  return [join(folder, 'types.html'), ...assets].reduce((sum, file) => sum + statSync(file).size, 0);
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
