/** The connectome of a run that may ask nothing. */
import { ConfigError } from '../errors.ts';
import type { Connectome } from './connectome.ts';

/** @param id of the source that it stands for */
export function unopened(id: string): Connectome {
  const refuse = async (): Promise<never> => {
    throw new ConfigError('--offline: expected the cache to hold all that is needed; run once without --offline.');
  };
  return {
    id,
    isEmbedded: false,
    maxInFlight: 1,
    edit: refuse,
    describe: refuse,
    typeSizes: refuse,
    catalogue: refuse,
    fingerprints: refuse,
    roiCounts: refuse,
    partners: refuse,
    cells: refuse,
    canSum: refuse,
    bytesReceived: () => 0,
    close: async () => undefined,
  };
}
