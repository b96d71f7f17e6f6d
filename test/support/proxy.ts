/** Owns a TCP proxy on 127.0.0.1 that gives a real connection the latency, bandwidth and faults of a far one. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

// A packet's worth at least; a turn on a shaped link lasts about a millisecond, so connections share it evenly.
const smallestSegmentBytes = 1460;
const segmentMs = 1;
/** What one connection may have under way: the reach of a tuned TCP window, or on a shaped link its pipe and a queue. */
const openWindowBytes = 16 * 2 ** 20;
const queueBytes = 256 * 2 ** 10;

export interface ProxyOptions {
  target: { host: string; port: number };
  /** Half is added each way. A new connection's first bytes wait one more, as TCP's own greeting would make them. */
  rttMs?: number | undefined;
  /** Each direction has this much, shared by all connections; payload only, headers are not counted. */
  bandwidthBitsPerSecond?: number | undefined;
}

export interface ProxyCounters {
  readonly connections: number;
  /** Client to server. */
  readonly bytesUp: number;
  /** Server to client. */
  readonly bytesDown: number;
}

export interface RunningProxy {
  host: string;
  port: number;
  /** Live: accepted connections, and bytes delivered. */
  counters: ProxyCounters;
  /** Destroys every connection now; new ones are let in. */
  cut(): void;
  /** Lets this many more bytes reach clients, over all connections, then destroys every connection. */
  cutAfterBytes(bytesDown: number): void;
  /** Delivers nothing, either way, for that long; what came meanwhile follows in order. */
  stall(durationMs: number): void;
  /** While on, the port is closed: connecting fails at once. Open connections go on. */
  refuse(isOn: boolean): Promise<void>;
  /** Inverts every bit of the next delivery to a client. */
  garble(): void;
  close(): Promise<void>;
}

/** `bytes` undefined is the sender's end of stream. */
interface Segment {
  bytes: Buffer | undefined;
  arrivedMs: number;
}

interface Flying {
  bytes: Buffer | undefined;
  dueMs: number;
}

/** One direction of one connection. */
interface Lane {
  direction: 'up' | 'down';
  from: Socket;
  to: Socket;
  openMs: number;
  /** Read, and waiting for its turn on the link. */
  backlog: Segment[];
  /** On its way; in order of `dueMs`. */
  flight: Flying[];
  /** Read from one side and not yet taken by the other. */
  heldBytes: number;
}

/** One direction of all connections: what they share. */
interface Link {
  freeMs: number;
  turns: Lane[];
}

