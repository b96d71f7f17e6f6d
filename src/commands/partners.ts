/** `neurodex partners`: what types are connected to, asked for all of them together. */
import { type PartnerList, type PartnerView, partnerLists } from '../catalog/partners.ts';
import type { PartnerRow } from '../connectome/connectome.ts';
import { fetchPartners } from '../partners.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import { openCache, withCache } from './cache.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';
import { requireOneUseOfCache } from './contradictions.ts';

export interface PartnersResult {
  /** Of the types that answered, in the order in which they were named. */
  lists: PartnerList[];
  failed: { type: string; reason: string }[];
}

/** @throws ConfigError for a type that is not there, with one that is like it */
export async function partners(
  types: readonly string[],
  view: PartnerView,
  settings: Settings,
  context: Context,
): Promise<PartnersResult> {
  const { signal, clock } = context;
  const run = createRun('partners', clock.now, context.onEvent);
  requireOneUseOfCache(settings);
  return await withCache(await openCache(settings, run), run, context, async (cache) => {
    const connectome = await run.phase('connect', () => connect(settings, signal, cache));
    try {
      return resultOf(await fetchPartners(types, { connectome, cache, settings, run, clock, signal }), view);
    } finally {
      await connectome.close();
    }
  });
}

function resultOf(outcomes: ReadonlyMap<string, readonly PartnerRow[] | Error>, view: PartnerView): PartnersResult {
  const result: PartnersResult = { lists: [], failed: [] };
  for (const [type, outcome] of outcomes) {
    if (outcome instanceof Error) result.failed.push({ type, reason: outcome.message });
    else result.lists.push(...partnerLists(type, outcome, view));
  }
  return result;
}
