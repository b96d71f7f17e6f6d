/** `neurodex partners`: what types are connected to, asked for all of them together. */
import { type PartnerList, type PartnerView, partnerLists } from '../catalog/partners.ts';
import { openConnectome, SOURCES } from '../connectome/open.ts';
import { ConfigError } from '../errors.ts';
import { createPartnersOf } from '../partners.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import type { Context } from './context.ts';

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
  const { source, concurrency } = settings;
  const { signal } = context;
  const run = createRun('partners', context.now, context.onEvent);
  if (source === undefined) throw new ConfigError(`--source: expected ${SOURCES}; got nothing.`);
  const connectome = await run.phase('connect', () =>
    openConnectome(source, { ...settings, maxInFlight: concurrency }, signal),
  );
  try {
    const partnersOf = await run.phase('types', () => createPartnersOf({ connectome, settings, run, signal }));
    const outcomes = await run.phase('partners', () => partnersOf([...new Set(types)]));
    const result: PartnersResult = { lists: [], failed: [] };
    for (const [type, outcome] of outcomes) {
      if (outcome instanceof Error) result.failed.push({ type, reason: outcome.message });
      else result.lists.push(...partnerLists(type, outcome, view));
    }
    return result;
  } finally {
    await connectome.close();
  }
}
