/** Which dataset a connectome file holds, found out before anything else is asked: its name chooses the preset. */
import type { Held } from '../config.ts';
import { datasetInFile } from '../connectome/heldDatasets.ts';
import { nameConnectome } from '../connectome/open.ts';
import { isExpected } from '../errors.ts';
import { createKeptSurvey } from '../lookup/keptSurvey.ts';
import type { Settings } from '../settings.ts';
import { openCache } from './cache.ts';

/** null where there is no such file, or it cannot be read: whoever opens it to ask says so. */
export async function heldInFile(file: string): Promise<Held | null> {
  try {
    const { name } = await datasetInFile(file);
    return { dataset: name, by: `${file}, which holds ${name}` };
  } catch (error) {
    if (isExpected(error)) return null;
    throw error;
  }
}

/**
 * For a run that may open no source; null where nothing is kept of it.
 * @throws ConfigError if the cache cannot be opened, which is all that there is to read
 */
export async function heldInCache(source: string, settings: Settings): Promise<Held | null> {
  const cache = await openCache(settings, { tell: () => undefined });
  try {
    const { id } = await nameConnectome(source, settings);
    const kept = await createKeptSurvey(cache, id).description();
    return kept && { dataset: kept.name, by: `the cache, which holds ${kept.name} from ${source}` };
  } finally {
    await cache.close();
  }
}