export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { target, rttMs = 0, bandwidthBitsPerSecond } = options;
  if (!(rttMs >= 0)) throw new TypeError(`Expected rttMs of 0 or more, got ${rttMs}.`);
  if (bandwidthBitsPerSecond !== undefined && !(bandwidthBitsPerSecond > 0)) {
    throw new TypeError(`Expected bandwidthBitsPerSecond above 0, got ${bandwidthBitsPerSecond}.`);
  }
  const oneWayMs = rttMs / 2;
  const bytesPerMs = bandwidthBitsPerSecond === undefined ? Number.POSITIVE_INFINITY : bandwidthBitsPerSecond / 8000;
  const isShaped = Number.isFinite(bytesPerMs);
  const segmentBytes = isShaped ? Math.max(smallestSegmentBytes, Math.ceil(bytesPerMs * segmentMs)) : undefined;
  const windowBytes = isShaped ? queueBytes + bytesPerMs * oneWayMs : openWindowBytes;

  const counters = { connections: 0, bytesUp: 0, bytesDown: 0 };
  const clients = new Set<Socket>();
  const lanes = new Set<Lane>();
  const links: Record<Lane['direction'], Link> = { up: { freeMs: 0, turns: [] }, down: { freeMs: 0, turns: [] } };
  let stalledUntilMs = 0;
  let bytesUntilCut = Number.POSITIVE_INFINITY;
  let garblesNext = false;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  function addLane(direction: Lane['direction'], from: Socket, to: Socket, openMs: number): void {
    const lane: Lane = { direction, from, to, openMs, backlog: [], flight: [], heldBytes: 0 };
    lanes.add(lane);
    const accept = (bytes: Buffer | undefined): void => {
      if (!lanes.has(lane)) return;
      const arrivedMs = performance.now();
      if (lane.backlog.length === 0) links[direction].turns.push(lane);
      if (bytes === undefined || segmentBytes === undefined) {
        lane.backlog.push({ bytes, arrivedMs });
      } else {
        for (let start = 0; start < bytes.length; start += segmentBytes) {
          lane.backlog.push({ bytes: bytes.subarray(start, start + segmentBytes), arrivedMs });
        }
      }
      run();
    };
    from.on('data', (bytes: Buffer) => {
      lane.heldBytes += bytes.length;
      if (lane.heldBytes > windowBytes) from.pause();
      accept(bytes);
    });
    from.once('end', () => accept(undefined));
    // Not when `from` closes: what it sent last is still on its way.
    to.once('close', () => dropLane(lane));
  }

  function dropLane(lane: Lane): void {
    lanes.delete(lane);
    const { turns } = links[lane.direction];
    const at = turns.indexOf(lane);
    if (at >= 0) turns.splice(at, 1);
  }

  function join(client: Socket): void {
    counters.connections += 1;
    clients.add(client);
    client.once('close', () => clients.delete(client));
    const server = connect({ ...target, noDelay: true, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.once('error', () => other.destroy());
      socket.once('close', () => {
        // After both ends of stream, the other side is still to get its last bytes; otherwise it gets the break.
        if (!socket.readableEnded || !socket.writableFinished) other.destroy();
      });
    }
    // When each side could speak first, had TCP's greeting taken its three half trips.
    const nowMs = performance.now();
    addLane('up', client, server, nowMs + 2 * oneWayMs);
    addLane('down', server, client, nowMs + 3 * oneWayMs);
  }

  /** Gives each waiting connection in turn one segment of the link, in virtual time: a late timer costs no bandwidth. */
  function fill(link: Link, nowMs: number): void {
    // A millisecond ahead, the grain of timers.
    while (link.freeMs <= nowMs + 1) {
      const lane = link.turns.shift();
      const segment = lane?.backlog.shift();
      if (lane === undefined || segment === undefined) return;
      const bytes = segment.bytes?.length ?? 0;
      link.freeMs = Math.max(link.freeMs, segment.arrivedMs) + bytes / bytesPerMs;
      lane.flight.push({ bytes: segment.bytes, dueMs: Math.max(link.freeMs, lane.openMs) + oneWayMs });
      if (lane.backlog.length > 0) link.turns.push(lane);
    }
  }

  function deliver(lane: Lane, bytes: Buffer): void {
    let delivered = bytes;
    if (lane.direction === 'down') {
      if (garblesNext) {
        garblesNext = false;
        delivered = Buffer.from(bytes.map((byte) => byte ^ 0xff));
      }
      delivered = delivered.subarray(0, bytesUntilCut);
      bytesUntilCut -= delivered.length;
      counters.bytesDown += delivered.length;
    } else {
      counters.bytesUp += delivered.length;
    }
    lane.to.write(delivered, () => {
      lane.heldBytes -= bytes.length;
      if (lane.from.isPaused() && lane.heldBytes < windowBytes - queueBytes / 2) lane.from.resume();
    });
    if (bytesUntilCut <= 0) cutDelivered();
  }

  /** Does what is due and arranges to be called when the next thing is. */
  function run(): void {
    const nowMs = performance.now();
    fill(links.up, nowMs);
    fill(links.down, nowMs);
    let nextMs = Number.POSITIVE_INFINITY;
    let exactMs = Number.POSITIVE_INFINITY;
    for (const link of [links.up, links.down]) if (link.turns.length > 0) nextMs = Math.min(nextMs, link.freeMs - 1);
    for (const lane of lanes) {
      let head = lane.flight[0];
      while (head !== undefined && Math.max(head.dueMs, stalledUntilMs) <= nowMs) {
        lane.flight.shift();
        if (head.bytes === undefined) lane.to.end();
        else deliver(lane, head.bytes);
        // A delivery may have been the one to cut at.
        head = lanes.has(lane) ? lane.flight[0] : undefined;
      }
      if (head === undefined) continue;
      const dueMs = Math.max(head.dueMs, stalledUntilMs);
      nextMs = Math.min(nextMs, dueMs);
      // What ends a message is worth turning the loop for; within a stream that would only burn a core.
      if (lane.flight.length + lane.backlog.length === 1) exactMs = Math.min(exactMs, dueMs);
    }
    wakeAt(nextMs, exactMs);
  }

  /** Calls `run` soon after `nextMs`, and at `exactMs` on the dot. */
  function wakeAt(nextMs: number, exactMs: number): void {
    clearTimeout(timer);
    clearImmediate(immediate);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    // Timers are up to a millisecond and more late, 10 % of a 10 ms trip: stop short of an exact moment and turn the loop.
    const nowMs = performance.now();
    if (exactMs - nowMs <= 1.5) immediate = setImmediate(run);
    else timer = setTimeout(run, Math.max(1, Math.min(nextMs - nowMs, exactMs - nowMs - 1)));
  }

  function cut(): void {
    for (const lane of [...lanes]) dropLane(lane);
    for (const client of clients) client.destroy();
  }

  /** As `cut`, but lets a client have what was already written to it. */
  function cutDelivered(): void {
    bytesUntilCut = Number.POSITIVE_INFINITY;
    for (const lane of [...lanes]) dropLane(lane);
    for (const client of clients) client.destroySoon();
  }

  let listener = await listen(0, join);
  const { port } = listener.address() as AddressInfo;

  return {
    host: '127.0.0.1',
    port,
    counters,
    cut,
    cutAfterBytes: (bytesDown) => {
      bytesUntilCut = bytesDown;
      if (bytesDown <= 0) cutDelivered();
    },
    stall: (durationMs) => {
      stalledUntilMs = performance.now() + durationMs;
      for (const link of [links.up, links.down]) link.freeMs = Math.max(link.freeMs, stalledUntilMs);
    },
    refuse: async (isOn) => {
      if (isOn) listener.close();
      else if (!listener.listening) listener = await listen(port, join);
    },
    garble: () => {
      garblesNext = true;
    },
    close: async () => {
      const closed = listener.listening ? once(listener, 'close') : undefined;
      listener.close();
      cut();
      clearTimeout(timer);
      clearImmediate(immediate);
      await closed;
    },
  };
}

async function listen(port: number, join: (client: Socket) => void): Promise<Server> {
  const listener = createServer({ noDelay: true, allowHalfOpen: true }, join);
  listener.listen({ port, host: '127.0.0.1' });
  await once(listener, 'listening');
  return listener;
}
