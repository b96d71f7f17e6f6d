/** `neurodex create-index`: opens source and cache, builds the catalogue, writes the site. */
import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildCatalog } from '../build.ts';
import { openSqliteStore } from '../cache/stores.ts';
import { type Cache, createCache } from '../cache/twoLevel.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { openConnectome } from '../connectome/open.ts';
import { ConfigError, WriteError } from '../errors.ts';
import { packageRoot } from '../packageRoot.ts';
import { createRun, type Report, type Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { aboutOf } from '../site/pages.ts';
import { generatedAt, planSite } from '../site/plan.ts';
import { writeFiles } from '../site/write.ts';
import type { Context } from './context.ts';

/** @throws what stopped the run; the site in the output folder is then as it was */
export async function createIndex(settings: Settings, context: Context): Promise<Report> {
  const run = createRun('create-index', context.now, context.onEvent);
  const { source, output } = settings;
  if (source === undefined)
    throw new ConfigError('--source: expected a file made by "neurodex import", or sample; got nothing.');
  requireFolder(output);
  const cache = await openCache(settings.cache, run);
  try {
    const connectome = await run.phase('connect', () => openConnectome(source, context.signal));
    try {
      const catalog = await buildCatalog({ connectome, cache, settings, run, signal: context.signal });
      if (settings.strict && run.report.failedTypes.length > 0)
        run.note('--strict: some types failed, no site was written.');
      else await run.phase('site', () => writeSite(catalog, settings, run, context));
    } finally {
      await connectome.close();
    }
  } finally {
    run.report.cache = cache.stats;
    await cache.close();
  }
  run.report.peakRssBytes = context.peakRssBytes();
  if (settings.report !== undefined) {
    const content = `${JSON.stringify(run.report, null, 2)}\n`;
    writeFiles([{ path: basename(settings.report), content }], dirname(settings.report), context.token);
  }
  return run.report;
}

async function writeSite(
  catalog: Catalog,
  settings: Settings,
  run: Run,
  { today, signal, token }: Context,
): Promise<void> {
  const { output } = settings;
  const files = planSite(catalog, {
    about: aboutOf(settings),
    generated: today.isFixed ? today.iso : generatedAt(catalog, output, today.iso),
    notes: run.report.notes,
    templatesDir: join(packageRoot(), 'templates'),
    browserDir: join(packageRoot(), 'dist', 'browser'),
  });
  signal.throwIfAborted();
  const { written, unchanged } = writeFiles(files, output, token);
  run.report.filesWritten = written;
  run.report.filesUnchanged = unchanged;
}

/** Asked before the first query: a build of minutes must not end at a folder that cannot be. */
function requireFolder(output: string): void {
  const stat = statSync(output, { throwIfNoEntry: false });
  if (stat && !stat.isDirectory())
    throw new WriteError(`--output ${output}: expected a folder, found a file. Choose another name.`);
}

async function openCache(folder: string, run: Run): Promise<Cache> {
  if (folder === 'none') return createCache(null);
  try {
    return createCache(await openSqliteStore(folder));
  } catch (error) {
    // A cache saves time and nothing else: without it the run goes on, and says so once.
    run.note(`Nothing is kept for the next run: ${(error as Error).message}.`);
    return createCache(null);
  }
}
