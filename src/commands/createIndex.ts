/** `neurodex create-index`: opens source and cache, builds the catalogue, writes the site. */
import { join } from 'node:path';
import type { Built, IsMade } from '../build.ts';
import type { Config } from '../config.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { createRun, type Report, type Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { linkTemplates } from '../site/links/linkTemplates.ts';
import { aboutOf } from '../site/pages.ts';
import { generatedAt, generatedBefore, planSite } from '../site/plan.ts';
import { CELLS_BEGINNING, CELLS_PATH } from '../site/table/cellsFile.ts';
import { removeFormer, writeFiles } from '../site/write.ts';
import { build, finishReport } from './build.ts';
import { openCache, withCache } from './cache.ts';
import type { Context } from './context.ts';
import { requireOneUseOfCache, requireVerifiable } from './contradictions.ts';
import { type Given, readGiven, tellOfUnusedNames } from './given.ts';
import { BROWSER, TEMPLATES } from './pageParts.ts';
import { type PagesFolder, pagesIn, readPagesFolder } from './pagesFolder.ts';
import { createSiteRecords } from './siteRecord.ts';
import { requireReportFile, requireSiteFolder } from './targets.ts';

/** @throws what stopped the run; the site in the output folder is then as it was */
export async function createIndex(config: Config, context: Context): Promise<Report> {
  const { settings } = config;
  const run = createRun('create-index', context.clock.now, context.onEvent);
  requireOneUseOfCache(settings);
  requireVerifiable(settings);
  requireSiteFolder(settings.output);
  if (settings.report !== undefined) requireReportFile(settings.report);
  const pages = readPagesFolder(settings);
  const given = await readGiven(settings, TEMPLATES, run.tell);
  await withCache(await openCache(settings, run), run, context, async (cache) => {
    const besides = [pages?.digest, given.digest];
    const sites = createSiteRecords(settings, [TEMPLATES, BROWSER], besides, cache, context);
    const isMade: IsMade = (description, id) => sites.isMade(description, id, run.report);
    const built = await build(config, cache, run, context, isMade);
    if (built === null) return;
    const { failedTypes } = run.report;
    if (settings.strict && failedTypes.length > 0) run.note('--strict: some types failed, no site was written.');
    else await run.phase('site', () => writeSite(built, pages, given, settings, run, context));
    // Types that failed are asked for again by the next run, whatever was edited.
    if (failedTypes.length === 0) await sites.keep(built.description, built.id, run.report);
  });
  return finishReport(run, settings, context);
}

function writeSite(
  { catalog, typeNames }: Built,
  pages: PagesFolder | null,
  given: Given,
  settings: Settings,
  run: Run,
  { today, signal, token }: Context,
): void {
  const { output } = settings;
  const { notes } = run.report;
  const { overrides, look, fullNames } = given;
  tellOfUnusedNames(given, catalog, settings, run.tell);
  const options = {
    about: aboutOf(settings),
    fullNames,
    pages: pages && pagesIn(pages, typeNames, run),
    links: linkTemplates(settings.links, nameWithTag(catalog.dataset), catalog.dataset.tag),
    notes,
    overrides,
    look,
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
