/** Rows out of a reply, however the network cuts it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createReplyRows } from '../../../src/connectome/neuprint/replyRows.ts';
import { QueryError } from '../../../src/errors.ts';

function rowsOf(chunks: readonly (Buffer | string)[]): unknown[][] {
  const rows: unknown[][] = [];
  const reply = createReplyRows((row) => rows.push(row));
  for (const chunk of chunks) reply.add(Buffer.from(chunk));
  expect(reply.end()).toBe(rows.length);
  return rows;
}

function replyOf(rows: unknown, debug = 'MATCH (n) RETURN [{"n"'): string {
  return JSON.stringify({ columns: ['a', 'b'], data: rows, debug });
}

/** The bytes in pieces that end where it is said. */
function cut(text: string, ends: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  const sorted = [0, ...ends.map((end) => end % bytes.length), bytes.length].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
}

/** Texts that look like the frame around them, and any other. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', 'é', '🧠', '1', '\n') }),
);
const number = fc.oneof(fc.integer(), fc.double({ noDefaultInfinity: true, noNaN: true }));
const cell = fc.letrec((tie) => ({
  cell: fc.oneof({ maxDepth: 5 }, text, number, fc.boolean(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('cell'), { maxLength: 4 }),
  map: fc.dictionary(text, tie('cell'), { maxKeys: 4 }),
})).cell;
const table = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 6 });

/** What JSON.parse gives; integers that a double may not hold are told as their digits. */
function plain(rows: unknown): unknown {
  const digits = (value: unknown): unknown =>
    typeof value === 'number' && /^-?\d{16,}$/.test(JSON.stringify(value)) ? JSON.stringify(value) : value;
  return JSON.parse(JSON.stringify(rows), (_key, value) => digits(value));
}

describe('a reply in pieces', () => {
  test('any rows, cut anywhere, come as they were sent', () => {
    fc.assert(
      fc.property(table, text, fc.array(fc.nat(), { maxLength: 8 }), (rows, debug, ends) => {
        expect(rowsOf(cut(replyOf(rows, debug), ends))).toEqual(plain(rows));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    [
      'an escaped quote and a backslash before a quote',
      [
        ['say "]"', 'C:\\'],
        ['\\"', '\\\\"['],
      ],
    ],
    [
      'characters of two, three and four bytes',
      [
        ['é', '→', '🧠'],
        ['🧠é', ']→["'],
      ],
    ],
    ['control characters and code escapes', [['\u0000\n\t', '\u2028\ud800'], ['"\u001b[31m']]],
    ['nothing in a row, rows in a row', [[], [[[]], [{}]], [{ a: [{ b: [] }] }]]],
    [
      'ids of FlyWire',
      [
        ['720575940628857210', 1],
        ['\\u0031', 2],
      ],
    ],
  ])('%s: cut at each byte, and in single bytes', (_title, rows) => {
    const reply = replyOf(rows);
    const length = Buffer.byteLength(reply);
    for (let at = 0; at < length; at++) expect(rowsOf(cut(reply, [at]))).toEqual(rows);
    expect(rowsOf(Array.from(Buffer.from(reply), (byte) => Buffer.of(byte)))).toEqual(rows);
  });

  test('a row comes as soon as it is whole, not when all is', () => {
    const rows: unknown[][] = [];
    const reply = createReplyRows((row) => rows.push(row));
    reply.add(Buffer.from('{"columns":["a"],"data":[[1],[2'));
    expect(rows).toEqual([[1]]);
    reply.add(Buffer.from(']'));
    expect(rows).toEqual([[1], [2]]);
  });

  test('it may be written with blanks and its fields in another order', () => {
    const reply = '\n{ "debug" : "[[9]]" ,\n "data" : [ [ 1 , "a" ] ,\n [ 2 , "b" ] ] , "columns" : [ "x" , "y" ] }\n';
    for (let at = 0; at < reply.length; at++)
      expect(rowsOf(cut(reply, [at]))).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]);
  });

  test('nesting of 2,000 levels and a text of a megabyte full of quotes are rows as any', () => {
    const deep = JSON.parse('['.repeat(2000) + ']'.repeat(2000)) as unknown;
    const long = JSON.stringify(Array.from({ length: 50_000 }, (_, i) => ({ 'ME(R)': i })));
    const rows = [[deep, long, 1]];
    expect(rowsOf(cut(replyOf(rows), [77, 4000, 500_000]))).toEqual(rows);
    // The way of a reply with an integer that a double may not hold.
    const exact = replyOf([[long, 1]]).replace(/,1\]\],/, ',720575940628857210]],');
    expect(rowsOf([exact])).toEqual([[long, '720575940628857210']]);
  });
});

