/** The five ways in which a run can fail. Each message is one line: what was expected, what came, what to do. */

/** A flag, a setting, a file name or a source that cannot be used as given. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

interface SourceErrorOptions {
  cause?: unknown;
  /** The same question may well be answered a moment later. */
  isTransient?: boolean;
}

/** The source could not be reached, or would not let us in. */
export class ConnectError extends Error {
  override name = 'ConnectError';
  readonly isTransient: boolean;
  constructor(message: string, { cause, isTransient = false }: SourceErrorOptions = {}) {
    super(message, { cause });
    this.isTransient = isTransient;
  }
}

/** The source was reached and could not answer a question. */
export class QueryError extends Error {
  override name = 'QueryError';
  readonly isTransient: boolean;
  /** The question names a function that the server does not have. */
  readonly isUnknownFunction: boolean;
  constructor(message: string, options: SourceErrorOptions & { isUnknownFunction?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.isTransient = options.isTransient ?? false;
    this.isUnknownFunction = options.isUnknownFunction ?? false;
  }
}

/** Data that does not have the shape it must have. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** A file of ours (site, database, report) could not be written. What stood there before still stands. */
export class WriteError extends Error {
  override name = 'WriteError';
}

export function isTransient(error: unknown): boolean {
  return (error instanceof ConnectError || error instanceof QueryError) && error.isTransient;
}

/** A URI may carry a password, which no message repeats. */
export function withoutSecrets(uri: string): string {
  return uri.replace(/\/\/.*@/, '//***@');
}
