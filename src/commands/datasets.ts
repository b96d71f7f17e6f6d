/** `neurodex datasets`: what a source holds, and by which preset each dataset would be read. */
import { compareCodePoints } from '../catalog/codePoint.ts';
import { presetOf } from '../config.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { type HeldDataset, heldDatasets } from '../connectome/heldDatasets.ts';
import { isNeuprint, SOURCES } from '../connectome/open.ts';
import { ConfigError, QueryError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { tokenOf } from './connect.ts';
import type { Context } from './context.ts';

export interface ListedDataset extends HeldDataset {
  /** Which it gets where nobody says another. */
  preset: string;
}

/**
 * @returns by name and tag
 * @throws ConfigError without a source; what heldDatasets throws
 */
export async function datasets(settings: Settings, { signal }: Pick<Context, 'signal'>): Promise<ListedDataset[]> {
  const { source, timeoutMs } = settings;
  if (source === undefined) throw new ConfigError(`--source: expected ${SOURCES}; got nothing.`);
  const held = await listed(source, () =>
    heldDatasets(source, { ...settings, token: tokenOf(settings) }, { signal, timeoutMs }),
  );
  return held
    .map((dataset) => ({ ...dataset, preset: presetOf(dataset.name) ?? 'default' }))
    .sort((a, b) => compareCodePoints(nameWithTag(a), nameWithTag(b)));
}

async function listed(source: string, list: () => Promise<HeldDataset[]>): Promise<HeldDataset[]> {
  try {
    return await list();
  } catch (cause) {
    if (!(cause instanceof QueryError) || !isNeuprint(source)) throw cause;
    throw new QueryError(
      `${cause.message} A server gives no list at all where one of its databases is down; a dataset whose name you know may answer all the same: create-index --dataset NAME:TAG.`,
      { cause, failure: cause.failure },
    );
  }
}
