/** What went wrong on a neuPrint server, by status, body or broken connection: which kind of failure, and what to do about it. */
import { ConnectError, QueryError, type QueryFailure } from '../../errors.ts';
import { kindOf } from '../neo4j/neo4jErrors.ts';

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

/** No flag of ours moves a limit of the server. */
const ASK_LESS = 'ask for less at once by --batch-weight';

/** Of what a server says, which may be the whole query that it did not like. */
const MOST_SAID = 300;

/** Whether the server knows no dataset of that name; before its version 1.8 it says so with 400. */
export function isUnknownDataset({ status, text }: FailedReply): boolean {
  return (status === 404 || status === 400) && /^dataset .* not available in stores/s.test(messageIn(text) ?? '');
}

export function errorOfReply(reply: FailedReply, { origin, hasToken }: Asked): ConnectError | QueryError {
  const { status, contentType, location, text, isLate } = reply;
  const where = new URL(origin).host;
  const message = messageIn(text);
  const said = message === null ? '' : ` (${oneLine(message)})`;
  const http = message === null ? `HTTP ${status}` : `HTTP ${status}: ${oneLine(message)}`;
  const outage = (what: string): ConnectError => new ConnectError(`${where}: ${what}`, { isOutage: true });
  const refused = (what: string): ConnectError => new ConnectError(`${where}: ${what}`);
  const query = (what: string, failure: QueryFailure): QueryError => new QueryError(`${where}: ${what}`, { failure });

  if (status === 502 || status === 503) return outage(`nothing answers behind the gateway (${http}).`);
  if (status === 504) {
    const what = 'the gateway gave up waiting for the answer (HTTP 504)';
    return isLate ? query(`${what}; ${ASK_LESS}.`, 'timeout') : query(`${what}.`, 'passing');
  }
  if (status === 429)
    return query(`the server wants fewer requests (${http}); ask for less at a time by --concurrency.`, 'busy');
  if (status === 413 || status === 414)
    return query(`the question is too long for the server (HTTP ${status}); ${ASK_LESS}.`, 'memory');
  // 501 and 505: a server of another kind.
  const isOther = status === 501 || status === 505;
  if (status === 408 || (status >= 500 && !isOther)) return query(`the server failed (${http}).`, 'passing');
  if (status === 401) {
    return refused(
      hasToken
        ? `the server refused the token${said}; get a new one at ${origin}/account.`
        : `the server wants a token${said}: log in at ${origin}/account, and give it by --token-file or NEUPRINT_TOKEN.`,
    );
  }
  if (status >= 300 && status < 400) return refused(redirected(location, origin, status));
  if (/text\/html/.test(contentType) || /^\s*</.test(text)) {
    return refused(
      `expected a neuPrint server, got a web page${titleIn(text)} (HTTP ${status}): this is another server, or a proxy or a login stands before it.`,
    );
  }
  if (status === 403) return refused(forbidden(text, { origin, hasToken }, said));
  if (status === 400 && message !== null) return ofQuery(message, where);
  return refused(`expected a neuPrint server, got ${http}; is the address right?`);
}

/** A query that failed: neuPrint passes Neo4j's text on, or says in its own that it took too long. */
function ofQuery(message: string, where: string): ConnectError | QueryError {
  const [, code, reason = ''] = /Neo4jError: (Neo\.\w+\.\w+\.\w+) \((.*?)\)?$/s.exec(message) ?? [];
  const shown = code === undefined ? oneLine(message) : `${oneLine(reason)} (${code})`;
  const query = (what: string, failure: QueryFailure): QueryError => new QueryError(`${where}: ${what}`, { failure });
  const kind = code === undefined ? kindOfText(message) : kindOf({ code, message: reason });
  switch (kind) {
    case 'timeout':
      return query(`the server's time limit ended a query; ${ASK_LESS}.`, kind);
    case 'memory':
      return query(`the server ran out of memory for a query; ${ASK_LESS}.`, kind);
    case 'busy':
      return query(`its database has too much to do: ${shown}; ask for less at a time by --concurrency.`, kind);
    case 'outage':
    case 'noAnswer':
      return new ConnectError(`${where}: its database is away: ${shown}.`, { isOutage: true });
    case 'badPassword':
    case 'lockedOut':
    case 'forbidden':
    case 'noDatabase':
      return new ConnectError(
        `${where}: its database does not let neuPrint in: ${shown}; tell whoever runs the server.`,
      );
    default:
      return query(`the server refused a query: ${shown}`, kind);
  }
}

