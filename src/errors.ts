/** The five ways in which a run can fail. Each message is one line: what was expected, what came, what to do. */

/** A flag, a setting, a file name or a source that cannot be used as given. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** The source could not be reached, or would not let us in. */
export class ConnectError extends Error {
  override name = 'ConnectError';
}

/** The source was reached and could not answer a question. */
export class QueryError extends Error {
  override name = 'QueryError';
}

/** Data that does not have the shape it must have. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

/** A file of ours (site, database, report) could not be written. What stood there before still stands. */
export class WriteError extends Error {
  override name = 'WriteError';
}
