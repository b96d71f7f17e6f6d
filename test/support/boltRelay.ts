/** Owns a relay on 127.0.0.1 between a real driver and a real Neo4j that reads their Bolt messages and spoils chosen answers. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { packTexts, type Structure, unpack } from './packstream.ts';

const RUN = 0x10;
const PULL = 0x3f;
const DISCARD = 0x2f;
const RESET = 0x0f;
const GOODBYE = 0x02;
const SUCCESS = 0x70;
const RECORD = 0x71;
const FAILURE = 0x7f;
const IGNORED = 0x7e;

const preambleBytes = 4;
const proposalBytes = 4;
const handshakeBytes = preambleBytes + 4 * proposalBytes;
/** From 5.7 on a FAILURE has other fields. */
const newestBolt = { major: 5, minor: 4 };
const ignored = { bytes: messageOf(Buffer.of(0xb0, IGNORED)), tag: IGNORED };

/** What befalls the answer to one query. They combine: `delayMs` with `fail` is a late failure. What waits is kept in memory. */
export interface Act {
  /** The answer is this FAILURE; the server is not asked. */
  fail?: { code: string; message: string } | undefined;
  /** The answer comes so much later. Where rows are pulled in several portions, only the first one does. */
  delayMs?: number | undefined;
  /** Whatever the server gives t ms after it was asked, its last word included, the client gets after `slowdown` * t ms. */
  slowdown?: number | undefined;
  /** The first so many rows are missing, though the answer ends in SUCCESS. */
  dropRows?: number | 'all' | undefined;
  /** After so many rows, or where there are fewer before the SUCCESS that follows them, the connection ends. */
  cutAfterRows?: number | undefined;
  /** The connection is reset instead of an answer; the server is not asked. */
  reset?: boolean | undefined;
}

/** Integers among the parameters are bigint, floats are number. */
export interface AskedQuery {
  readonly cypher: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** From 1, over all connections of the relay. */
  readonly number: number;
}

export interface RecordedQuery extends AskedQuery {
  /** What the client sent along: `db`, `mode`, `tx_timeout`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly act: Act | undefined;
  /** Those that the client was given. */
  readonly rows: number;
  /**
   * As the client was told: `cancelled` when it sent a RESET before the answer's end, `lost` when the connection ended
   * before that. Between two portions of rows a query is `succeeded`.
   */
  readonly outcome: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'lost';
}

export interface BoltRelayOptions {
  target: { host: string; port: number };
  /** Asked on every RUN; undefined lets the answer through as it is. */
  onRun?: ((query: AskedQuery) => Act | undefined) | undefined;
}

export interface RunningBoltRelay {
  host: string;
  port: number;
  /** Live, in the order in which they came. */
  queries: readonly RecordedQuery[];
  /** Live: of clients, refused ones included. */
  readonly openConnections: number;
  readonly acceptedConnections: number;
  /** The next so many connections are reset when they have sent their Bolt handshake. */
  refuseHandshakes(count: number): void;
  close(): Promise<void>;
}

/** A query of one connection. */
interface Asked {
  record: { -readonly [Key in keyof RecordedQuery]: RecordedQuery[Key] };
  /** Given by the server, to the client or not. */
  seenRows: number;
}

/** One request and its answer. */
interface Exchange {
  asked: Asked | undefined;
  /** Asks for rows. */
  isPull: boolean;
  /** What is still to befall the answer; a RESET calls off an answer that something was to befall. */
  act: Act | 'called off' | undefined;
  sentMs: number;
  delayMs: number;
  /** The relay's answer, where the server is not asked. */
  own: Pick<Delivery, 'bytes' | 'tag'> | undefined;
}

/** What goes to a client once it is due: bytes, or the end of the connection. */
interface Delivery {
  exchange: Exchange | undefined;
  bytes: Buffer | 'cut' | 'reset';
  /** Of the message that these bytes complete. */
  tag: number | undefined;
  dueMs: number;
}

/** Bytes that follow each other within one message. */
interface Piece {
  bytes: Buffer;
  /** With them the message is complete. */
  isEnd: boolean;
  /** Known at the end at the latest; a message without one is a NOOP. */
  tag: number | undefined;
}

