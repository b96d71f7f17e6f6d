/** An embedded DuckDB: opens it, runs SQL under a signal, tells its errors apart. Alone imports the client. */
import { type DuckDBConnection, DuckDBInstance, type DuckDBType, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { ConfigError, ConnectError, DecodeError, QueryError, type QueryFailure, WriteError } from '../../errors.ts';
import type { Ask } from '../connectome.ts';

export type Cell = string | number | bigint | boolean | null;
export type Parameter = string | null | readonly string[];

export interface Database {
  /** All rows of one statement. Integers of 64 bits come as bigint. */
  query(sql: string, parameters?: readonly Parameter[], ask?: Ask): Promise<Cell[][]>;
  /** The same, each row made into what is wanted as it arrives, so that a large answer is held once. */
  queryAs<T>(fromRow: (row: Cell[]) => T, sql: string, parameters?: readonly Parameter[], ask?: Ask): Promise<T[]>;
  /**
   * Adds rows of texts to a table of texts, all of them or none. A list that is a parameter is held by the client until
   * the engine collects its garbage: 60 MB of cells so inserted took 120 MB that no limit knows of.
   */
  append(table: string, rows: readonly (readonly (string | null)[])[]): Promise<void>;
  close(): void;
}

/** Peak memory at 137,677 cells is the same with 100 MB as without a limit; above it DuckDB spills to disk. */
const READ_MEMORY_LIMIT = '128MB';

const INTERRUPT_EVERY_MS = 20;

/** Opens an existing file for reading; others may read it at the same time. */
export async function openDatabase(file: string): Promise<Database> {
  return await open(file, { access_mode: 'READ_ONLY', memory_limit: READ_MEMORY_LIMIT });
}

/**
 * How much a database takes before it spills to disk, and how many threads; by itself it takes most of the machine. What a
 * thread has under its hands (texts of JSON above all) comes on top of the memory.
 */
export interface Bounds {
  memoryLimit: string;
  threads: number;
}

/** Opens a file for writing, which is created where there is none, or a database in memory where `file` is left out. */
export async function createDatabase(file = ':memory:', bounds?: Bounds): Promise<Database> {
  return await open(file, bounds ? { memory_limit: bounds.memoryLimit, threads: String(bounds.threads) } : {});
}

async function open(file: string, options: Record<string, string>): Promise<Database> {
  let instance: DuckDBInstance;
  try {
    // Extensions come with the client or not at all: nothing is ever fetched from a network.
    instance = await DuckDBInstance.create(file, { ...options, autoinstall_known_extensions: 'false' });
  } catch (cause) {
    throw openError(file, cause);
  }
  // One connection runs one statement at a time; those that are free wait here.
  const idle: DuckDBConnection[] = [];

  const queryAs = async <T>(
    fromRow: (row: Cell[]) => T,
    sql: string,
    parameters: readonly Parameter[] = [],
    ask: Ask = {},
  ): Promise<T[]> => {
    ask.signal?.throwIfAborted();
    const connection = idle.pop() ?? (await instance.connect());
    const deadline = ask.timeoutMs === undefined ? undefined : AbortSignal.timeout(ask.timeoutMs);
    // An interrupt that comes while a statement is still being prepared is lost: it is repeated until one tells.
    let repeated: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      repeated ??= setInterval(() => connection.interrupt(), INTERRUPT_EVERY_MS);
    };
    // One signal a query: hundreds of them may wait on the run's own.
    const stop = AbortSignal.any([ask.signal, deadline].filter((signal) => signal !== undefined));
    stop.addEventListener('abort', interrupt);
    try {
      ask.signal?.throwIfAborted();
      const result = await connection.stream(sql, parameters.map(clientValue), parameters.map(clientType));
      const rows: T[] = [];
      for await (const chunk of result.yieldRows()) {
        for (const row of chunk) rows.push(fromRow(row as Cell[]));
      }
      return rows;
    } catch (cause) {
      ask.signal?.throwIfAborted();
      if (deadline?.aborted) {
        throw new QueryError(`The database did not answer within ${ask.timeoutMs} ms.`, { cause, failure: 'timeout' });
      }
      // Thrown by `fromRow`, at a row that is not what it must be.
      if (cause instanceof DecodeError) throw cause;
      throw queryError(cause);
    } finally {
      clearInterval(repeated);
      stop.removeEventListener('abort', interrupt);
      idle.push(connection);
    }
  };

  return {
    queryAs,
    query: (sql, parameters, ask) => queryAs((row) => row, sql, parameters, ask),
    async append(table, rows) {
      const connection = idle.pop() ?? (await instance.connect());
      try {
        await connection.run('BEGIN');
        const appender = await connection.createAppender(table);
        for (const row of rows) {
          for (const value of row) {
            if (value === null) appender.appendNull();
            else appender.appendVarchar(value);
          }
          appender.endRow();
        }
        appender.closeSync();
        await connection.run('COMMIT');
        idle.push(connection);
      } catch (cause) {
        // With it goes its transaction.
        connection.closeSync();
        throw queryError(cause);
      }
    },
    close() {
      for (const connection of idle) connection.closeSync();
      instance.closeSync();
    },
  };
}