describe('numbers', () => {
  const value = (json: string): unknown => (rowsOf([`{"columns":["a"],"data":[[${json}]]}`])[0] as unknown[])[0];

  test.each([
    ['720575940628857210', '720575940628857210'],
    ['-720575940628857210', '-720575940628857210'],
    ['9007199254740993', '9007199254740993'],
    ['99999999999999999999', '99999999999999999999'],
    ['1234567890123456', '1234567890123456'],
  ])('an integer of 16 digits and more keeps them: %s', (json, digits) => {
    expect(value(json)).toBe(digits);
  });

  test.each([
    ['999999999999999', 999999999999999],
    ['0.1234567890123456789', 0.12345678901234568],
    ['1234567890123456789.5', 1234567890123456800],
    ['1234567890123456789e3', 1.2345678901234568e21],
    ['-1.0000000000000000001E-10', -1e-10],
    ['1e0000000000000000005', 1e5],
    ['1e-0000000000000000005', 1e-5],
  ])('a shorter one, and a float, is a number: %s', (json, number) => {
    expect(value(json)).toBe(number);
  });

  test('digits within a text stay in it, beside integers that become one', () => {
    const rows = [['720575940628857210', 'a "720575940628857211" b', '\\', '\\"720575940628857212']];
    const json = `${JSON.stringify(rows[0]).slice(0, -1)},{"k720575940628857213":[720575940628857214]}]`;
    expect(rowsOf([`{"columns":[],"data":[${json}]}`])).toEqual([
      [...(rows[0] as string[]), { k720575940628857213: ['720575940628857214'] }],
    ]);
  });
});

describe('a reply without rows', () => {
  test.each([['[]'], ['null']])('"data": %s is an answer of none', (data) => {
    expect(rowsOf([`{"columns":["n.type"],"data":${data},"debug":"MATCH"}`])).toEqual([]);
  });

  const failureOf = (...chunks: string[]): unknown => {
    try {
      return rowsOf(chunks);
    } catch (error) {
      return error;
    }
  };

  test.each([
    ['nothing', ''],
    ['a text', 'OK'],
    ['half a literal', 'nul'],
    ['a number', '42'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an object of another server', '{"status":"ok"}'],
    ['one with deep lists', '{"hits":{"hits":[{"_id":1,"_source":{"a":[1]}}]}}'],
    ['lists of objects', '[[{"a":1}]]'],
    ['columns without rows', '{"columns":["a"]}'],
    ['rows that are objects', '{"columns":["a"],"data":[{"a":1}]}'],
  ])('%s is no answer, and is said to be none', (_title, reply) => {
    const error = failureOf(reply);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({
      failure: 'passing',
      message: expect.stringMatching(/^The reply cannot be read: .*is it a neuPrint server\?$/),
    });
  });

  test('one that ends before its end is none, wherever it ends', () => {
    const reply = replyOf([['a]"', 1], [null]]);
    for (let at = 1; at < reply.length; at++) {
      expect(failureOf(reply.slice(0, at))).toMatchObject({
        failure: 'passing',
        message: 'The reply cannot be read: it ends in the middle.',
      });
    }
  });

  test('garbled rows are not believed', () => {
    expect(failureOf('{"columns":["a"],"data":[[1],[2 3]]}')).toMatchObject({ failure: 'passing' });
    expect(failureOf('{"columns":["a"],"data":[[1] [2]]}')).toMatchObject({ failure: 'passing' });
    expect(failureOf('{"columns":["a"],"data":[[1]]}}')).toMatchObject({ failure: 'passing' });
  });
});

test('what the taker of rows throws goes through as it is', () => {
  const reason = new RangeError('no such type');
  const reply = createReplyRows(() => {
    throw reason;
  });
  expect(() => reply.add(Buffer.from(replyOf([[1]])))).toThrow(reason);
});

test('what is held does not grow with the reply', () => {
  let rows = 0;
  let bytes = 0;
  const reply = createReplyRows(() => rows++);
  const add = (text: string): void => {
    const chunk = Buffer.from(text);
    bytes += chunk.length;
    reply.add(chunk);
  };
  const before = process.memoryUsage();
  add('{"columns":["a"],"data":[[0]');
  const block = `,["${'x'.repeat(1000)}",[1]]`.repeat(64);
  let most = 0;
  for (let i = 0; i < 3000; i++) {
    // Cut in the middle of a row each time.
    add(block.slice(0, 30_011));
    add(block.slice(30_011));
    if (i % 500 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  }
  add(`],"debug":"${'y'.repeat(1000)}"}`);
  expect(reply.end()).toBe(rows);
  expect(rows).toBe(1 + 3000 * 64);
  expect(bytes).toBeGreaterThan(190e6);
  expect(most).toBeLessThan(90e6);
});
