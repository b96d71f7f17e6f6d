/** A run that ends before its time, however it ends: the next one carries on from what landed. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/cache/stores.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import type { RunningBoltRelay } from '../support/boltRelay.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { describeFaults, expectWhole, type Faulted, fastClock, indexIn, reportIn } from './faulted.ts';
import { isRoiQuery, typesOf } from './script.ts';

const CONCURRENCY = 4;
const BATCH_WEIGHT = 200;

interface Resumed {
  relay: RunningBoltRelay;
  /** Runs a command on one cache; `atQuery` is called when its so manieth query for ROI counts is asked. */
  run(command: 'create-index' | 'warm', n?: number, atQuery?: (child: ChildProcess) => void): Promise<Finished>;
}

/** Batches that are many and slow: there is always a flight of them under way. */
async function resumed(faulted: Faulted, cwd: string): Promise<Resumed> {
  let left = Number.POSITIVE_INFINITY;
  let onReached: () => void = () => undefined;
  const relay = await faulted.relay((query) => {
    if (!isRoiQuery(query)) return undefined;
    left -= 1;
    if (left === 0) onReached();
    return { delayMs: 30 };
  });
  const pinned = ['--concurrency', String(CONCURRENCY), '--batch-weight', String(BATCH_WEIGHT), '--sums', 'client'];
  const args = ['--source', `bolt://127.0.0.1:${relay.port}`, '--report', 'report.json', ...pinned];
  return {
    relay,
    run: (command, n = Number.POSITIVE_INFINITY, atQuery = () => undefined) => {
      left = n;
      const onStart = (child: ChildProcess): void => {
        onReached = () => atQuery(child);
      };
      return runCli([command, ...args, '--silent'], { cwd, env: { SOURCE_DATE_EPOCH: '0' }, onStart });
    },
  };
}

function roiRows(relay: RunningBoltRelay): number {
  return relay.queries.filter(isRoiQuery).reduce((sum, { rows }) => sum + rows, 0);
}

/** Of the batches that were answered. */
function landedTypes(relay: RunningBoltRelay): string[] {
  const landed = relay.queries.filter((query) => isRoiQuery(query) && query.outcome === 'succeeded');
  return landed.flatMap((query) => typesOf(query) ?? []);
}

await describeFaults('5.26', 'a run that ends before its time', (faulted) => {
  test('killed five times: what landed is not asked again, but for a flight a kill', async () => {
    const cwd = temporaryFolder();
    const { relay, run } = await resumed(faulted, cwd);
    const kills = [1, 9, 5, 21, 10];
    for (const [i, n] of kills.entries()) {
      const killed = await run(i % 2 === 0 ? 'create-index' : 'warm', n, (child) => child.kill('SIGKILL'));
      expect(killed).toEqual({ code: null, stdout: '', stderr: '' });
    }
    expect(await run('create-index')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(indexIn(cwd)).toBe(faulted.wholeIndex);
    expect(reportIn(cwd)).toMatchObject({ events: [], cache: { l2: { faults: 0 } } });
    const { types, totals } = faulted.whole;
    const heaviest = Math.max(BATCH_WEIGHT, ...types.map(({ cells }) => cells.total));
    // Summed here, a cell is a row.
    expect(roiRows(relay)).toBeGreaterThan(totals.cells);
    expect(roiRows(relay)).toBeLessThanOrEqual(1.3 * totals.cells + kills.length * CONCURRENCY * heaviest);
    const asked = relay.queries.length;
    expect(await run('create-index')).toMatchObject({ code: 0 });
    expect(relay.queries.length).toBe(asked + 1);
  });

  test('interrupted: it keeps all that landed', async () => {
    const cwd = temporaryFolder();
    const { relay, run } = await resumed(faulted, cwd);
    let landed: string[] = [];
    const stopped = await run('create-index', 15, (child) => {
      landed = landedTypes(relay);
      child.kill('SIGINT');
    });
    expect(stopped).toEqual({ code: 130, stdout: '', stderr: 'neurodex: interrupted.\n' });
    expect(landed.length).toBeGreaterThan(10);
    const before = relay.queries.length;
    expect(await run('create-index')).toMatchObject({ code: 0 });
    const asked = new Set(relay.queries.slice(before).flatMap((query) => typesOf(query) ?? []));
    expect(landed.filter((type) => asked.has(type))).toEqual([]);
    expect(reportIn(cwd).kept?.unchanged).toBeGreaterThanOrEqual(landed.length);
    expect(indexIn(cwd)).toBe(faulted.wholeIndex);
  });

  test('its server gone for good: it keeps all that landed', async () => {
    const cache = join(temporaryFolder(), 'cache');
    const withCache = async <T>(work: (cache: Cache) => Promise<T>): Promise<T> => {
      const opened = createCache(await openStore(cache, () => undefined));
      try {
        return await work(opened);
      } finally {
        await opened.close();
      }
    };
    let landed: string[] = [];
    let stopped: Promise<void> | undefined;
    let asked = 0;
    const relay = await faulted.relay((query) => {
      if (!isRoiQuery(query) || ++asked !== 15) return undefined;
      landed = landedTypes(relay);
      stopped = faulted.server.stop();
      return undefined;
    });
    const flags = { concurrency: String(CONCURRENCY), batchWeight: String(BATCH_WEIGHT), sums: 'client' };
    const failed = await withCache((cache) => faulted.build(relay, flags, fastClock, cache));
    expect(failed.error).toMatchObject({ name: 'ConnectError' });
    await stopped;
    await faulted.server.start();
    const before = relay.queries.length;
    const built = await withCache((cache) => faulted.build(relay, flags, fastClock, cache));
    expectWhole(built, faulted.whole);
    const again = new Set(relay.queries.slice(before).flatMap((query) => typesOf(query) ?? []));
    expect(landed.length).toBeGreaterThan(10);
    expect(landed.filter((type) => again.has(type))).toEqual([]);
  });
});