/** What has no code of Neo4j's; the names that were asked about can only be in a text that has one. */
function kindOfText(message: string): ReturnType<typeof kindOf> {
  if (/^Timeout experienced/.test(message)) return 'timeout';
  // Its driver, which asks again for 30 s before it says so.
  return /ConnectivityError|connection refused/.test(message) ? 'outage' : 'data';
}

function forbidden(text: string, { origin, hasToken }: Asked, said: string): string {
  const { tos_required, tos_url, dataset } = objectIn(text);
  if (tos_required === true) {
    const [link, what] = [linkIn(tos_url, origin), typeof dataset === 'string' ? ` of ${oneLine(dataset)}` : ''];
    return `accept the terms of service${what} first${link === null ? '' : `, at ${link}`}.`;
  }
  return hasToken
    ? `this token may not read it${said}; ask whoever runs the server.`
    : `it may not be read without a token${said}: log in at ${origin}/account, and give it by --token-file or NEUPRINT_TOKEN.`;
}

/** None is followed: a token is for the host that it was given for. */
function redirected(location: string | null, origin: string, status: number): string {
  const target = linkIn(location, origin);
  if (target === null) return `expected a neuPrint server, got a redirect (HTTP ${status}).`;
  const { pathname, origin: targetOrigin } = new URL(target);
  const hint =
    pathname.startsWith('/api/') && targetOrigin !== origin
      ? `give ${targetOrigin} as --source if that is it`
      : 'a login stands before it, or it is another server';
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
  return typeof said === 'string' ? said.trim() : null;
}

/** The first line of what a server says: what follows is the query, with a mark below it. */
function oneLine(said: string): string {
  const line = (said.split('\n')[0] ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length > MOST_SAID ? `${line.slice(0, MOST_SAID)}…` : line;
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;

interface Loss {
  sign: RegExp;
  what: string;
  /** The server is there: it is the reply that is broken. */
  isReply?: true;
  /** A server that was there may not come back from it. */
  isFinal?: true;
}

/** What a connection that was never made, or broke, looks like by the code of its error. */
const LOSSES: readonly Loss[] = [
  { sign: /ECONNREFUSED/, what: 'nothing listens there (ECONNREFUSED); is the server running, and is the port right?' },
  { sign: /ENOTFOUND/, what: 'no host of that name is known.' },
  { sign: /EAI_AGAIN/, what: 'the name server does not answer; is there a network?' },
  { sign: /E(NET|HOST)UNREACH|ENETDOWN/, what: 'no way leads there; is there a network?' },
  {
    sign: /CONNECT_TIMEOUT|ETIMEDOUT/,
    what: `no answer within ${CONNECT_TIMEOUT_MS / 1000} s; is it reachable from here?`,
  },
  {
    sign: CERTIFICATE,
    what: "its certificate is not trusted (CODE); a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.",
    isFinal: true,
  },
  { sign: /EPROTO|ERR_SSL/, what: 'it does not speak TLS; is the port right?', isFinal: true },
  // A proxy that was asked for a way and said no.
  {
    sign: /UND_ERR_ABORTED/,
    what: 'it lets nothing through (HTTP STATUS); does it want USER:PASSWORD@ in its address?',
  },
  { sign: /HPE_|HTTPParser/, what: 'it does not speak HTTP; is the port right?' },
  { sign: /^Z_/, what: 'a reply broke off, or is no gzip (CODE).', isReply: true },
];

/** @param hasAnswered the server was there before: it may come back */
export function errorOfLoss(cause: unknown, where: string, hasAnswered: boolean): ConnectError | QueryError {
  const { code = '', name = '', message = String(cause) } = cause as { code?: string; name?: string; message?: string };
  const loss = LOSSES.find(({ sign }) => sign.test(code || name));
  if (loss?.isReply) return new QueryError(`${where}: ${told(loss, code, message)}`, { cause, failure: 'passing' });
  if (loss !== undefined)
    return new ConnectError(`${where}: ${told(loss, code, message)}`, {
      cause,
      isOutage: hasAnswered && !loss.isFinal,
    });
  const lost = `${where}: the connection was lost (${oneLine(message)})`;
  if (hasAnswered) return new ConnectError(`${lost}.`, { cause, isOutage: true });
  // The first one may be unlucky; a port where something else listens loses each.
  return new QueryError(`${lost} before any answer; is the port right, and is it a neuPrint server?`, {
    cause,
    failure: 'passing',
  });
}

function told({ what }: Loss, code: string, message: string): string {
  return what.replace('CODE', code).replace('STATUS', /\((\d{3})\)/.exec(message)?.[1] ?? 'unknown');
}