function clientValue(parameter: Parameter): string | null | ReturnType<typeof listValue> {
  return Array.isArray(parameter) ? listValue([...parameter]) : (parameter as string | null);
}

function clientType(parameter: Parameter): DuckDBType {
  return Array.isArray(parameter) ? LIST(VARCHAR) : VARCHAR;
}

/** The first line of DuckDB's text, without the hints and stack that may follow; of a CSV, what is wrong with which line. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [first = '', ...others] = text.split('\n').map((line) => line.trim());
  if (!first.includes('CSV Error on Line')) return first;
  // The line itself comes before what is wrong with it, the hints after.
  const hints = others.findIndex((line) => line.startsWith('Possible'));
  const why = others.slice(0, Math.max(hints, 0)).findLast((line) => line !== '');
  return why === undefined ? first : `${first}: ${why}`;
}

function openError(file: string, cause: unknown): Error {
  const reason = reasonOf(cause);
  if (/not a valid DuckDB database file/i.test(reason)) {
    return new ConfigError(
      `${file}: expected a DuckDB file made by "neurodex import" or "neurodex sample"; this is none.`,
      { cause },
    );
  }
  if (/version number \d+/.test(reason)) {
    return new ConfigError(
      `${file}: made by a newer DuckDB than neurodex reads; make it anew with "neurodex import".`,
      { cause },
    );
  }
  if (/corrupt|checksum|truncated|Could not read/i.test(reason)) {
    return new DecodeError(`${file}: damaged (${reason}); make it anew with "neurodex import".`, { cause });
  }
  if (/could not set lock/i.test(reason)) {
    return new ConnectError(`${file}: another process has it open for writing; wait until that is done.`, { cause });
  }
  if (IS_UNWRITABLE.test(reason)) return unwritable(reason, cause);
  return new ConnectError(`${file}: cannot be opened: ${reason}`, { cause });
}

const IS_UNWRITABLE = /No space left on device|could not write|failed to write|File too large/i;

function unwritable(reason: string, cause: unknown): WriteError {
  return new WriteError(`The database could not be written: ${reason}. Free some space, or write elsewhere.`, {
    cause,
  });
}

function queryError(cause: unknown): Error {
  const reason = reasonOf(cause);
  if (IS_UNWRITABLE.test(reason)) return unwritable(reason, cause);
  const failure = FAILURES.find(([sign]) => sign.test(reason))?.[1] ?? 'data';
  return new QueryError(reason, { cause, failure });
}

/** By the word with which DuckDB's text begins. */
const FAILURES: readonly [RegExp, QueryFailure][] = [
  [/^Out of Memory Error:/, 'memory'],
  [/^((Parser|Binder|Catalog) Error:|Failed to extract statements)/, 'question'],
];

/** A name as an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal, for the few places that take no parameter (file names in table functions). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
