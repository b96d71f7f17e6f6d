/** `neurodex create-index`: opens source and cache, builds the catalogue, writes the site. */
import { join } from 'node:path';
import type { IsMade } from '../build.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { packageRoot } from '../packageRoot.ts';
import { createRun, type Report, type Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { CELLS_BEGINNING, CELLS_PATH } from '../site/cellsFile.ts';
import { aboutOf } from '../site/pages.ts';
import { generatedAt, generatedBefore, planSite } from '../site/plan.ts';
import { removeFormer, writeFiles } from '../site/write.ts';
import { build, finishReport } from './build.ts';
import { openCache, withCache } from './cache.ts';
import type { Context } from './context.ts';
import { requireOneUseOfCache, requireVerifiable } from './contradictions.ts';
import { createSiteRecords } from './siteRecord.ts';
import { requireReportFile, requireSiteFolder } from './targets.ts';

/** @throws what stopped the run; the site in the output folder is then as it was */
export async function createIndex(settings: Settings, context: Context): Promise<Report> {
  const run = createRun('create-index', context.clock.now, context.onEvent);
  requireOneUseOfCache(settings);
  requireVerifiable(settings);
  requireSiteFolder(settings.output);
  if (settings.report !== undefined) requireReportFile(settings.report);
  await withCache(await openCache(settings, run), run, context, async (cache) => {
    const sites = createSiteRecords(settings, [TEMPLATES, BROWSER], cache, context);
    const isMade: IsMade = (description, id) => sites.isMade(description, id, run.report);
    const built = await build(settings, cache, run, context, isMade);
    if (built === null) return;
    const { failedTypes } = run.report;
    if (settings.strict && failedTypes.length > 0) run.note('--strict: some types failed, no site was written.');
    else await run.phase('site', () => writeSite(built.catalog, settings, run, context));
    // Types that failed are asked for again by the next run, whatever was edited.
    if (failedTypes.length === 0) await sites.keep(built.description, built.id, run.report);
  });
  return finishReport(run, settings, context);
}

const TEMPLATES = join(packageRoot(), 'templates');
const BROWSER = join(packageRoot(), 'dist', 'browser');

function writeSite(catalog: Catalog, settings: Settings, run: Run, { today, signal, token }: Context): void {
  const { output } = settings;
  const { notes } = run.report;
  const options = {
    about: aboutOf(settings),
    fullNames: settings['rois.names'],
    notes,
    templatesDir: TEMPLATES,
    browserDir: BROWSER,
  };
  const files = planSite(catalog, options, today.isFixed ? generatedAt(today.iso) : generatedBefore(output, today.iso));
  signal.throwIfAborted();
  const { written, unchanged } = writeFiles(files, output, token);
  // Nothing names it any more: the pages are written.
  if (catalog.cells === undefined) removeFormer(join(output, CELLS_PATH), CELLS_BEGINNING);
  run.report.filesWritten = written;
  run.report.filesUnchanged = unchanged;
}
