/** The rows of a neuPrint reply as it arrives: {"columns": […], "data": [[…], …], "debug": "…"}, never held as a whole. */
import { QueryError } from '../../errors.ts';
import type { OnRow } from '../cypher/cypherServer.ts';

/** A row is the only array within an array of the reply's object. */
const ROW_DEPTH = 3;
const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

const NO_ANSWER = 'it has no columns and rows; is it a neuPrint server?';

export interface ReplyRows {
  /** Hands the rows that are complete by now to `onRow`, whose errors go through. */
  add(chunk: Buffer): void;
  /**
   * To be called when all has come.
   * @returns how many rows there were
   * @throws QueryError (passing) if the reply ends in the middle, or is no answer to a query
   */
  end(): number;
}

/** Integers of 16 digits and more, which a double may not hold, come as text. */
export function createReplyRows(onRow: OnRow): ReplyRows {
  /** What no row was made of yet: the beginning of the reply, then the beginning of a row. */
  let rest: Buffer = Buffer.alloc(0);
  let depth = 0;
  let isInList = false;
  let isInText = false;
  let isEscaped = false;
  let rows = 0;
  /** Of the row that is open, in `rest`; -1: none is. */
  let rowStart = -1;

  const take = (block: Buffer): void => {
    for (const row of parsed(`[${exact(block.toString('utf8'))}]`) as unknown[]) {
      if (!Array.isArray(row)) throw unreadable(NO_ANSWER);
      rows++;
      onRow(row);
    }
  };

  return {
    add(chunk) {
      const from = rest.length;
      const bytes = from === 0 ? chunk : Buffer.concat([rest, chunk]);
      let blockStart = rowStart;
      let blockEnd = -1;
      for (let i = from; i < bytes.length; i++) {
        const byte = bytes[i];
        if (isInText) {
          if (isEscaped) isEscaped = false;
          else if (byte === BACKSLASH) isEscaped = true;
          else if (byte === QUOTE) isInText = false;
        } else if (byte === QUOTE) isInText = true;
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
          depth++;
          if (depth === ROW_DEPTH - 1) isInList = byte === OPEN_ARRAY;
          else if (depth === ROW_DEPTH && isInList) {
            rowStart = i;
            if (blockStart === -1) blockStart = i;
          }
        } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
          depth--;
          if (depth === ROW_DEPTH - 1 && isInList) {
            rowStart = -1;
            blockEnd = i + 1;
          }
        }
      }
      if (blockEnd !== -1) take(bytes.subarray(blockStart, blockEnd));
      // Copied: the chunk's memory is given back.
      if (rowStart !== -1) rest = Buffer.from(bytes.subarray(rowStart));
      else rest = rows > 0 ? Buffer.alloc(0) : bytes;
      if (rowStart !== -1) rowStart = 0;
    },
    end() {
      if (depth !== 0 || isInText) throw unreadable('it ends in the middle.');
      if (rows > 0) return rows;
      if (isEmptyAnswer(rest.toString('utf8'))) return 0;
      throw unreadable(NO_ANSWER);
    },
  };
}

function isEmptyAnswer(text: string): boolean {
  let reply: { columns?: unknown; data?: unknown } | null;
  try {
    reply = JSON.parse(text);
  } catch {
    return false;
  }
  const data = reply?.data;
  // A Go server writes a list that was never made as null.
  return Array.isArray(reply?.columns) && (data === null || (Array.isArray(data) && data.length === 0));
}

const LONG_INTEGER = /\d{16}/;
const TEXT_OR_INTEGER = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

function exact(json: string): string {
  if (!LONG_INTEGER.test(json)) return json;
  return json.replaceAll(TEXT_OR_INTEGER, (token) => (token.startsWith('"') ? token : `"${token}"`));
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw unreadable(`${(cause as Error).message}.`, cause);
  }
}

function unreadable(why: string, cause?: unknown): QueryError {
  return new QueryError(`The reply cannot be read: ${why}`, { cause, failure: 'passing' });
}
