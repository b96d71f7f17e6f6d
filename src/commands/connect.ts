/** Opens the source that a command was told to read, or only names it where nothing may be asked. */
import type { Connectome } from '../connectome/connectome.ts';
import { nameConnectome, openConnectome, SOURCES } from '../connectome/open.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/** @throws ConfigError without a source, or where the flags contradict each other; what openConnectome throws */
export async function connect(settings: Settings, signal: AbortSignal): Promise<Connectome> {
  const { source, concurrency, maxConcurrency } = settings;
  if (source === undefined) throw new ConfigError(`--source: expected ${SOURCES}; got nothing.`);
  if (concurrency !== undefined && maxConcurrency !== undefined && concurrency > maxConcurrency)
    throw new ConfigError(
      `--concurrency: expected at most --max-concurrency, which is ${maxConcurrency}; got ${concurrency}.`,
    );
  if (settings.offline) return await nameConnectome(source, settings);
  return await openConnectome(source, { ...settings, maxInFlight: concurrency ?? maxConcurrency }, signal);
}
