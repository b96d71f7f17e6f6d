/** `neurodex warm`: fills the cache for builds to come; no site is written. */
import { ConfigError } from '../errors.ts';
import { createRun, type Report } from '../report.ts';
import type { Settings } from '../settings.ts';
import { build, finishReport } from './build.ts';
import { cacheOn, withCache } from './cache.ts';
import { type Amount, amountOf, contentsOf, isOf } from './contents.ts';
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
export async function warm(settings: Settings, context: Context): Promise<Warmed> {
  const run = createRun('warm', context.clock.now, context.onEvent);
  if (settings.cache === 'none') throw new ConfigError('warm: expected a cache to fill; --cache says none.');
  if (settings.offline) throw new ConfigError('warm: expected to ask the source; --offline asks nothing. Drop it.');
  requireVerifiable(settings);
  if (settings.report !== undefined) requireReportFile(settings.report);
  const store = await requireStore(settings.cache, run.tell);
  let fault: Error | null = null;
  const cache = cacheOn(store, settings, (first) => {
    fault = first;
  });
  const kept = await withCache(cache, run, context, async (cache) => {
    await build(settings, cache, run, context);
    if (fault) throw new ConfigError(`warm: ${fault.message}. What was learned is not all kept; run again.`);
    const dataset = run.report.dataset ?? '';
    const own = (await inOneLine(() => contentsOf(store))).filter((entry) => isOf(dataset, entry));
    if (own.length === 0)
      throw new ConfigError(`warm: nothing of ${dataset} is kept: the cache was cleared meanwhile; run again.`);
    return amountOf(own);
  });
  return { report: finishReport(run, settings, context), name: store.name, kept };
}
