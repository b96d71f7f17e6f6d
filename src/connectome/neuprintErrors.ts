/** What went wrong on a neuPrint server, by status, body or broken connection: which kind of failure, and what to do about it. */
import { ConnectError, QueryError, type QueryFailure } from '../errors.ts';
import { HOW_TO_ASK_LESS, kindOf } from './neo4jErrors.ts';

/** A reply that is no answer. */
export interface FailedReply {
  status: number;
  contentType: string;
  /** Of a redirect. */
  location: string | null;
  /** The beginning of the body. */
  text: string;
  /** It took so long that something ran into a time limit. */
  isLate: boolean;
}

export interface Asked {
  /** https://host:port */
  origin: string;
  hasToken: boolean;
}

export const CONNECT_TIMEOUT_MS = 10_000;

/** Whether the server knows no dataset of that name. */
export function isUnknownDataset({ status, text }: FailedReply): boolean {
  return status === 404 && /not available in stores/.test(messageIn(text) ?? '');
}

export function errorOfReply(reply: FailedReply, { origin, hasToken }: Asked): ConnectError | QueryError {
  const { status, contentType, location, text, isLate } = reply;
  const where = new URL(origin).host;
  const message = messageIn(text);
  const said = message === null ? '' : ` (${message})`;
  const outage = (what: string): ConnectError => new ConnectError(`${where}: ${what}`, { isOutage: true });
  const refused = (what: string): ConnectError => new ConnectError(`${where}: ${what}`);
  const query = (what: string, failure: QueryFailure): QueryError => new QueryError(`${where}: ${what}`, { failure });

  if (status === 502 || status === 503) return outage(`nothing answers behind the gateway (HTTP ${status})${said}.`);
  if (status === 504) {
    const what = 'the gateway gave up waiting for the answer (HTTP 504)';
    return isLate ? query(`${what}; ${HOW_TO_ASK_LESS}`, 'timeout') : query(`${what}.`, 'passing');
  }
  if (status === 429) return query(`the server wants fewer requests (HTTP 429)${said}.`, 'busy');
  if (status === 413 || status === 414)
    return query(`the question is too long for the server (HTTP ${status}); ask for less by --batch-weight.`, 'memory');
  if (status === 401) {
    return refused(
      hasToken
        ? `the server refused the token${said}; get a new one at ${origin}/account.`
        : `the server wants a token${said}: log in at ${origin}/account, and give it by --token-file or NEUPRINT_TOKEN.`,
    );
  }
  if (status === 403) return refused(forbidden(text, origin, said));
  if (status >= 300 && status < 400) return refused(redirected(location, origin, status));
  if (/text\/html/.test(contentType) || /^\s*</.test(text)) {
    return refused(
      `expected a neuPrint server, got a web page${titleIn(text)} (HTTP ${status}): this is another server, or a proxy or a login stands before it.`,
    );
  }
  if (status === 400 && message !== null) return ofQuery(message, where);
  if (status >= 500) return query(`the server failed (HTTP ${status})${said}.`, 'passing');
  return refused(`expected a neuPrint server, got HTTP ${status}${said}.`);
}

/** How the driver for Go tells that it has no connection, or lost the one it had; it tried for 30 s. */
const DATABASE_LOST = /^failed to execute query: (TransactionExecutionLimit: .{0,200}last error: )?ConnectivityError: /;

