/** Settings that contradict each other: said before anything is opened. */
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** @throws ConfigError if the cache is to be passed over and relied on */
export function requireOneUseOfCache({ cache, fresh, offline }: Settings): void {
  if (fresh && offline)
    throw new ConfigError('--offline: expected answers from the cache, which --fresh passes over; drop one of them.');
  if (offline && cache === 'none')
    throw new ConfigError('--offline: expected a cache to take the answers from; --cache says none.');
}

/** @throws ConfigError if there is to be verified what is not asked */
export function requireVerifiable({ verify, quick, offline }: Settings): void {
  if (verify === undefined) return;
  if (quick)
    throw new ConfigError('--verify: expected a run with ROI counts, which --quick leaves out; drop one of them.');
  if (offline)
    throw new ConfigError('--verify: expected a source to ask again, which --offline does not; drop one of them.');
}