/** Reads only the clear `bolt://`: TLS hides the messages, and `neo4j://` leads a client past the relay to the server. */
export async function startBoltRelay(options: BoltRelayOptions): Promise<RunningBoltRelay> {
  const { target, onRun } = options;
  const queries: Asked['record'][] = [];
  const clients = new Set<Socket>();
  let acceptedConnections = 0;
  let refusals = 0;

  function record(run: Buffer): Asked {
    const [cypher, parameters, settings] = fieldsOf(run) as [string, Record<string, unknown>, Record<string, unknown>];
    const asked = { cypher, parameters, number: queries.length + 1 };
    const query: Asked['record'] = { ...asked, settings, act: onRun?.(asked), rows: 0, outcome: 'running' };
    queries.push(query);
    return { record: query, seenRows: 0 };
  }

  const listener = createServer({ noDelay: true }, (client) => {
    acceptedConnections += 1;
    clients.add(client);
    client.once('close', () => clients.delete(client));
    // What breaks is told by 'close'.
    client.on('error', () => undefined);
    if (refusals > 0) {
      refusals -= 1;
      onBytes(client, handshakeBytes, () => client.resetAndDestroy());
    } else {
      relay(client, connect({ ...target, noDelay: true }), record);
    }
  });
  listener.listen({ port: 0, host: '127.0.0.1' });
  await once(listener, 'listening');

  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    queries,
    get openConnections() {
      return clients.size;
    },
    get acceptedConnections() {
      return acceptedConnections;
    },
    refuseHandshakes: (count) => {
      refusals = count;
    },
    close: async () => {
      const closed = once(listener, 'close');
      listener.close();
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

/** Relays one connection to its end. */
function relay(client: Socket, server: Socket, record: (run: Buffer) => Asked): void {
  /** In order: requests whose answer from the server is not complete, and own answers that wait behind one. */
  const exchanges: Exchange[] = [];
  /** In order; whatever comes behind a message that is not due waits with it. */
  let outbox: Delivery[] = [];
  let timer: NodeJS.Timeout | undefined;
  /** Queries that the client was not told the end of. */
  const ongoing = new Set<Asked>();
  /** What a PULL pulls. */
  let current: Asked | undefined;
  /** The relay failed a query: as the server would, it ignores everything up to a RESET. */
  let hasFailed = false;
  let isOver = false;

  onBytes(client, handshakeBytes, (handshake, rest) => {
    server.write(clampedProposals(handshake));
    const read = createPieceReader(assembleMessages(onRequest));
    read(rest);
    client.on('data', read);
  });
  onBytes(server, proposalBytes, (choice, rest) => {
    client.write(choice);
    const read = createPieceReader(onAnswerPiece);
    const readTogether = (bytes: Buffer): void => {
      // One system call for a thousand small records instead of one each.
      client.cork();
      read(bytes);
      client.uncork();
    };
    readTogether(rest);
    server.on('data', readTogether);
  });
  client.on('drain', () => server.resume());
  client.once('close', () => {
    end();
    server.destroySoon();
  });
  server.on('error', () => client.resetAndDestroy());
  server.once('close', () => {
    end();
    client.destroySoon();
  });

  function end(): void {
    isOver = true;
    clearTimeout(timer);
    outbox = [];
    for (const asked of ongoing) settle(asked, 'lost');
  }

  function settle(asked: Asked, outcome: RecordedQuery['outcome']): void {
    if (ongoing.delete(asked)) asked.record.outcome = outcome;
  }

  function onRequest(message: Buffer, tag: number | undefined): void {
    if (tag === RESET) {
      hasFailed = false;
      callOff();
    }
    const exchange = exchangeOf(message, tag);
    if (exchange !== undefined) exchanges.push(exchange);
    if (exchange?.own === undefined) server.write(message);
    else deliverOwn();
  }

  function exchangeOf(message: Buffer, tag: number | undefined): Exchange | undefined {
    // Neither is answered.
    if (tag === undefined || tag === GOODBYE) return undefined;
    const exchange: Exchange = {
      asked: undefined,
      isPull: tag === PULL || tag === DISCARD,
      act: undefined,
      sentMs: performance.now(),
      delayMs: 0,
      own: undefined,
    };
    if (hasFailed) return { ...exchange, own: ignored };
    if (tag === RUN) {
      current = record(message);
      ongoing.add(current);
      const { act } = current.record;
      let own: Exchange['own'];
      if (act?.reset) own = { bytes: 'reset', tag: undefined };
      else if (act?.fail) own = { bytes: messageOf(packTexts(FAILURE, act.fail)), tag: FAILURE };
      hasFailed = own !== undefined;
      return { ...exchange, asked: current, act, delayMs: act?.delayMs ?? 0, own };
    }
    if (!exchange.isPull || current === undefined) return exchange;
    const { act } = current.record;
    const isFirst = ongoing.has(current);
    if (!isFirst) {
      ongoing.add(current);
      current.record.outcome = 'running';
    }
    return { ...exchange, asked: current, act, delayMs: isFirst ? (act?.delayMs ?? 0) : 0 };
  }

  /** A RESET does not wait for what is held back: instead of that, the client gets what a server says that was interrupted. */
  function callOff(): void {
    for (const asked of ongoing) settle(asked, 'cancelled');
    current = undefined;
    for (const exchange of exchanges) if (exchange.act !== undefined) exchange.act = 'called off';
    outbox = outbox
      .filter(({ exchange, tag }) => exchange?.asked === undefined || tag !== RECORD)
      .map((delivery) => ({ ...delivery, ...(delivery.exchange?.asked && ignored), dueMs: 0 }));
    deliverDue();
  }

  function deliverOwn(): void {
    for (let head = exchanges[0]; head?.own !== undefined; head = exchanges[0]) {
      exchanges.shift();
      deliver({ exchange: head, ...(head.act === 'called off' ? ignored : head.own), dueMs: dueMsOf(head) });
    }
  }

  let isAtStart = true;
  const parts: Buffer[] = [];

  function onAnswerPiece(piece: Piece): void {
    // Only whole messages can be spoiled or held back; all others are not waited for.
    const isWhole = isAtStart ? exchanges[0]?.act !== undefined || outbox.length > 0 : parts.length > 0;
    isAtStart = piece.isEnd;
    if (isWhole) {
      parts.push(piece.bytes);
      if (piece.isEnd) onAnswer(Buffer.concat(parts.splice(0)), piece.tag);
    } else if (piece.isEnd) {
      onAnswer(piece.bytes, piece.tag);
    } else {
      deliver({ exchange: undefined, bytes: piece.bytes, tag: undefined, dueMs: 0 });
    }
  }

  /** `message` is the whole of it, or its last piece where the others were delivered. */
  function onAnswer(message: Buffer, tag: number | undefined): void {
    const exchange = exchanges[0];
    if (tag === undefined) {
      // A sign of life, not to be held back with the rest; what was delivered so far are whole messages.
      if (!isOver) client.write(message);
      return;
    }
    const spoiled = spoil(message, tag, exchange);
    if (spoiled !== undefined) deliver({ exchange, ...spoiled, dueMs: exchange === undefined ? 0 : dueMsOf(exchange) });
    if (tag === RECORD) return;
    exchanges.shift();
    deliverOwn();
  }

  function deliver(delivery: Delivery): void {
    if (isOver) return;
    outbox.push(delivery);
    if (outbox.length === 1) deliverDue();
  }

  function deliverDue(): void {
    clearTimeout(timer);
    let deliveredCount = 0;
    for (const { exchange, bytes, tag, dueMs } of outbox) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(deliverDue, Math.ceil(waitMs));
        break;
      }
      deliveredCount += 1;
      if (typeof bytes === 'string') {
        end();
        // A cut lets the client have the rows before it; a reset may take back even what was delivered.
        if (bytes === 'cut') client.destroySoon();
        else client.resetAndDestroy();
        return;
      }
      client.write(bytes);
      if (exchange?.asked !== undefined) note(exchange.asked, exchange.isPull, tag);
    }
    outbox.splice(0, deliveredCount);
    if (client.writableNeedDrain) server.pause();
  }

  function note(asked: Asked, isPull: boolean, tag: number | undefined): void {
    if (tag === RECORD) asked.record.rows += 1;
    else if (tag === FAILURE) settle(asked, 'failed');
    else if (tag === IGNORED) settle(asked, 'cancelled');
    else if (isPull) settle(asked, 'succeeded');
  }
}

