/** A server that goes away in mid-run: one that is back soon is waited for, one that stays away ends the run. */
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { describeFaults, fastClock, indexIn, reportIn } from './faulted.ts';
import { isRoiQuery, nth } from './script.ts';

const AWAY_MS = 16_000;
const PINNED = ['--concurrency', '4', '--batch-weight', '200'];

await describeFaults('5.26', 'a server that goes away', (faulted) => {
  test('is back after 16 s: the run waits, says so once, and gives the same to the byte', {
    timeout: 120_000,
  }, async () => {
    const cwd = temporaryFolder();
    let restarted = Promise.resolve();
    let awayMs = 0;
    const restart = async (): Promise<void> => {
      const stoppedMs = performance.now();
      await faulted.server.stop();
      // A start takes some seconds, too.
      await setTimeout(Math.max(0, AWAY_MS - 5_000 - (performance.now() - stoppedMs)));
      await faulted.server.start();
      awayMs = performance.now() - stoppedMs;
    };
    const relay = await faulted.relay(
      nth(isRoiQuery, (n) => {
        if (n === 12) restarted = restart();
        return undefined;
      }),
    );
    const finished = await faulted.createIndex(cwd, relay, ...PINNED);
    await restarted;
    expect(finished).toMatchObject({ code: 0 });
    expect(awayMs).toBeGreaterThan(10_000);
    expect(indexIn(cwd)).toBe(faulted.wholeIndex);
    const report = reportIn(cwd);
    expect(report.events).toEqual([expect.stringContaining('The source went away and is waited for')]);
    expect(finished.stderr.match(/went away/g)).toHaveLength(1);
    expect(report).toMatchObject({ splits: 0, failedTypes: [] });
    expect(report.retries).toBeGreaterThan(0);
    // The server, as it stops, may end a query before it ends the connection.
    expect(report.retries).toBeLessThanOrEqual(8);
    // Those that were made for the run, and some looks whether it is back.
    expect(relay.acceptedConnections).toBeLessThan(40);
  });

  test('stays away: after a minute the run ends and says how long it waited', async () => {
    let stopped: Promise<void> | undefined;
    const relay = await faulted.relay(
      nth(isRoiQuery, (n) => {
        if (n === 12) stopped = faulted.server.stop();
        return undefined;
      }),
    );
    const { catalog, error, report } = await faulted.build(relay, { concurrency: '4', batchWeight: '200' }, fastClock);
    expect(catalog).toBeNull();
    expect(error).toMatchObject({
      name: 'ConnectError',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+: .*\(It was waited for 60 s\.\)$/),
    });
    expect(report.events).toHaveLength(1);
    await stopped;
  });
});
