/** `neurodex warm`: fills the cache for builds to come; no site is written. */
import type { StoreFault } from '../cache/store.ts';
import type { Config } from '../config.ts';
import { nameConnectome } from '../connectome/open.ts';
import { ConfigError } from '../errors.ts';
import { CELLS, ROI_COUNTS } from '../lookup/keptForms.ts';
import { createRun, type Report } from '../report.ts';
import { build, finishReport } from './build.ts';
import { cacheOn, withCache } from './cache.ts';
import { type Amount, amountOf, contentsOf, isOf, lackingOf } from './contents.ts';
import type { Context } from './context.ts';
import { requireVerifiable } from './contradictions.ts';
import { inOneLine, requireStore } from './store.ts';
import { requireReportFile } from './targets.ts';

export interface Warmed {
  report: Report;
  /** Where it is kept: a file, or a server without its password. */
  name: string;
  /** What is kept of the dataset now. */
  kept: Amount;
}

/** @throws ConfigError if the cache cannot be opened or does not hold what it was given; what stopped the build */
export async function warm(config: Config, context: Context): Promise<Warmed> {
  const { settings } = config;
  const run = createRun('warm', context.clock.now, context.onEvent);
  if (settings.cache === 'none') throw new ConfigError('warm: expected a cache to fill; --cache says none.');
  if (settings.offline) throw new ConfigError('warm: expected to ask the source; --offline asks nothing. Drop it.');
  requireVerifiable(settings);
  if (settings.report !== undefined) requireReportFile(settings.report);
  const store = await requireStore(settings.cache, run.tell);
  const faults: StoreFault[] = [];
  const cache = cacheOn(store, settings, (fault) => {
    // What takes its place is kept beside it.
    if (fault.trouble === 'entry') run.tell(`The cache ${fault.message}; ${fault.so}.`);
    else faults.push(fault);
  });
  const requireNoFault = (): void => {
    const [fault] = faults;
    if (fault) throw new ConfigError(`warm: ${fault.message}; not all is kept: ${fault.remedy}.`, { cause: fault });
  };
  const kept = await withCache(cache, run, context, async (cache) => {
    const built = await build(config, cache, run, context);
    requireNoFault();
    const dataset = run.report.dataset ?? '';
    const own = (await inOneLine(() => contentsOf(store))).filter((entry) => isOf(dataset, entry));
    const { id } = await nameConnectome(settings.source as string, settings);
    const hasRois = !settings.quick && built?.description.primaryRois !== null;
    const lookups = [...(hasRois ? [ROI_COUNTS] : []), ...(settings.cells ? [CELLS] : [])];
    const lacking = lackingOf(own, id, ['description', 'catalogue', ...lookups]);
    if (lacking !== null)
      throw new ConfigError(
        `warm: ${store.name} lacks the ${lacking} of ${dataset}: it was cleared or pruned meanwhile; run again.`,
      );
    return amountOf(own);
  });
  // Its end has shown whether what was written has reached the file that others read.
  requireNoFault();
  return { report: finishReport(run, settings, context), name: store.name, kept };
}
