/** What a neuPrint server fails at for a while, or for as much as it was asked: the run gives what it gives without it. */
import { describe, expect, test } from 'vitest';
import { mulberry32 } from '../simulation/random.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';
import type { Act, NeuprintRequest } from '../support/neuprint/startNeuprint.ts';
import { expectWhole, fastClock, indexIn, reportIn } from './faulted.ts';
import {
  createIndex,
  DATASET,
  describeNeuprintFaults,
  error,
  isBatch,
  message,
  nth,
  type OnRequest,
  page,
  TIMED_OUT,
  typesIn,
} from './neuprintFaulted.ts';

/** Far longer than an answer takes on a busy machine. */
const PATIENCE_MS = '5000';
const PINNED = { concurrency: '4', batchWeight: '400' };
/** No batch is asked in two ways: where one of them fails the other goes on, and nothing is halved. */
const ONE_WAY = { ...PINNED, sums: 'client' };
const RATE_LIMIT = { ...message(429, 'rate limit exceeded'), headers: { 'retry-after': '1' } };

/** Each is answered when it is asked again. */
const ONCE: readonly [string, Act][] = [
  ['502 of a gateway', page(502, '502 Bad Gateway')],
  ['503', message(503, 'service unavailable')],
  ['504 at once', page(504, '504 Gateway Time-out')],
  ['500', message(500, 'Internal Server Error')],
  ['500 as a page', page(500, 'Oops')],
  ['429', message(429, 'rate limit exceeded')],
  ['429 that says when to come back', RATE_LIMIT],
  ['a lost connection', { reset: true }],
  ['an answer that breaks off', { cutAfterBytes: 700 }],
  ['an answer that ends too early without a word', { status: 200, body: '{"columns":["a"],"data":[["T",' }],
  ['an empty answer', { status: 200, body: '' }],
  ['garbage', { status: 200, body: '\u0000\u0001{[' }],
  ['what is no gzip', { status: 200, body: 'plain', headers: { 'content-encoding': 'gzip' } }],
  [
    'a Neo4j that neuPrint has lost',
    error(
      400,
      'failed to execute query: TransactionExecutionLimit: timeout (exceeded max retry time: 30s) after 5 attempts, last error: ConnectivityError: dial tcp 127.0.0.1:7687: connect: connection refused',
    ),
  ],
  [
    'a deadlock',
    error(
      400,
      'failed to execute query: Neo4jError: Neo.TransientError.Transaction.DeadlockDetected (ForsetiClient[1])',
    ),
  ],
];

const TOO_LONG: readonly [string, Act][] = [
  ['the time limit of the engine', TIMED_OUT.engine],
  ['the time limit of Neo4j', TIMED_OUT.neo4j],
  ['no answer', { stall: true }],
];