/** When the client gets what is there now. */
function dueMsOf({ act, sentMs, delayMs }: Exchange): number {
  if (act === undefined || act === 'called off') return 0;
  const { slowdown = 1 } = act;
  if (slowdown === 1 && delayMs === 0) return 0;
  return sentMs + (performance.now() - sentMs) * slowdown + delayMs;
}

/** What an act makes of a message; undefined: nothing. */
function spoil(message: Buffer, tag: number, exchange: Exchange | undefined): Exchange['own'] {
  const { act, asked, isPull } = exchange ?? {};
  if (act === 'called off') return tag === RECORD ? undefined : ignored;
  if (act === undefined || asked === undefined || !isPull) return { bytes: message, tag };
  const { cutAfterRows = Number.POSITIVE_INFINITY, dropRows = 0 } = act;
  if (tag === RECORD) {
    asked.seenRows += 1;
    if (asked.seenRows > cutAfterRows) return { bytes: 'cut', tag };
    if (dropRows === 'all' || asked.seenRows <= dropRows) return undefined;
  } else if (act.cutAfterRows !== undefined && tag === SUCCESS && !hasMore(message)) {
    return { bytes: 'cut', tag };
  }
  return { bytes: message, tag };
}

function hasMore(success: Buffer): boolean {
  const [metadata] = fieldsOf(success) as [{ has_more?: boolean }];
  return metadata.has_more === true;
}