/** A query that failed: neuPrint passes Neo4j's text on, or says in its own that it took too long. */
function ofQuery(message: string, where: string): ConnectError | QueryError {
  if (/^Timeout experienced/.test(message))
    return new QueryError(`${where}: the server's time limit ended a query; ${HOW_TO_ASK_LESS}`, {
      failure: 'timeout',
    });
  if (DATABASE_LOST.test(message))
    return new ConnectError(`${where}: its database is away (${shownOf(message)}).`, { isOutage: true });
  const [, code, reason = message] = /Neo4jError: (Neo\.\w+\.\w+\.\w+) \((.*)/s.exec(message) ?? [];
  const kind = code === undefined ? kindOf({ message }) : kindOf({ code, message: reason });
  const shown = shownOf(message);
  switch (kind) {
    case 'timeout':
      return new QueryError(`${where}: the server's time limit ended a query; ${HOW_TO_ASK_LESS}`, { failure: kind });
    case 'memory':
      return new QueryError(
        `${where}: the server ran out of memory for a query; ask for less at once by --batch-weight.`,
        {
          failure: kind,
        },
      );
    case 'outage':
    case 'noAnswer':
      return new ConnectError(`${where}: its database is away (${shown}).`, { isOutage: true });
    case 'badPassword':
    case 'lockedOut':
    case 'forbidden':
    case 'noDatabase':
      return new ConnectError(`${where}: its database lets nobody in (${shown}).`);
    default:
      return new QueryError(`${where}: the server refused a query: ${shown}`, { failure: kind });
  }
}

function shownOf(message: string): string {
  return (message.split('\n')[0] ?? message).trim();
}

function forbidden(text: string, origin: string, said: string): string {
  const { tos_required, tos_url, dataset } = objectIn(text);
  if (tos_required !== true) return `this token may not read it${said}; ask whoever runs the server.`;
  const [link, what] = [linkIn(tos_url, origin), typeof dataset === 'string' ? ` of ${dataset}` : ''];
  return `accept the terms of service${what} first${link === null ? '' : `, at ${link}`}.`;
}

function redirected(location: string | null, origin: string, status: number): string {
  const target = linkIn(location, origin);
  if (target === null) return `expected a neuPrint server, got a redirect (HTTP ${status}).`;
  const isSameHost = new URL(target).host === new URL(origin).host;
  const hint =
    isSameHost && new URL(target).protocol !== new URL(origin).protocol ? 'give that as --source' : 'a login?';
  return `expected an answer, got a redirect to ${target} (HTTP ${status}); ${hint}.`;
}

/** Without its query and fragment, which may hold a secret. */
function linkIn(value: unknown, origin: string): string | null {
  if (typeof value !== 'string' || !URL.canParse(value, origin)) return null;
  const url = new URL(value, origin);
  return /^https?:$/.test(url.protocol) ? `${url.origin}${url.pathname}` : null;
}

function titleIn(html: string): string {
  const title = /<title[^>]*>\s*([^<]{1,80})/i.exec(html)?.[1]?.trim();
  return title ? ` titled ${JSON.stringify(title)}` : '';
}

function objectIn(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    // No JSON: then it says nothing that could be read out of it.
    return {};
  }
}

/** neuPrint's own errors are {"error": …}, those of its web framework {"message": …}. */
function messageIn(text: string): string | null {
  const { error, message } = objectIn(text);
  const said = error ?? message;
  return typeof said === 'string' ? said : null;
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

/** What a connection that was never made, or broke, looks like by the code of its error. */
const LOSSES: readonly [RegExp, string, 'always' | 'later' | 'never'][] = [
  [/ECONNREFUSED/, 'nothing listens there (ECONNREFUSED); is the server running, and is the port right?', 'later'],
  [/ENOTFOUND/, 'no host of that name is known.', 'later'],
  [/EAI_AGAIN/, 'the name server does not answer; is there a network?', 'later'],
  [/CONNECT_TIMEOUT|ETIMEDOUT/, `no answer within ${CONNECT_TIMEOUT_MS / 1000} s; is it reachable from here?`, 'later'],
  [CERTIFICATE, "its certificate is not trusted; a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.", 'never'],
  [/EPROTO/, 'it does not speak TLS; is the port right?', 'never'],
  [/HPE_|HTTPParser/, 'it does not speak HTTP; is the port right?', 'later'],
];

/** @param hasAnswered the server was there before: it may come back */
export function errorOfLoss(cause: unknown, where: string, hasAnswered: boolean): ConnectError {
  const { code = '', name = '', message = String(cause) } = cause as { code?: string; name?: string; message?: string };
  const sign = `${code} ${name}`;
  const [, what, isPassing] = LOSSES.find(([pattern]) => pattern.test(sign)) ?? [null, null, 'always' as const];
  const told = CERTIFICATE.test(sign) ? `${what} (${code})` : (what ?? `the connection was lost (${code || message}).`);
  return new ConnectError(`${where}: ${told}`, {
    cause,
    isOutage: isPassing === 'always' || (isPassing === 'later' && hasAnswered),
  });
}
