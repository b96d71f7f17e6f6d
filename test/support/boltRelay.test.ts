/** What the real driver sees of a real Neo4j through the relay: everything as it is, or just the one fault asked for. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import neo4j, { type Driver, type QueryResult, type Session } from 'neo4j-driver';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Act, type AskedQuery, type RunningBoltRelay, startBoltRelay } from './boltRelay.ts';
import { type RestartableNeo4j, startRestartableNeo4j } from './neo4j/restart.ts';
import { whyNoNeo4j } from './neo4j/startNeo4j.ts';
import { neo4jVersions } from './neo4j/versions.ts';
import { packTexts, unpack } from './packstream.ts';
import { REQUIRE_ALL } from './require.ts';

// The first start of a machine downloads 120 MB.
const startTimeoutMs = 600_000;
/** Far longer than any test may last. */
const neverMs = 10 * 60_000;
/** The driver's own constant has no type. */
const FETCH_ALL = -1;
const serviceUnavailable = { code: 'ServiceUnavailable' };

function driverFor(uri: string): Driver {
  const driver = neo4j.driver(uri, undefined, {
    useBigInt: true,
    fetchSize: FETCH_ALL,
    disableAutoCommitRetries: true,
    telemetryDisabled: true,
  });
  onTestFinished(() => driver.close());
  return driver;
}

function sessionOf(driver: Driver): Session {
  const session = driver.session({ database: 'neo4j' });
  onTestFinished(() => session.close());
  return session;
}

/** One query in a session of its own; its rows as lists. */
async function ask(driver: Driver, cypher: string, parameters = {}): Promise<unknown[][]> {
  const session = driver.session({ database: 'neo4j' });
  try {
    const { records } = await session.run(cypher, parameters);
    return records.map((record) => [...record.values()]);
  } finally {
    await session.close();
  }
}

/** How many rows came, and how it ended. */
function drain(result: ReturnType<Session['run']>): Promise<{ rows: number; error: Error | undefined }> {
  return new Promise((resolve) => {
    let rows = 0;
    result.subscribe({
      onNext: () => {
        rows += 1;
      },
      onCompleted: () => resolve({ rows, error: undefined }),
      onError: (error) => resolve({ rows, error }),
    });
  });
}

/** Acts on queries that hold that text, and on no others. */
function only(text: string, act: Act): (query: AskedQuery) => Act | undefined {
  return ({ cypher }) => (cypher.includes(text) ? act : undefined);
}