/** Calls back once with the first `byteCount` bytes and what came with them. */
function onBytes(socket: Socket, byteCount: number, onceThere: (first: Buffer, rest: Buffer) => void): void {
  let received = Buffer.alloc(0);
  const onData = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes]);
    if (received.length < byteCount) return;
    socket.off('data', onData);
    onceThere(received.subarray(0, byteCount), received.subarray(byteCount));
  };
  socket.on('data', onData);
}

/** Without the versions above `newestBolt`, and without the offer (major 255) to be told all versions of the server. */
function clampedProposals(handshake: Buffer): Buffer {
  const clamped = Buffer.from(handshake);
  for (let at = preambleBytes; at < handshakeBytes; at += proposalBytes) {
    const [range = 0, minor = 0, major = 0] = clamped.subarray(at + 1, at + proposalBytes);
    const excess = major < newestBolt.major ? 0 : Math.max(0, minor - newestBolt.minor);
    if (major > newestBolt.major || excess > range) clamped.writeUInt32BE(0, at);
    else clamped.set([range - excess, minor - excess], at + 1);
  }
  return clamped;
}

/** Follows the chunks of a stream: two bytes of size, then so many of the message; size 0 ends it, or is a NOOP before it. */
function createPieceReader(onPiece: (piece: Piece) => void): (bytes: Buffer) => void {
  let sizeHighByte: number | undefined;
  let chunkLeft = 0;
  let readCount = 0;
  let tag: number | undefined;
  return (bytes) => {
    let start = 0;
    let at = 0;
    while (at < bytes.length) {
      if (chunkLeft > 0) {
        const taken = Math.min(chunkLeft, bytes.length - at);
        // The first byte says that it is a structure, the second which.
        if (readCount < 2 && readCount + taken >= 2) tag = bytes[at + 1 - readCount];
        readCount += taken;
        chunkLeft -= taken;
        at += taken;
      } else if (sizeHighByte === undefined) {
        sizeHighByte = bytes[at++];
      } else {
        chunkLeft = (sizeHighByte << 8) | (bytes[at++] as number);
        sizeHighByte = undefined;
        if (chunkLeft > 0) continue;
        const piece = { bytes: bytes.subarray(start, at), isEnd: true, tag };
        start = at;
        readCount = 0;
        tag = undefined;
        onPiece(piece);
      }
    }
    if (start < at) onPiece({ bytes: bytes.subarray(start), isEnd: false, tag });
  };
}

function assembleMessages(onMessage: (message: Buffer, tag: number | undefined) => void): (piece: Piece) => void {
  const parts: Buffer[] = [];
  return ({ bytes, isEnd, tag }) => {
    parts.push(bytes);
    if (isEnd) onMessage(Buffer.concat(parts.splice(0)), tag);
  };
}

function fieldsOf(message: Buffer): unknown[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const end = at + 2 + message.readUInt16BE(at);
    chunks.push(message.subarray(at + 2, end));
    at = end;
  }
  return (unpack(Buffer.concat(chunks)) as Structure).fields;
}

/** In one chunk, so of at most 64 KB. */
function messageOf(payload: Buffer): Buffer {
  const message = Buffer.alloc(payload.length + 4);
  message.writeUInt16BE(payload.length);
  payload.copy(message, 2);
  return message;
}
