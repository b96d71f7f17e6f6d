/** Connections that break, stall or become slow in mid-run, and servers that misbehave at random: the run gives the same. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { mulberry32 } from '../simulation/random.ts';
import type { Act, AskedQuery, RunningBoltRelay } from '../support/boltRelay.ts';
import { type RunningProxy, startProxy } from '../support/proxy.ts';
import { describeFaults, expectSame, expectWhole, type Faulted } from './faulted.ts';
import { failure, isCatalogueQuery, isRoiQuery, keyOf, nth, type OnRun, typesOf } from './script.ts';

const LOST = expect.stringMatching(/^The source went away and is waited for: .*connection was lost/);
const PINNED = { concurrency: '4', batchWeight: '400' };

/** A relay before a proxy: a query starts what befalls all bytes. */
async function startBoth(
  { server, relay }: Faulted,
  onRun: (proxy: RunningProxy) => OnRun,
): Promise<{ relay: RunningBoltRelay; proxy: RunningProxy }> {
  const proxy = await startProxy({ target: { host: '127.0.0.1', port: server.port } });
  onTestFinished(() => proxy.close());
  return { proxy, relay: await relay(onRun(proxy), proxy) };
}

await describeFaults('5.26', 'a connection that cannot be relied on', (faulted) => {
  test.each([
    ['after some rows', { cutAfterRows: 20 }],
    ['before the last word', { cutAfterRows: 1_000_000 }],
    ['instead of an answer', { reset: true }],
  ])('several batches lose theirs %s: they are asked again', async (_title, act) => {
    const relay = await faulted.relay(nth(isRoiQuery, (n) => ([2, 3, 9, 17, 30].includes(n) ? act : undefined)));
    const built = await faulted.build(relay, PINNED);
    expectWhole(built, faulted.whole);
    expect(built.report).toMatchObject({ retries: 5, splits: 0 });
    // What breaks together is one event.
    expect(built.report.events.length).toBeGreaterThan(0);
    expect(built.report.events).toEqual(built.report.events.map(() => LOST));
  });

  test('all break at once, twice, in the middle of a message: each time it is one event', async () => {
    const { relay, proxy } = await startBoth(faulted, (proxy) =>
      nth(isRoiQuery, (n) => {
        if (n === 8 || n === 24) proxy.cutAfterBytes(10_007);
        return undefined;
      }),
    );
    const before = proxy.counters.connections;
    const built = await faulted.build(relay, PINNED);
    expectWhole(built, faulted.whole);
    expect(proxy.counters.connections).toBeGreaterThan(before);
    expect(built.report.retries).toBeGreaterThan(1);
    expect(built.report.events).toEqual([LOST, LOST]);
  });

  test('bytes arrive garbled: they are not believed', async () => {
    const { relay } = await startBoth(faulted, (proxy) =>
      nth(isRoiQuery, (n) => {
        if (n === 8) proxy.garble();
        return undefined;
      }),
    );
    const { catalog, error, report } = await faulted.build(relay, { ...PINNED, timeoutMs: '1000' });
    expect(error).toBeNull();
    // A type that travels alone may be the one that was not answered in time: then it is marked.
    expectSame(catalog as Catalog, faulted.whole, report.failedTypes);
    expect(report.failedTypes.length).toBeLessThan(2);
  });

  test('in mid-run new connections are reset at the handshake, six times: the run waits until one is made', async () => {
    const relay: RunningBoltRelay = await faulted.relay(
      nth(isRoiQuery, (n) => {
        if (n !== 6) return undefined;
        relay.refuseHandshakes(6);
        return { reset: true };
      }),
    );
    const built = await faulted.build(relay, { ...PINNED, concurrency: '16' });
    expectWhole(built, faulted.whole);
    expect(built.report.splits).toBe(0);
  });

  test('at the start the first connection is reset, and one of the others serves', async () => {
    const relay = await faulted.relay(undefined);
    relay.refuseHandshakes(1);
    expectWhole(await faulted.build(relay), faulted.whole);
  });

  test('at the start every connection is reset: the run ends at once and says so', async () => {
    const relay = await faulted.relay(undefined);
    relay.refuseHandshakes(1000);
    await expect(faulted.build(relay)).rejects.toThrow(
      'the connection was lost; if the server wants TLS, use bolt+s://',
    );
    expect(relay.acceptedConnections).toBeLessThan(40);
  });

  test('nothing arrives for 5 s: the run goes on where it was, and asks nothing again', async () => {
    const { relay } = await startBoth(faulted, (proxy) =>
      nth(isRoiQuery, (n) => {
        if (n === 8) proxy.stall(5_000);
        return undefined;
      }),
    );
    const startedMs = performance.now();
    const built = await faulted.build(relay, PINNED);
    expect(performance.now() - startedMs).toBeGreaterThan(5_000);
    expectWhole(built, faulted.whole);
    expect(built.report).toMatchObject({ retries: 0, splits: 0, events: [] });
  });

  test('the server is four times slower from the middle on: nothing is asked twice', async () => {
    const relay = await faulted.relay(nth(isRoiQuery, (n) => (n > 5 ? { slowdown: 4 } : undefined)));
    const built = await faulted.build(relay);
    expectWhole(built, faulted.whole);
    expect(built.report).toMatchObject({ retries: 0, splits: 0 });
    expect(new Set(relay.queries.map(keyOf)).size).toBe(relay.queries.length);
  });

  describe('up to 15 faults at random change nothing', () => {
    test.each(Array.from({ length: 10 }, (_, i) => i + 1))('seed %i', async (seed) => {
      const relay = await faulted.relay(randomFaults(seed));
      const flags = seed % 2 === 0 ? {} : { concurrency: `${seed}`, batchWeight: '300' };
      const built = await faulted.build(relay, flags);
      expectWhole(built, faulted.whole);
      const spoiled = relay.queries.filter(({ act }) => act?.fail ?? act?.reset ?? act?.cutAfterRows ?? act?.dropRows);
      expect(built.report.retries + built.report.splits > 0).toBe(spoiled.length > 0);
    });
  });
});