for (const version of neo4jVersions) {
  const reason = await whyNoNeo4j(version);
  const isSkipped = reason !== undefined && !REQUIRE_ALL;

  describe.skipIf(isSkipped)(
    `startBoltRelay before Neo4j ${version}${isSkipped ? ` (absent here: ${reason})` : ''}`,
    () => {
      let server: RestartableNeo4j;

      beforeAll(async () => {
        server = await startRestartableNeo4j({ version });
        const driver = neo4j.driver(server.uri);
        await ask(driver, 'UNWIND range(1, 1000) AS n CREATE (:Many)');
        await driver.close();
      }, startTimeoutMs);

      afterAll(() => server?.close());

      async function open(onRun?: (query: AskedQuery) => Act | undefined): Promise<{
        relay: RunningBoltRelay;
        driver: Driver;
        /** A driver past the relay. */
        direct: Driver;
      }> {
        const relay = await startBoltRelay({ target: { host: '127.0.0.1', port: server.port }, onRun });
        onTestFinished(relay.close);
        return { relay, driver: driverFor(`bolt://${relay.host}:${relay.port}`), direct: driverFor(server.uri) };
      }

      /** Queries with that text which run on the server, but for the one that looks. */
      async function countRunning(direct: Driver, text: string): Promise<number> {
        const found = await ask(direct, 'SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery');
        return found.filter(([query]) => String(query).includes(text)).length;
      }

      it('passes values of every type both ways unchanged', async () => {
        const { driver, direct } = await open();
        const parameters = {
          nothing: null,
          truths: [true, false],
          integers: [0n, -16n, -17n, 127n, 128n, -32_769n, 2n ** 31n, 720_575_940_612_345_678n, -(2n ** 63n)],
          floats: [0.5, -1e300, Number.POSITIVE_INFINITY],
          texts: ['', 'L1', 'Größe 轴突', 'x'.repeat(255), 'y'.repeat(200_000)],
          bytes: Int8Array.from({ length: 70_000 }, (_, at) => at),
          nested: { list: [{ a: [1n, { b: 'c' }] }, []], map: {} },
          date: new neo4j.types.Date(2024n, 2n, 29n),
          point: new neo4j.types.Point(7203n, 1.5, -2.5),
        };
        const cypher =
          'CREATE (n:Typed {name: $p.texts[2]}) RETURN $p AS p, n.name, labels(n), datetime("2024-02-29T01:02:03Z")';
        const [row] = await ask(driver, cypher, { p: parameters });
        expect(row?.[0]).toEqual(parameters);
        expect(row).toEqual((await ask(direct, cypher, { p: parameters }))[0]);
      });

      it('negotiates at most Bolt 5.4', async () => {
        const { driver } = await open();
        const { protocolVersion } = await driver.getServerInfo();
        // Its getMinor() gives the major version.
        expect(protocolVersion).toMatchObject(version === '4.4' ? { major: 4, minor: 4 } : { major: 5, minor: 4 });
      });

      it('passes 20,000 rows of 1 KB, in one portion and in many', async () => {
        const { relay, driver } = await open();
        const cypher = 'UNWIND range(1, 20000) AS n RETURN n, $text';
        const text = 'r'.repeat(1000);
        for (const fetchSize of [FETCH_ALL, 3000]) {
          const session = driver.session({ database: 'neo4j', fetchSize });
          const { records } = await session.run(cypher, { text });
          await session.close();
          expect(records).toHaveLength(20_000);
          expect(records.every((record, at) => record.get(0) === BigInt(at + 1) && record.get(1) === text)).toBe(true);
        }
        expect(relay.queries.map(({ rows, outcome }) => [rows, outcome])).toEqual([
          [20_000, 'succeeded'],
          [20_000, 'succeeded'],
        ]);
      });

      it('records every query with its parameters, number and end', async () => {
        const { relay, driver } = await open();
        const types = ['L1', 'T4/T5 "a"', 'Größe'];
        await ask(driver, 'UNWIND $types AS t RETURN t', { types });
        await expect(ask(driver, 'RETURN nonsense')).rejects.toMatchObject({
          code: 'Neo.ClientError.Statement.SyntaxError',
        });
        const session = sessionOf(driver);
        await session.run('RETURN $id, $weight', { id: 2n ** 60n, weight: 5 }, { timeout: 7000 });
        expect(relay.queries).toMatchObject([
          { cypher: 'UNWIND $types AS t RETURN t', parameters: { types }, number: 1, rows: 3, outcome: 'succeeded' },
          { cypher: 'RETURN nonsense', parameters: {}, number: 2, rows: 0, outcome: 'failed' },
          {
            parameters: { id: 2n ** 60n, weight: 5 },
            settings: { tx_timeout: 7000n, db: 'neo4j' },
            number: 3,
            rows: 1,
          },
        ]);
      });

      it('passes explicit transactions, and one whose query fails is rolled back', async () => {
        const { driver } = await open(
          only('failing', { fail: { code: 'Neo.ClientError.General.Test', message: 'm' } }),
        );
        const session = sessionOf(driver);
        const kept = await session.executeWrite(async (transaction) => {
          await transaction.run('CREATE (:Kept)');
          return (await transaction.run('MATCH (n:Kept) RETURN count(n)')).records[0]?.get(0);
        });
        expect(kept).toBe(1n);
        const failing = session.executeWrite(async (transaction) => {
          await transaction.run('CREATE (:Kept)');
          await transaction.run('RETURN 1 AS failing');
        });
        await expect(failing).rejects.toMatchObject({ code: 'Neo.ClientError.General.Test' });
        expect(await ask(driver, 'MATCH (n:Kept) RETURN count(n)')).toEqual([[1n]]);
      });

      for (const [code, message] of [
        ['Neo.TransientError.General.MemoryPoolOutOfMemoryError', 'The memory pool limit was exceeded.'],
        ['Neo.ClientError.Transaction.TransactionTimedOut', 'The transaction has been terminated: Ü.'],
        ['Neo.TransientError.Request.NoThreadsAvailable', 'There are no available threads.'],
      ] as const) {
        it(`fails a query with ${code} without asking the server; the connection goes on`, async () => {
          const { relay, driver, direct } = await open(only('Never', { fail: { code, message } }));
          const session = sessionOf(driver);
          for (let round = 0; round < 2; round++) {
            await expect(session.run('CREATE (:Never)')).rejects.toMatchObject({ code, message });
            expect((await session.run('RETURN 1')).records).toHaveLength(1);
          }
          expect(relay.acceptedConnections).toBe(1);
          expect(relay.queries.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded', 'failed', 'succeeded']);
          expect(await ask(direct, 'MATCH (n:Never) RETURN count(n)')).toEqual([[0n]]);
        });
      }

      it('holds an answer for delayMs, and others not', async () => {
        const delayMs = 400;
        const { driver } = await open(only('late', { delayMs }));
        await ask(driver, 'RETURN 1');
        const beforeMs = performance.now();
        const isLate = ask(driver, 'UNWIND range(1, 5) AS late RETURN late').then((rows) => ({
          rows,
          ms: performance.now(),
        }));
        await ask(driver, 'RETURN 1');
        const promptMs = performance.now();
        const { rows, ms } = await isLate;
        expect(rows).toEqual([[1n], [2n], [3n], [4n], [5n]]);
        expect(ms - beforeMs).toBeGreaterThanOrEqual(delayMs);
        expect(promptMs).toBeLessThan(ms);
      });

      it('gives a failure late', async () => {
        const delayMs = 300;
        const { driver } = await open(() => ({
          delayMs,
          fail: { code: 'Neo.ClientError.General.Late', message: 'm' },
        }));
        const beforeMs = performance.now();
        await expect(ask(driver, 'RETURN 1')).rejects.toMatchObject({ code: 'Neo.ClientError.General.Late' });
        expect(performance.now() - beforeMs).toBeGreaterThanOrEqual(delayMs);
      });

      it('makes the server slower by the factor of slowdown', async () => {
        const sleepMs = 400;
        const slowdown = 4;
        const { driver, direct } = await open(only('sleep', { slowdown }));
        const cypher = `CALL apoc.util.sleep(${sleepMs}) UNWIND range(1, 1000) AS n RETURN n`;
        // The first call loads and compiles what it calls.
        await ask(direct, cypher);
        await ask(driver, 'RETURN 1');
        const beforeMs = performance.now();
        const rows = await ask(driver, cypher);
        expect(rows).toHaveLength(1000);
        expect(performance.now() - beforeMs).toBeGreaterThanOrEqual(slowdown * sleepMs);
      });

      it('loses the first rows, or all, of an answer that ends well', async () => {
        const { relay, driver } = await open(({ cypher }) => {
          if (cypher.includes('few')) return { dropRows: 3 };
          return cypher.includes('none') ? { dropRows: 'all' } : undefined;
        });
        expect(await ask(driver, 'UNWIND range(1, 5) AS few RETURN few')).toEqual([[4n], [5n]]);
        const session = sessionOf(driver);
        const none: QueryResult = await session.run('UNWIND range(1, 5000) AS none RETURN none');
        expect(none.records).toEqual([]);
        expect(none.summary.queryType).toBe('r');
        expect(await ask(driver, 'UNWIND [1, 2] AS all RETURN all')).toEqual([[1n], [2n]]);
        expect(relay.queries.map(({ rows }) => rows)).toEqual([2, 0, 2]);
      });

      it('loses rows of a later portion too, and cuts there', async () => {
        const acts: Act[] = [{ dropRows: 25 }, { cutAfterRows: 25 }];
        const { relay, driver } = await open(({ number }) => acts[number - 1]);
        const session = driver.session({ database: 'neo4j', fetchSize: 10 });
        onTestFinished(() => session.close());
        const cypher = 'UNWIND range(1, 95) AS n RETURN n';
        expect(await drain(session.run(cypher))).toEqual({ rows: 70, error: undefined });
        expect(await drain(session.run(cypher))).toMatchObject({ rows: 25, error: serviceUnavailable });
        expect(relay.queries).toMatchObject([
          { rows: 70, outcome: 'succeeded' },
          { rows: 25, outcome: 'lost' },
        ]);
      });

      it('delays only the first of several portions', async () => {
        const delayMs = 500;
        const { driver } = await open(() => ({ delayMs }));
        const session = driver.session({ database: 'neo4j', fetchSize: 10 });
        onTestFinished(() => session.close());
        const beforeMs = performance.now();
        expect(await drain(session.run('UNWIND range(1, 100) AS n RETURN n'))).toMatchObject({ rows: 100 });
        const tookMs = performance.now() - beforeMs;
        expect(tookMs).toBeGreaterThanOrEqual(delayMs);
        expect(tookMs).toBeLessThan(9 * delayMs);
      });

      it('cuts the connection after so many rows, or before the end of a shorter answer', async () => {
        const { relay, driver } = await open(only('cut', { cutAfterRows: 7 }));
        for (const [count, given] of [
          [20_000, 7],
          [7, 7],
          [2, 2],
        ]) {
          const { rows, error } = await drain(sessionOf(driver).run(`UNWIND range(1, ${count}) AS cut RETURN cut`));
          expect(rows).toBe(given);
          expect(error).toMatchObject(serviceUnavailable);
          expect(await ask(driver, 'RETURN 1')).toEqual([[1n]]);
        }
        const cuts = relay.queries.filter(({ act }) => act !== undefined);
        expect(cuts.map(({ rows, outcome }) => [rows, outcome])).toEqual([
          [7, 'lost'],
          [7, 'lost'],
          [2, 'lost'],
        ]);
      });

      it('resets the connection instead of an answer, without asking the server', async () => {
        const { relay, driver, direct } = await open(only('Reset', { reset: true }));
        await expect(ask(driver, 'CREATE (:Reset)')).rejects.toMatchObject(serviceUnavailable);
        expect(await ask(driver, 'RETURN 1')).toEqual([[1n]]);
        expect(relay.queries.map(({ outcome }) => outcome)).toEqual(['lost', 'succeeded']);
        expect(relay.acceptedConnections).toBe(2);
        expect(await ask(direct, 'MATCH (n:Reset) RETURN count(n)')).toEqual([[0n]]);
      });

      for (const [title, cypher] of [
        ['a held query that still runs', `CALL apoc.util.sleep(${neverMs}) RETURN 'held'`],
        // 4.4 notices that its transaction was ended only when it reads the database: a range alone goes on to its end.
        ['a held stream of rows', `MATCH (a:Many), (b:Many), (c:Many) RETURN id(a), 'held'`],
      ] as const) {
        it(`lets session.close() cancel ${title}, also on the server`, async () => {
          const { relay, driver, direct } = await open(only('held', { delayMs: neverMs }));
          const session = sessionOf(driver);
          const held = expect(session.run(cypher)).rejects.toBeInstanceOf(Error);
          await expect.poll(() => countRunning(direct, 'held'), { timeout: 20_000 }).toBe(1);
          await session.close();
          await held;
          expect(relay.queries[0]?.outcome).toBe('cancelled');
          await expect.poll(() => countRunning(direct, 'held'), { timeout: 20_000 }).toBe(0);
          expect(await ask(driver, 'RETURN 1')).toEqual([[1n]]);
          expect(relay.acceptedConnections).toBe(1);
        });
      }

      for (const act of [
        { delayMs: neverMs },
        { delayMs: neverMs, fail: { code: 'Neo.ClientError.General.Late', message: 'm' } },
        { delayMs: neverMs, cutAfterRows: 1 },
        { delayMs: neverMs, reset: true },
      ] satisfies Act[]) {
        it(`lets session.close() call off ${Object.keys(act).join(' with ')}`, async () => {
          const { relay, driver } = await open(only('held', act));
          const session = sessionOf(driver);
          const held = expect(session.run('UNWIND [1, 2, 3] AS held RETURN held')).rejects.toThrow('Ignored');
          await expect.poll(() => relay.queries.length).toBe(1);
          await session.close();
          await held;
          expect(relay.queries[0]).toMatchObject({ rows: 0, outcome: 'cancelled' });
          expect(await ask(driver, 'UNWIND [1, 2] AS n RETURN n')).toEqual([[1n], [2n]]);
          expect(relay.acceptedConnections).toBe(1);
        });
      }

      it('acts on each of several connections by itself', async () => {
        const { relay, driver } = await open(({ parameters }) => {
          if (parameters.at === 1n) return { delayMs: 300 };
          if (parameters.at === 2n) return { fail: { code: 'Neo.ClientError.General.Two', message: 'two' } };
          if (parameters.at === 3n) return { dropRows: 1 };
          return undefined;
        });
        const cypher = 'CALL apoc.util.sleep(100) UNWIND [1, 2] AS n RETURN n, $at';
        const answers = await Promise.allSettled([0n, 1n, 2n, 3n].map((at) => ask(driver, cypher, { at })));
        expect(answers).toMatchObject([
          {
            value: [
              [1n, 0n],
              [2n, 0n],
            ],
          },
          {
            value: [
              [1n, 1n],
              [2n, 1n],
            ],
          },
          { reason: { code: 'Neo.ClientError.General.Two' } },
          { value: [[2n, 3n]] },
        ]);
        expect(relay.openConnections).toBe(4);
        await driver.close();
        await expect.poll(() => relay.openConnections).toBe(0);
      });

      it('refuses the next handshakes, and those only', async () => {
        const { relay, driver } = await open();
        relay.refuseHandshakes(2);
        for (let refusal = 0; refusal < 2; refusal++) {
          await expect(ask(driver, 'RETURN 1')).rejects.toMatchObject(serviceUnavailable);
        }
        expect(await ask(driver, 'RETURN 1')).toEqual([[1n]]);
        expect(relay.queries).toHaveLength(1);
        expect(relay.acceptedConnections).toBe(3);
      });

      it('frees its port and ends its connections on close()', async () => {
        const { relay, driver, direct } = await open();
        const running = expect(ask(driver, `CALL apoc.util.sleep(${neverMs}) RETURN 'open'`)).rejects.toMatchObject(
          serviceUnavailable,
        );
        await expect.poll(() => countRunning(direct, "'open'"), { timeout: 20_000 }).toBe(1);
        await relay.close();
        await running;
        expect(relay.openConnections).toBe(0);
        expect(relay.queries).toMatchObject([{ outcome: 'lost' }]);
        await expect(ask(driver, 'RETURN 1')).rejects.toThrow('ECONNREFUSED');
        await expect.poll(() => countRunning(direct, "'open'"), { timeout: 20_000 }).toBe(0);
      });

      it('outlives a restart of the server on its port, with its data', { timeout: 120_000 }, async () => {
        const { relay, driver } = await open();
        const before = server.pid;
        await ask(driver, 'CREATE (:Survivor)');
        await server.stop();
        await expect(ask(driver, 'RETURN 1')).rejects.toMatchObject(serviceUnavailable);
        await server.start();
        expect(server.pid).not.toBe(before);
        expect(await ask(driver, 'MATCH (n:Survivor) RETURN count(n)')).toEqual([[1n]]);
        expect(relay.queries.at(-1)).toMatchObject({ outcome: 'succeeded' });
      });
    },
  );
}

describe('the framing of startBoltRelay', () => {
  const closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  /** A client, a relay, and the server's end of the client's connection. */
  async function openRaw(onRun?: (query: AskedQuery) => Act | undefined): Promise<{ client: Socket; server: Socket }> {
    const target = createServer({ noDelay: true }).listen({ port: 0, host: '127.0.0.1' });
    await once(target, 'listening');
    closers.push(async () => {
      target.close();
      await once(target, 'close');
    });
    const { port } = target.address() as AddressInfo;
    const relay = await startBoltRelay({ target: { host: '127.0.0.1', port }, onRun });
    closers.push(relay.close);
    const client = connect({ host: relay.host, port: relay.port, noDelay: true });
    const [server] = (await once(target, 'connection')) as [Socket];
    return { client, server };
  }

  async function received(socket: Socket, byteCount: number): Promise<Buffer> {
    let bytes = Buffer.alloc(0);
    while (bytes.length < byteCount) bytes = Buffer.concat([bytes, ...(await once(socket, 'data'))]);
    return bytes;
  }

  async function sendByteByByte(socket: Socket, bytes: Buffer): Promise<void> {
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const proposals = hex('6060b017 000001ff 00080805 00020404 00000106');
  const choice = hex('00000405');
  const noop = hex('0000');
  // RUN "RETURN 1" {} {}, in two chunks, the first of one byte; PULL {}.
  const run = hex('0001 b3 000c 10 88 52455455524e2031 a0 a0 0000');
  const pull = hex('0003 b1 3f a0 0000');
  const success = hex('0003 b1 70 a0 0000');
  const ignored = hex('0002 b0 7e 0000');
  const reset = hex('0002 b0 0f 0000');
  const record = hex('0001 b1 0003 71 91 01 0000');

  async function shakeHands({ client, server }: { client: Socket; server: Socket }): Promise<Buffer> {
    client.write(proposals);
    const offered = await received(server, proposals.length);
    server.write(choice);
    expect(await received(client, choice.length)).toEqual(choice);
    return offered;
  }

  it('offers the server no version above 5.4, and no manifest', async () => {
    expect(await shakeHands(await openRaw())).toEqual(hex('6060b017 00000000 00040405 00020404 00000000'));
  });

  for (const [title, act] of [
    ['as they are', undefined],
    ['through an act', { dropRows: 0 }],
  ] as const) {
    it(`passes messages that come byte by byte, and NOOPs between them, ${title}`, async () => {
      const raw = await openRaw(() => act);
      await shakeHands(raw);
      const up = Buffer.concat([noop, run, noop, pull]);
      const upReceived = received(raw.server, up.length);
      await sendByteByByte(raw.client, up);
      expect(await upReceived).toEqual(up);
      const down = Buffer.concat([noop, success, record, noop, record, success]);
      const downReceived = received(raw.client, down.length);
      await sendByteByByte(raw.server, down);
      expect(await downReceived).toEqual(down);
    });
  }

  it('lets a NOOP through while an answer is held back', async () => {
    const raw = await openRaw(() => ({ delayMs: neverMs }));
    await shakeHands(raw);
    raw.client.write(Buffer.concat([run, pull]));
    await received(raw.server, run.length + pull.length);
    raw.server.write(Buffer.concat([success, record, noop]));
    expect(await received(raw.client, noop.length)).toEqual(noop);
  });

  for (const [title, given, left] of [
    ['was given whole', Buffer.concat([success, record, success]), Buffer.of()],
    ['was given in part', Buffer.concat([success, record]), Buffer.concat([record, success])],
    ['was not given', Buffer.of(), Buffer.concat([success, record, success])],
  ] as const) {
    it(`answers a RESET with IGNORED for what it holds back of an answer that ${title}`, async () => {
      const raw = await openRaw(() => ({ delayMs: neverMs }));
      await shakeHands(raw);
      raw.client.write(Buffer.concat([run, pull]));
      await received(raw.server, run.length + pull.length);
      // The NOOP tells that what came before it is held.
      raw.server.write(Buffer.concat([given, noop]));
      await received(raw.client, noop.length);
      const expected = Buffer.concat([ignored, ignored, success]);
      const downReceived = received(raw.client, expected.length);
      raw.client.write(reset);
      expect(await received(raw.server, reset.length)).toEqual(reset);
      raw.server.write(Buffer.concat([left, success]));
      expect(await downReceived).toEqual(expected);
    });
  }
});

describe('unpack', () => {
  it('reads back what is packed', () => {
    const texts = { code: 'Neo.ClientError.General.Test', message: 'Größe '.repeat(100) };
    expect(unpack(packTexts(0x7f, texts))).toEqual({ tag: 0x7f, fields: [texts] });
  });

  it('rejects bytes that are no value', () => {
    expect(() => unpack(Buffer.of(0x91, 0xc4))).toThrow('Expected a PackStream value at byte 1, got marker 0xc4.');
  });
});
