/** Opens the source that a command was told to read, or only names it where nothing may be asked. */
import { readFileSync } from 'node:fs';
import { descriptionKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { Connectome } from '../connectome/connectome.ts';
import { tokenIn } from '../connectome/neuprint/neuprintUrl.ts';
import { isNeuprint, nameConnectome, openConnectome, SOURCES } from '../connectome/open.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';

/**
 * @param cache tells whether something is kept of the source
 * @throws ConfigError without a source, or where the flags contradict each other; what openConnectome throws
 */
export async function connect(settings: Settings, signal: AbortSignal, cache: Cache): Promise<Connectome> {
  const { source, concurrency, maxConcurrency } = settings;
  if (source === undefined) throw new ConfigError(`--source: expected ${SOURCES}; got nothing.`);
  requirePace(settings);
  const named = await nameConnectome(source, settings);
  if (settings.offline) {
    if (isNeuprint(source) && settings.dataset === undefined)
      throw new ConfigError('--dataset: expected name:tag of a dataset; got none.');
    return named;
  }
  // Most likely nothing changed, and one question tells, or two are all: 17 more connections take 50 ms of this process.
  const isHasty = settings.quick || (await cache.get(descriptionKey(named.id))) !== undefined;
  const maxInFlight = concurrency ?? maxConcurrency;
  return await openConnectome(source, { ...settings, token: tokenOf(settings), maxInFlight, isHasty }, signal);
}

/** @throws ConfigError where more is to be in flight than may be */
export function requirePace({ concurrency, maxConcurrency }: Settings): void {
  if (concurrency === undefined || maxConcurrency === undefined || concurrency <= maxConcurrency) return;
  throw new ConfigError(
    `--concurrency: expected at most --max-concurrency, which is ${maxConcurrency}; got ${concurrency}.`,
  );
}

/**
 * The token for the source, if it is a neuPrint server and there is one: what another source has no use for may be broken.
 * @throws ConfigError for a file that cannot be read, or a text that is no token
 */
export function tokenOf({ source, tokenFile, token }: Settings): string | undefined {
  if (source === undefined || !isNeuprint(source)) return undefined;
  if (tokenFile === undefined)
    return token === undefined
      ? undefined
      : tokenIn(token, 'NEUPRINT_APPLICATION_CREDENTIALS, NEUPRINT_TOKEN or the setting token');
  let text: string;
  try {
    text = readFileSync(tokenFile, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `--token-file ${tokenFile}: expected a file with a token, cannot read it (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  return tokenIn(text, `--token-file ${tokenFile}`);
}
