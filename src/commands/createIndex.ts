/** `neurodex create-index`: opens source and cache, builds the catalogue, writes the site. */
import { basename, dirname, join } from 'node:path';
import { buildCatalog } from '../build.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { ConfigError } from '../errors.ts';
import { packageRoot } from '../packageRoot.ts';
import { createRun, type Report, type Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { aboutOf } from '../site/pages.ts';
import { generatedAt, generatedBefore, planSite } from '../site/plan.ts';
import { writeFiles } from '../site/write.ts';
import { openCache } from './cache.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';
import { requireReportFile, requireSiteFolder } from './targets.ts';

/** @throws what stopped the run; the site in the output folder is then as it was */
export async function createIndex(settings: Settings, context: Context): Promise<Report> {
  const run = createRun('create-index', context.clock.now, context.onEvent);
  const { output } = settings;
  if (settings.quick && settings.verify !== undefined)
    throw new ConfigError('--verify: expected a run with ROI counts, which --quick leaves out; drop one of them.');
  requireSiteFolder(output);
  if (settings.report !== undefined) requireReportFile(settings.report);
  const cache = await openCache(settings, run);
  try {
    const catalog = await build(settings, cache, run, context);
    if (settings.strict && run.report.failedTypes.length > 0)
      run.note('--strict: some types failed, no site was written.');
    else await run.phase('site', () => writeSite(catalog, settings, run, context));
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

/** The source is closed before the site is made: an embedded database gives 60 MB back. */
async function build(settings: Settings, cache: Cache, run: Run, { signal, clock }: Context): Promise<Catalog> {
  const connectome = await run.phase('connect', () => connect(settings, signal));
  try {
    return await buildCatalog({ connectome, cache, settings, run, clock, signal });
  } finally {
    run.report.bytes = connectome.bytesReceived();
    await connectome.close();
  }
}

function writeSite(catalog: Catalog, settings: Settings, run: Run, { today, signal, token }: Context): void {
  const { output } = settings;
  const options = {
    about: aboutOf(settings),
    notes: run.report.notes,
    templatesDir: join(packageRoot(), 'templates'),
    browserDir: join(packageRoot(), 'dist', 'browser'),
  };
  const files = planSite(catalog, options, today.isFixed ? generatedAt(today.iso) : generatedBefore(output, today.iso));
  signal.throwIfAborted();
  const { written, unchanged } = writeFiles(files, output, token);
  run.report.filesWritten = written;
  run.report.filesUnchanged = unchanged;
}