await describeNeuprintFaults('a neuPrint that fails now and then', (faulted) => {
  test.each(ONCE)('four batches meet %s: each is asked again, none is split', async (_title, act) => {
    const server = await faulted.serve(nth(isBatch, (n) => ([2, 3, 9, 14].includes(n) ? act : undefined)));
    const built = await faulted.build(server, PINNED);
    expectWhole(built, faulted.whole);
    // What a server refuses together as too many is one wait.
    expect(built.report.retries).toBeGreaterThan(1);
    expect(built.report.retries).toBeLessThanOrEqual(4);
    expect(built.report.splits).toBe(0);
  });

  test.each([...ONCE, ...TOO_LONG])('the very first question meets %s: it is asked again', async (_title, act) => {
    const server = await faulted.serve(
      nth(
        () => true,
        (n) => (n === 1 ? act : undefined),
      ),
    );
    const { catalog, error } = await faulted.build(server, { quick: true, timeoutMs: PATIENCE_MS });
    expect(error).toBeNull();
    expect(catalog?.types.map(({ name, cells }) => [name, cells])).toEqual(
      faulted.whole.types.map(({ name, cells }) => [name, cells]),
    );
  });

  test.each(Object.entries(TIMED_OUT))(
    'batches of more than 60 types run into the time limit of %s: they become smaller, each asked once',
    async (_title, act) => {
      const server = await faulted.serve((request) => (typesIn(request) > 60 ? act : undefined));
      const built = await faulted.build(server);
      expectWhole(built, faulted.whole);
      expect(built.report.retries).toBe(0);
      expect(built.report.splits).toBeGreaterThan(0);
      const asked = server.requests.map(({ cypher }) => cypher).filter((cypher) => cypher !== null);
      expect(new Set(asked).size).toBe(asked.length);
    },
  );

  test.each(Object.entries(TIMED_OUT))(
    'the whole catalogue runs into the time limit of %s: it comes in ranges',
    async (_title, act) => {
      const server = await faulted.serve(nth(isCatalogue, (n) => (n === 1 ? act : undefined)));
      expectWhole(await faulted.build(server), faulted.whole);
      expect(server.requests.filter(isCatalogue).length).toBeGreaterThan(4);
    },
  );

  test('a gateway gives up after seconds: less is asked for, or a type alone once more', async () => {
    const late = { ...page(504, '504 Gateway Time-out'), delayMs: 5_500 };
    const server = await faulted.serve(twice(late));
    const built = await faulted.build(server, ONE_WAY);
    expectWhole(built, faulted.whole);
    expect(built.report).toMatchObject({ retries: 1, splits: 1 });
  });

  test.each<[string, Act]>([
    ['nothing', { stall: true }],
    ['the beginning of an answer', { stall: true, cutAfterBytes: 1_000 }],
  ])(
    'two batches get %s and no more: after --timeout-ms less is asked for, or a type alone once more',
    async (_title, act) => {
      const server = await faulted.serve(twice(act));
      const built = await faulted.build(server, { ...ONE_WAY, timeoutMs: PATIENCE_MS });
      expectWhole(built, faulted.whole);
      expect(built.report.retries).toBeGreaterThanOrEqual(1);
      expect(built.report.splits).toBeGreaterThanOrEqual(1);
      expect(built.report.events).toEqual([]);
    },
  );

  test('answers come packed', async () => {
    const server = await faulted.serve(undefined, { gzip: true });
    expectWhole(await faulted.build(server), faulted.whole);
    const sent = server.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const plain = await faulted.serve();
    await faulted.build(plain);
    expect(sent).toBeLessThan(plain.requests.reduce((sum, { bytesSent }) => sum + bytesSent, 0) / 2);
  });

  test('packed answers break off: they are asked for again', async () => {
    const server = await faulted.serve(
      nth(isBatch, (n) => ([2, 9].includes(n) ? { cutAfterBytes: 200 } : undefined)),
      { gzip: true },
    );
    const built = await faulted.build(server, PINNED);
    expectWhole(built, faulted.whole);
    expect(built.report).toMatchObject({ retries: 2, splits: 0 });
  });

  test.each([false, true])(
    'answers are larger than may be taken: less is asked for at once (packed: %s)',
    async (gzip) => {
      const server = await faulted.serve(undefined, { gzip });
      const flags = { sums: 'client', concurrency: '2', batchWeight: '6000' };
      const built = await faulted.build(server, flags, undefined, { maxReplyBytes: 600_000 });
      expectWhole(built, faulted.whole);
      expect(built.report.splits).toBeGreaterThan(0);
      expect(built.report.retries).toBe(0);
    },
  );

  test.each<[string, Record<string, string>]>([
    ['in seconds', { 'retry-after': '3' }],
    [
      'as a date by its own clock',
      { date: 'Sat, 21 Nov 2020 10:59:58 GMT', 'retry-after': 'Sat, 21 Nov 2020 11:00:01 GMT' },
    ],
  ])('429 says when to come back, %s: nothing is asked before', async (_title, headers) => {
    const askedMs: number[] = [];
    const server = await faulted.serve((request) => {
      if (isBatch(request)) askedMs.push(performance.now());
      return isBatch(request) && askedMs.length === 3 ? { ...RATE_LIMIT, headers } : undefined;
    });
    const built = await faulted.build(server, { ...PINNED, concurrency: '1' });
    expectWhole(built, faulted.whole);
    expect((askedMs[3] as number) - (askedMs[2] as number)).toBeGreaterThan(2_900);
  });

  test('nothing answers any more: the run waits for a minute, ends and says so', async () => {
    for (const [title, act, line] of [
      ['behind a gateway', page(502, '502 Bad Gateway'), 'nothing answers behind the gateway (HTTP 502).'],
      ['at all', { reset: true } as const, 'the connection was lost ('],
    ] as const) {
      let batches = 0;
      const server = await faulted.serve((request) => (batches < 5 ? void (isBatch(request) && batches++) : act));
      const { catalog, error, report } = await faulted.build(server, PINNED, fastClock);
      expect(catalog, title).toBeNull();
      expect(error).toMatchObject({ name: 'ConnectError', message: expect.stringContaining(line) });
      expect(error?.message).toMatch(/\(It was waited for 60 s\.\)$/);
      expect(report.events).toHaveLength(1);
      expect(server.requests.length).toBeLessThan(60);
    }
  });

  describe('one request in twenty fails, each time otherwise', () => {
    test.each(Array.from({ length: 4 }, (_, i) => i + 1))('an index, seed %i', async (seed) => {
      const flaky = flakiness(seed, 0.05);
      const server = await faulted.serve(flaky.onRequest);
      const flags = {
        concurrency: '4',
        batchWeight: '150',
        timeoutMs: PATIENCE_MS,
        sums: seed % 2 === 0 ? 'server' : 'client',
      };
      const built = await faulted.build(server, flags);
      expectWhole(built, faulted.whole);
      expect(flaky.struck()).toBeGreaterThan(0);
      expect(built.report.retries + built.report.splits).toBeGreaterThan(0);
    });

    test('an index with its cells, from the command line', async () => {
      const cwd = temporaryFolder();
      const whole = await faulted.serve();
      const flags = ['--cells', '--concurrency', '4', '--batch-weight', '150', '--timeout-ms', PATIENCE_MS];
      expect(await createIndex(cwd, whole, [...flags, '--output', 'whole'])).toMatchObject({ code: 0 });
      const flaky = flakiness(11, 0.05);
      const server = await faulted.serve(flaky.onRequest);
      expect(await createIndex(cwd, server, flags)).toMatchObject({ code: 0 });
      expect(flaky.struck()).toBeGreaterThan(3);
      expect(indexIn(cwd)).toBe(indexIn(cwd, 'whole'));
      expect(indexIn(cwd)).toBe(faulted.wholeIndex);
      expect(reportIn(cwd)).toMatchObject({ failedTypes: [] });
    });

    test('partners', async () => {
      const types = faulted.whole.types.filter((_, i) => i % 12 === 0).map(({ name }) => name);
      const partners = async (url: string): Promise<string> => {
        const args = [
          '--format',
          'json',
          '--silent',
          '--cache',
          'none',
          '--batch-weight',
          '20',
          '--timeout-ms',
          PATIENCE_MS,
        ];
        const finished = await runCli(['partners', '--source', url, '--dataset', DATASET, ...types, ...args], {
          cwd: temporaryFolder(),
        });
        expect(finished).toMatchObject({ code: 0, stderr: '' });
        return finished.stdout;
      };
      const flaky = flakiness(13, 0.05);
      expect(await partners((await faulted.serve(flaky.onRequest)).url)).toBe(
        await partners((await faulted.serve()).url),
      );
      expect(flaky.struck()).toBeGreaterThan(2);
    });
  });
});

function isCatalogue({ cypher }: NeuprintRequest): boolean {
  return cypher?.includes(' AS p0') ?? false;
}

/** Befalls a batch of several types and one of a single type, in whatever order they come. */
function twice(act: Act): OnRequest {
  const several = nth(
    (request) => typesIn(request) > 1,
    (n) => (n === 3 ? act : undefined),
  );
  const single = nth(
    (request) => typesIn(request) === 1,
    (n) => (n === 1 ? act : undefined),
  );
  return (request) => several(request) ?? single(request);
}

/** So many of the requests fail, in turn in each way that may pass. */
function flakiness(seed: number, share: number): { onRequest: OnRequest; struck(): number } {
  const random = mulberry32(seed);
  const acts: Act[] = [...ONCE, ...TOO_LONG].map(([, act]) => act);
  let struck = 0;
  return {
    onRequest: () => (random() < share ? acts[(4 * seed + struck++) % acts.length] : undefined),
    struck: () => struck,
  };
}
