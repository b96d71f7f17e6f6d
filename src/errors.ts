/** The five ways in which a run can fail. Each message is one line: what was expected, what came, what to do. */

/** A flag, a setting, a file name or a source that cannot be used as given. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** The source could not be reached, or would not let us in. */
export class ConnectError extends Error {
  override name = 'ConnectError';
  /** The source was there before and may come back: a connection that was lost, a server that restarts. */
  readonly isOutage: boolean;
  constructor(message: string, { cause, isOutage = false }: { cause?: unknown; isOutage?: boolean } = {}) {
    super(message, { cause });
    this.isOutage = isOutage;
  }
}

/** Why a question was not answered, which decides what is done about it. */
export type QueryFailure =
  /** For a passing reason: the same question may well be answered a moment later. */
  | 'passing'
  /** The server has too much to do: the same again, but fewer questions at once. */
  | 'busy'
  /** It did not fit the server's memory: less at once. */
  | 'memory'
  /** It took too long: less at once. */
  | 'timeout'
  /** The question itself is wrong, whatever it asks about. */
  | 'question'
  /** As `question`: it names a function that the server does not have. */
  | 'unknownFunction'
  /** Anything else; it may be what was asked about. */
  | 'data';

/** The source was reached and could not answer a question. */
export class QueryError extends Error {
  override name = 'QueryError';
  readonly failure: QueryFailure;
  constructor(message: string, { cause, failure = 'data' }: { cause?: unknown; failure?: QueryFailure } = {}) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** Whether no other question to the source would fare better: it is away, cannot tell, or it is the question that is wrong. */
export function isForAll(error: unknown): boolean {
  if (error instanceof ConnectError || error instanceof ConfigError) return true;
  return error instanceof QueryError && (error.failure === 'question' || error.failure === 'unknownFunction');
}

/** Data that does not have the shape it must have. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** A file of ours (site, database, report) could not be written. What stood there before still stands. */
export class WriteError extends Error {
  override name = 'WriteError';
}

/** The user ended a run whose message tells what is kept of it. */
export class InterruptedError extends Error {
  override name = 'InterruptedError';
}

/** An error of the five kinds, whose message is for the user; any other is a defect. */
export function isExpected(error: unknown): error is Error {
  return [ConfigError, ConnectError, QueryError, DecodeError, WriteError].some((kind) => error instanceof kind);
}

/** A URI may carry a password or a token, which no message repeats. */
export function withoutSecrets(uri: string): string {
  return uri.replace(/\/\/.*@/, '//***@').replaceAll(/([?&]\w*token=)[^&#\s]*/gi, '$1***');
}