const HARMLESS: readonly Act[] = [{ delayMs: 100 }, { slowdown: 3 }];
const PASSING: readonly Act[] = [
  failure('Neo.TransientError.Transaction.DeadlockDetected'),
  failure('Neo.TransientError.Request.NoThreadsAvailable'),
  { ...failure('Neo.TransientError.General.TransientError'), delayMs: 50 },
  { reset: true },
  { cutAfterRows: 5 },
];
const SHORT: readonly Act[] = [{ dropRows: 1 }, { dropRows: 'all' }];
const TOO_MUCH: readonly Act[] = [
  failure('Neo.TransientError.General.MemoryPoolOutOfMemoryError'),
  failure('Neo.ClientError.Transaction.TransactionTimedOut'),
];

/** Each query meets one in three times what it may meet; no question more often than it is asked again. */
function randomFaults(seed: number): OnRun {
  const random = mulberry32(seed);
  const faultsOf = new Map<string, number>();
  let left = 15;
  return (query: AskedQuery) => {
    const count = typesOf(query)?.length ?? 0;
    const isDivisible = count > 1 || (isCatalogueQuery(query) && query.parameters.from === undefined);
    const acts = [...HARMLESS, ...PASSING, ...(count > 0 ? SHORT : []), ...(isDivisible ? TOO_MUCH : [])];
    const key = keyOf(query);
    const faults = faultsOf.get(key) ?? 0;
    const [isMet, chosen] = [random() < 0.33, random()];
    if (!isMet || left === 0 || faults === 2) return undefined;
    left--;
    faultsOf.set(key, faults + 1);
    return acts[Math.floor(chosen * acts.length)];
  };
}
