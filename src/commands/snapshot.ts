/** `neurodex snapshot`: a whole dataset on a server -> a connectome file. */

import { requireTarget } from '../connectome/file/wholeFile.ts';
import { isCypher, openCypher } from '../connectome/open.ts';
import { ConfigError, ConnectError, InterruptedError, QueryError, WriteError, withoutSecrets } from '../errors.ts';
import { createRun, type Report } from '../report.ts';
import type { Settings } from '../settings.ts';
import type { ConnectionTable } from '../snapshot/connections.ts';
import { openParts } from '../snapshot/parts.ts';
import { type SnapshotResult, takeSnapshot } from '../snapshot/snapshot.ts';
import { requirePace, tokenOf } from './connect.ts';
import type { Context } from './context.ts';

/** Up to as many batches are in memory at once: 8 of 500 cells are 30 MB. */
const MOST_IN_FLIGHT = 8;

export interface SnapshotWanted {
  connections: ConnectionTable | null;
  into: string;
}

/** @throws ConfigError without such a source, or where the file cannot be put; what takeSnapshot throws */
export async function snapshot(
  { connections, into }: SnapshotWanted,
  settings: Settings,
  context: Context,
): Promise<{ result: SnapshotResult; report: Report }> {
  const { signal, clock } = context;
  const { source, concurrency, maxConcurrency } = settings;
  if (source === undefined || !isCypher(source)) {
    throw new ConfigError(
      `--source: expected a server (https://HOST of a neuPrint, bolt://HOST:PORT or neo4j://HOST:PORT); got ${source === undefined ? 'nothing' : JSON.stringify(withoutSecrets(source))}.`,
    );
  }
  requirePace(settings);
  requireTarget(into);
  const run = createRun('snapshot', clock.now, context.onEvent);
  const parts = await openParts(into);
  try {
    const maxInFlight = concurrency ?? maxConcurrency ?? MOST_IN_FLIGHT;
    const options = { ...settings, token: tokenOf(settings), maxInFlight };
    const opened = await run.phase('connect', () => openCypher(source, options, signal));
    try {
      const result = await takeSnapshot({ opened, parts, settings, connections, into, run, clock, signal });
      run.report.bytes = opened.server.bytesReceived();
      run.report.peakRssBytes = context.peakRssBytes();
      return { result, report: run.report };
    } finally {
      await opened.server.close();
    }
  } catch (error) {
    const areSome = await parts.areSome();
    if (!areSome) parts.remove();
    const kept = areSome ? ` What landed is kept in ${parts.folder}: the same command goes on from there.` : '';
    if (signal.aborted) throw new InterruptedError(`interrupted.${kept}`, { cause: error });
    if ([ConnectError, QueryError, WriteError].some((kind) => error instanceof kind)) (error as Error).message += kept;
    throw error;
  } finally {
    parts.close();
  }
}
