/** What went wrong on a Neo4j, by the server's code or the driver's text: which kind of failure, and what to do about it. */
import { ConnectError, QueryError, type QueryFailure } from '../../errors.ts';

/** The part of the driver's Neo4jError that is looked at. */
export interface Neo4jFailure {
  code?: string;
  message?: string;
  /** Beside the code from Bolt 5.7 on. */
  gqlStatus?: string;
  diagnosticRecord?: { _idempotent?: unknown } | undefined;
}

export interface Place {
  /** host:port */
  where: string;
  database: string;
}

export const CONNECT_TIMEOUT_MS = 10_000;
export const ACQUIRE_TIMEOUT_MS = 20_000;

export const HOW_TO_ASK_LESS = 'ask for less at once by --batch-weight, or allow more by --timeout-ms.';

type Kind = QueryFailure | 'badPassword' | 'lockedOut' | 'forbidden' | 'noDatabase' | 'noAnswer' | 'outage';

/** A text quotes what was asked about: alone it decides nothing. */
interface Signs {
  code?: RegExp;
  gqlStatus?: RegExp;
  text?: RegExp;
  isRefusedUntouched?: true;
}

/** The first line that fits decides: what is special stands before what is general. */
const KINDS: readonly [Signs, Kind][] = [
  [{ code: /\.Security\.AuthorizationExpired$/ }, 'passing'],
  [{ code: /\.Security\.AuthenticationRateLimit$/ }, 'lockedOut'],
  [{ code: /\.Security\.Forbidden$/ }, 'forbidden'],
  [{ code: /\.Security\./ }, 'badPassword'],
  [{ code: /\.DatabaseNotFound$/ }, 'noDatabase'],
  [{ code: /^(ServiceUnavailable|SessionExpired)$|\.General\.DatabaseUnavailable$/ }, 'outage'],
  // The driver has no code for these.
  [{ code: /^(N\/A)?$/, text: /acquisition timed out/ }, 'noAnswer'],
  [{ code: /^(N\/A)?$/, text: /^Server responded HTTP/ }, 'outage'],
  [
    {
      code: /\.(General\.OutOfMemoryError|MemoryPoolOutOfMemoryError|TransactionOutOfMemoryError|TransactionMemoryLimit)$/,
    },
    'memory',
  ],
  [{ gqlStatus: /^51N7[23]$/ }, 'memory'],
  [{ code: /\.TransactionTimedOut(ClientConfiguration)?$/ }, 'timeout'],
  [{ code: /\.(NoThreadsAvailable|MaximumTransactionLimitReached)$/ }, 'busy'],
  [{ gqlStatus: /^51N74$/ }, 'busy'],
  // Admission control: the server says that it has not begun.
  [{ isRefusedUntouched: true }, 'busy'],
  // The driver spells the latter two as errors of the client.
  [{ code: /\.TransientError\.|\.Transaction\.(Terminated|LockClientStopped)$/ }, 'passing'],
  [{ code: /\.Statement\.SyntaxError$/, text: /^Unknown function/ }, 'unknownFunction'],
  // Met while it runs, in a value of what was asked about.
  [{ code: /\.ClientError\.Statement\.(TypeError|ArithmeticError|ArgumentError|EntityNotFound)$/ }, 'data'],
  [{ code: /\.ClientError\.Statement\./ }, 'question'],
];

export function kindOf(failure: Neo4jFailure): Kind {
  return KINDS.find(([signs]) => fits(failure, signs))?.[1] ?? 'data';
}

function fits({ code = '', message = '', gqlStatus = '', diagnosticRecord }: Neo4jFailure, signs: Signs): boolean {
  return (
    (signs.code?.test(code) ?? true) &&
    (signs.gqlStatus?.test(gqlStatus) ?? true) &&
    (signs.text?.test(message) ?? true) &&
    (!signs.isRefusedUntouched || diagnosticRecord?._idempotent === true)
  );
}

export function errorOf(cause: Neo4jFailure, { where, database }: Place): ConnectError | QueryError {
  const { code = '', message = String(cause) } = cause;
  const reason = (message.split('\n')[0] ?? message).trim();
  const kind = kindOf(cause);
  const query = (text: string, failure: QueryFailure): QueryError => new QueryError(text, { cause, failure });
  switch (kind) {
    case 'badPassword':
      return new ConnectError(
        `${where}: the server refused user and password; set NEO4J_USERNAME and NEO4J_PASSWORD.`,
        {
          cause,
        },
      );
    case 'lockedOut':
      return new ConnectError(
        `${where}: the server refused this user after wrong passwords (NEO4J_USERNAME, NEO4J_PASSWORD), and lets nobody in for some seconds; wait, and try again.`,
        { cause },
      );
    case 'forbidden':
      return new ConnectError(`${where}: this user may not read: ${reason}`, { cause });
    case 'noDatabase':
      return new ConnectError(
        `${where}: expected the database ${JSON.stringify(database)}, which is not there; name another by --database.`,
        { cause },
      );
    case 'noAnswer':
      return new ConnectError(`${where}: no answer within ${ACQUIRE_TIMEOUT_MS / 1000} s; is it reachable from here?`, {
        cause,
        isOutage: true,
      });
    case 'outage':
      return new ConnectError(`${where}: ${outageReason(reason)}`, { cause, isOutage: true });
    case 'timeout':
      return query(`The server's time limit ended a query; ${HOW_TO_ASK_LESS}`, kind);
    case 'memory':
      return query('The server ran out of memory for a query; ask for less at once by --batch-weight.', kind);
    case 'busy':
      return query(`The server has too much to do (${code}); ask for less at a time by --concurrency.`, kind);
    default:
      return query(`The server refused a query (${code}): ${reason}`, kind);
  }
}

/** What a lost or impossible connection looks like from here, by the text of what caused it. */
const OUTAGES: readonly [RegExp, string | ((cause: string) => string)][] = [
  [/ECONNREFUSED/, 'nothing listens there (ECONNREFUSED); is the server running, and is this its Bolt port?'],
  [/ENOTFOUND|EAI_AGAIN/, 'no host of that name is known.'],
  [/HTTP/, 'an HTTP server answers there; give the Bolt port (7687 as a rule).'],
  [
    /self.signed|unable to verify|certificate/i,
    (cause) => `its certificate is not trusted (${cause}); bolt+ssc:// takes any.`,
  ],
  [/wrong version number|before secure TLS|SSL|packet length/i, 'it does not speak TLS; use bolt:// without +s.'],
  [/Failed to establish connection/, `no answer within ${CONNECT_TIMEOUT_MS / 1000} s; is it reachable from here?`],
  [/closed by server|ECONNRESET|EPIPE/, 'the connection was lost; if the server wants TLS, use bolt+s://.'],
];

function outageReason(reason: string): string {
  const cause = /Caused by: (.*)$/.exec(reason)?.[1] ?? reason;
  const told = OUTAGES.find(([sign]) => sign.test(cause))?.[1] ?? cause;
  return typeof told === 'string' ? told : told(cause);
}
