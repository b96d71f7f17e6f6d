/** Opens the source that a command was told to read, or only names it where nothing may be asked. */
import { descriptionKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { Connectome } from '../connectome/connectome.ts';
import { nameConnectome, openConnectome, SOURCES } from '../connectome/open.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/**
 * @param cache tells whether something is kept of the source
 * @throws ConfigError without a source, or where the flags contradict each other; what openConnectome throws
 */
export async function connect(settings: Settings, signal: AbortSignal, cache: Cache): Promise<Connectome> {
  const { source, concurrency, maxConcurrency } = settings;
  if (source === undefined) throw new ConfigError(`--source: expected ${SOURCES}; got nothing.`);
  if (concurrency !== undefined && maxConcurrency !== undefined && concurrency > maxConcurrency)
    throw new ConfigError(
      `--concurrency: expected at most --max-concurrency, which is ${maxConcurrency}; got ${concurrency}.`,
    );
  const named = await nameConnectome(source, settings);
  if (settings.offline) return named;
  // Most likely nothing changed, and one question tells: 17 more connections take 50 ms of this process.
  const isHasty = (await cache.get(descriptionKey(named.id))) !== undefined;
  return await openConnectome(source, { ...settings, maxInFlight: concurrency ?? maxConcurrency, isHasty }, signal);
}
