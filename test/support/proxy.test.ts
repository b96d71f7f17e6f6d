/** The proxy delays, shapes and breaks real sockets: bytes, order and lower bounds, never how fast a machine is. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProxyOptions, type RunningProxy, startProxy } from './proxy.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that does that with each connection. */
async function startTarget(serve: (socket: Socket) => void): Promise<ProxyOptions['target']> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    // Tests break connections on purpose.
    socket.on('error', () => undefined);
    serve(socket);
  });
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

async function startEchoProxy(options: Omit<ProxyOptions, 'target'> = {}): Promise<RunningProxy> {
  return track(await startProxy({ target: await startTarget(echo), ...options }));
}

function track(proxy: RunningProxy): RunningProxy {
  closers.push(proxy.close);
  return proxy;
}

interface Client {
  socket: Socket;
  /** Waits until that many bytes came in all, and gives everything so far. */
  received(byteCount: number): Promise<Buffer>;
  /** Waits for the end of the connection, however it comes, and gives everything received. */
  ended(): Promise<Buffer>;
}

async function open(proxy: RunningProxy): Promise<Client> {
  const socket = connect({ port: proxy.port, host: proxy.host, noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  return {
    socket,
    received: async (byteCount) => {
      while (Buffer.concat(chunks).length < byteCount) await once(socket, 'data');
      return Buffer.concat(chunks);
    },
    ended: async () => {
      await closed;
      return Buffer.concat(chunks);
    },
  };
}

function numbered(byteCount: number): Buffer {
  return Buffer.from(Array.from({ length: byteCount }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}

describe('startProxy', () => {
  it('passes every byte both ways, in order, and counts them', async () => {
    const proxy = await startEchoProxy();
    const client = await open(proxy);
    const sent = numbered(3_000_000);
    client.socket.write(sent);
    expect((await client.received(sent.length)).equals(sent)).toBe(true);
    expect(proxy.counters).toEqual({ connections: 1, bytesUp: sent.length, bytesDown: sent.length });
    await open(proxy);
    await expect.poll(() => proxy.counters.connections).toBe(2);
  });

  it('passes the end of a stream on only after its last bytes', async () => {
    const proxy = await startEchoProxy({ rttMs: 20, bandwidthBitsPerSecond: 20e6 });
    const client = await open(proxy);
    const sent = numbered(100_000);
    client.socket.end(sent);
    expect((await client.ended()).equals(sent)).toBe(true);
  });

  it('makes a round trip take at least rttMs, and the first one of a connection twice that', async () => {
    const rttMs = 40;
    const proxy = await startEchoProxy({ rttMs });
    const beforeMs = performance.now();
    const client = await open(proxy);
    client.socket.write('a');
    await client.received(1);
    const firstMs = performance.now();
    expect(firstMs - beforeMs).toBeGreaterThanOrEqual(2 * rttMs);
    client.socket.write('b');
    await client.received(2);
    expect(performance.now() - firstMs).toBeGreaterThanOrEqual(rttMs);
  });

  it('keeps chunks sent one after the other in flight together', async () => {
    const rttMs = 400;
    const chunkCount = 20;
    const proxy = await startEchoProxy({ rttMs });
    const client = await open(proxy);
    const beforeMs = performance.now();
    for (let at = 0; at < chunkCount; at++) {
      client.socket.write(Buffer.of(at));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect([...(await client.received(chunkCount))]).toEqual(Array.from({ length: chunkCount }, (_, at) => at));
    // One after the other they would need chunkCount * rttMs = 8 s; a quarter of that leaves a slow machine room.
    expect(performance.now() - beforeMs).toBeLessThan((chunkCount * rttMs) / 4);
  });

  it('shares one bandwidth among all connections of a direction', async () => {
    const bytesEach = 50_000;
    const bandwidthBitsPerSecond = 8e6;
    const target = await startTarget((socket) => {
      socket.once('data', () => socket.end(numbered(bytesEach)));
    });
    const proxy = track(await startProxy({ target, bandwidthBitsPerSecond }));
    const clients = await Promise.all([open(proxy), open(proxy), open(proxy), open(proxy)]);
    const beforeMs = performance.now();
    for (const client of clients) client.socket.write('go');
    for (const client of clients) expect((await client.ended()).equals(numbered(bytesEach))).toBe(true);
    // The link runs up to a millisecond ahead of the clock.
    expect(performance.now() - beforeMs).toBeGreaterThanOrEqual((4 * bytesEach * 8000) / bandwidthBitsPerSecond - 1);
  });

  it('lets a small answer through beside a long one', async () => {
    const target = await startTarget((socket) => {
      socket.on('data', (wanted) => socket.write(numbered(Number(wanted.toString()))));
    });
    const proxy = track(await startProxy({ target, bandwidthBitsPerSecond: 8e6 }));
    const long = await open(proxy);
    const short = await open(proxy);
    long.socket.write('1000000');
    await long.received(1);
    short.socket.write('100');
    await short.received(100);
    expect(proxy.counters.bytesDown).toBeLessThan(1_000_000);
    await long.received(1_000_000);
  });

  it('cut() breaks every connection at once and lets new ones in', async () => {
    const proxy = await startEchoProxy();
    const clients = await Promise.all([open(proxy), open(proxy)]);
    for (const client of clients) {
      client.socket.write('x');
      await client.received(1);
    }
    proxy.cut();
    for (const client of clients) expect((await client.ended()).toString()).toBe('x');
    const next = await open(proxy);
    next.socket.write('y');
    expect((await next.received(1)).toString()).toBe('y');
  });

  it('cutAfterBytes() delivers exactly that many bytes, then breaks', async () => {
    const proxy = await startEchoProxy({ rttMs: 4 });
    const client = await open(proxy);
    proxy.cutAfterBytes(70_001);
    const sent = numbered(200_000);
    client.socket.write(sent);
    expect((await client.ended()).equals(sent.subarray(0, 70_001))).toBe(true);
    const next = await open(proxy);
    next.socket.write(sent);
    expect((await next.received(sent.length)).equals(sent)).toBe(true);
  });

  it('stall() holds everything back for that long, then delivers it in order', async () => {
    const proxy = await startEchoProxy();
    const client = await open(proxy);
    client.socket.write('a');
    await client.received(1);
    const stallMs = 150;
    const beforeMs = performance.now();
    proxy.stall(stallMs);
    client.socket.write('b');
    client.socket.write('c');
    expect((await client.received(3)).toString()).toBe('abc');
    expect(performance.now() - beforeMs).toBeGreaterThanOrEqual(stallMs);
  });

  it('refuse() closes the port for newcomers only, until it is lifted', async () => {
    const proxy = await startEchoProxy();
    const early = await open(proxy);
    await proxy.refuse(true);
    await expect(open(proxy)).rejects.toThrow('ECONNREFUSED');
    early.socket.write('x');
    expect((await early.received(1)).toString()).toBe('x');
    await proxy.refuse(false);
    const late = await open(proxy);
    late.socket.write('y');
    expect((await late.received(1)).toString()).toBe('y');
  });

  it('garble() spoils the next delivery to a client and no other', async () => {
    const proxy = await startEchoProxy();
    const client = await open(proxy);
    proxy.garble();
    client.socket.write(Buffer.of(0x00, 0x0f));
    expect([...(await client.received(2))]).toEqual([0xff, 0xf0]);
    client.socket.write(Buffer.of(0x0f));
    expect([...(await client.received(3))]).toEqual([0xff, 0xf0, 0x0f]);
  });

  it('breaks the connection when the target is not there', async () => {
    const target = await startTarget(echo);
    const proxy = track(await startProxy({ target: { ...target, port: 1 } }));
    const client = await open(proxy);
    expect(await client.ended()).toHaveLength(0);
  });

  it('close() breaks what is open and frees the port', async () => {
    const proxy = await startProxy({ target: await startTarget(echo), rttMs: 50 });
    const client = await open(proxy);
    client.socket.write('lost');
    await proxy.close();
    expect(await client.ended()).toHaveLength(0);
    await expect(open(proxy)).rejects.toThrow('ECONNREFUSED');
  });

  it('rejects figures that describe no link', async () => {
    const target = { host: '127.0.0.1', port: 1 };
    await expect(startProxy({ target, rttMs: -1 })).rejects.toThrow('Expected rttMs of 0 or more, got -1.');
    await expect(startProxy({ target, bandwidthBitsPerSecond: 0 })).rejects.toThrow(
      'Expected bandwidthBitsPerSecond above 0, got 0.',
    );
  });
});
