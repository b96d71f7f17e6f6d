import { describe, expect, test } from 'vitest';
import {
  errorOfLoss,
  errorOfReply,
  type FailedReply,
  isUnknownDataset,
} from '../../../src/connectome/neuprint/neuprintErrors.ts';
import { ConnectError, QueryError } from '../../../src/errors.ts';

const origin = 'https://neuprint.org';
const ASK_LESS = 'ask for less at once by --batch-weight.';

function replyOf(status: number, body: object | string, more: Partial<FailedReply> = {}): FailedReply {
  const isText = typeof body === 'string';
  const contentType = isText ? 'text/html; charset=utf-8' : 'application/json; charset=UTF-8';
  return {
    status,
    contentType,
    location: null,
    text: isText ? body : JSON.stringify(body),
    isLate: false,
    ...more,
  };
}

function errorOf(reply: FailedReply, hasToken = true): ConnectError | QueryError {
  const error = errorOfReply(reply, { origin, hasToken });
  expect(error.message).toMatch(/^neuprint\.org: [^\n]{10,500}$/);
  return error;
}

/** As neuPrint passes on what Neo4j said. */
function refused(code: string, text: string): FailedReply {
  return replyOf(400, { error: `failed to execute query: Neo4jError: ${code} (${text})` });
}

const NGINX_502 = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

describe('a question that was not answered', () => {
  test.each<[string, string, FailedReply, string]>([
    [
      'timeout',
      "the engine's own time limit",
      replyOf(400, { error: 'Timeout experienced.  This could be due to database traffic or to non-optimal queries.' }),
      `the server's time limit ended a query; ${ASK_LESS}`,
    ],
    [
      'timeout',
      "Neo4j's time limit",
      refused('Neo.ClientError.Transaction.TransactionTimedOut', 'The transaction has been terminated.'),
      `the server's time limit ended a query; ${ASK_LESS}`,
    ],
    [
      'memory',
      "Neo4j's memory",
      replyOf(400, {
        error:
          'failed to execute query: TransactionExecutionLimit: timeout (exceeded max retry time: 30s) after 5 attempts, last error: Neo4jError: Neo.TransientError.General.MemoryPoolOutOfMemoryError (The allocation of an extra 2.0 MiB would use more than the limit)',
      }),
      `the server ran out of memory for a query; ${ASK_LESS}`,
    ],
    [
      'question',
      'a query that is no Cypher',
      refused('Neo.ClientError.Statement.SyntaxError', 'Invalid input \'MATC\': expected "MATCH"\n"MATC (n)"\n ^'),
      'the server refused a query: Invalid input \'MATC\': expected "MATCH" (Neo.ClientError.Statement.SyntaxError)',
    ],
    [
      'unknownFunction',
      'a server without APOC',
      refused(
        'Neo.ClientError.Statement.SyntaxError',
        "Unknown function 'apoc.version' (line 1, column 8 (offset: 7))",
      ),
      "the server refused a query: Unknown function 'apoc.version' (line 1, column 8 (offset: 7)) (Neo.ClientError.Statement.SyntaxError)",
    ],
    [
      'data',
      'a value that cannot be read',
      refused('Neo.ClientError.Statement.TypeError', 'Expected Map, got "Timeout experienced"'),
      'the server refused a query: Expected Map, got "Timeout experienced" (Neo.ClientError.Statement.TypeError)',
    ],
    [
      'data',
      'anything else with 400',
      replyOf(400, { error: 'neo4j data model version incompatible' }),
      'the server refused a query: neo4j data model version incompatible',
    ],
    [
      'busy',
      'no thread to spare',
      refused('Neo.TransientError.Request.NoThreadsAvailable', 'There are no threads available'),
      'its database has too much to do: There are no threads available (Neo.TransientError.Request.NoThreadsAvailable); ask for less at a time by --concurrency.',
    ],
    [
      'passing',
      'a deadlock',
      refused('Neo.TransientError.Transaction.DeadlockDetected', 'ForsetiClient[1]'),
      'the server refused a query: ForsetiClient[1] (Neo.TransientError.Transaction.DeadlockDetected)',
    ],
    [
      'busy',
      'too many requests',
      replyOf(429, { message: 'rate limit exceeded' }),
      'the server wants fewer requests (HTTP 429: rate limit exceeded); ask for less at a time by --concurrency.',
    ],
    [
      'memory',
      'a question that is too long',
      replyOf(413, '<html><title>413 Request Entity Too Large</title></html>'),
      `the question is too long for the server (HTTP 413); ${ASK_LESS}`,
    ],
    [
      'memory',
      'one in the address',
      replyOf(414, ''),
      `the question is too long for the server (HTTP 414); ${ASK_LESS}`,
    ],
    [
      'timeout',
      'a gateway that waited long',
      replyOf(504, NGINX_502, { isLate: true }),
      `the gateway gave up waiting for the answer (HTTP 504); ${ASK_LESS}`,
    ],
    ['passing', 'one that did not', replyOf(504, NGINX_502), 'the gateway gave up waiting for the answer (HTTP 504).'],
    [
      'passing',
      'a defect',
      replyOf(500, { message: 'Internal Server Error' }),
      'the server failed (HTTP 500: Internal Server Error).',
    ],
    [
      'passing',
      'a defect of a proxy',
      replyOf(500, '<html><title>500</title></html>'),
      'the server failed (HTTP 500).',
    ],
    ['passing', 'a status of Cloudflare', replyOf(520, '<html></html>'), 'the server failed (HTTP 520).'],
    ['passing', 'a request that came too slowly', replyOf(408, ''), 'the server failed (HTTP 408).'],
  ])('is a failure of %s by %s', (failure, _by, reply, message) => {
    const error = errorOf(reply);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ failure, message: `neuprint.org: ${message}` });
  });
});

const WANTED = 'log in at https://neuprint.org/account, and give it by --token-file or NEUPRINT_TOKEN.';

describe('a server that lets nobody in, or is away', () => {
  test.each<[boolean, string, FailedReply, string]>([
    [true, '502', replyOf(502, NGINX_502), 'nothing answers behind the gateway (HTTP 502).'],
    [
      true,
      'its service of tokens',
      replyOf(502, { message: 'auth service unavailable' }),
      'nothing answers behind the gateway (HTTP 502: auth service unavailable).',
    ],
    [
      true,
      '503',
      replyOf(503, { message: 'maintenance' }),
      'nothing answers behind the gateway (HTTP 503: maintenance).',
    ],
    [
      true,
      'its Neo4j, which is gone',
      replyOf(400, {
        error:
          'failed to execute query: TransactionExecutionLimit: timeout (exceeded max retry time: 30s) after 5 attempts, last error: ConnectivityError: dial tcp 127.0.0.1:7687: connect: connection refused',
      }),
      'its database is away: failed to execute query: TransactionExecutionLimit: timeout (exceeded max retry time: 30s) after 5 attempts, last error: ConnectivityError: dial tcp 127.0.0.1:7687: connect: connection refused.',
    ],
    [
      true,
      'its Neo4j, which is stopping',
      refused('Neo.TransientError.General.DatabaseUnavailable', 'The database is not currently available'),
      'its database is away: The database is not currently available (Neo.TransientError.General.DatabaseUnavailable).',
    ],
    [
      false,
      'its Neo4j, which does not know it',
      refused('Neo.ClientError.Security.Unauthorized', 'The client is unauthorized'),
      'its database does not let neuPrint in: The client is unauthorized (Neo.ClientError.Security.Unauthorized); tell whoever runs the server.',
    ],
    [
      false,
      '401',
      replyOf(401, { message: 'invalid or expired token' }),
      'the server refused the token (invalid or expired token); get a new one at https://neuprint.org/account.',
    ],
    [
      false,
      '403',
      replyOf(403, { message: 'You do not have access to hemibrain dataset' }),
      'this token may not read it (You do not have access to hemibrain dataset); ask whoever runs the server.',
    ],
    [
      false,
      '403 before the terms of service are accepted',
      replyOf(403, {
        message: 'm',
        tos_required: true,
        tos_url: 'https://gate.org/tos/7?dsg_token=secret#x',
        dataset: 'manc',
      }),
      'accept the terms of service of manc first, at https://gate.org/tos/7.',
    ],
    [
      false,
      'the same with a path',
      replyOf(403, { tos_required: true, tos_url: '/tos/manc', dataset: 'manc' }),
      'accept the terms of service of manc first, at https://neuprint.org/tos/manc.',
    ],
    [
      false,
      'the same without a link',
      replyOf(403, { tos_required: true, tos_url: 'javascript:alert(1)' }),
      'accept the terms of service first.',
    ],
    [
      false,
      '404',
      replyOf(404, { message: 'Not Found' }),
      'expected a neuPrint server, got HTTP 404: Not Found; is the address right?',
    ],
    [
      false,
      'a page with 200',
      replyOf(200, '<!doctype html><html><head>\n<title>\n Sign in to the library </title></head>'),
      'expected a neuPrint server, got a web page titled "Sign in to the library" (HTTP 200): this is another server, or a proxy or a login stands before it.',
    ],
    [
      false,
      'a page of a proxy with 403',
      replyOf(403, '<html><title>Blocked</title></html>'),
      'expected a neuPrint server, got a web page titled "Blocked" (HTTP 403): this is another server, or a proxy or a login stands before it.',
    ],
    [
      false,
      'a page that is not said to be one',
      replyOf(200, ' <html>', { contentType: 'application/json' }),
      'expected a neuPrint server, got a web page (HTTP 200): this is another server, or a proxy or a login stands before it.',
    ],
    [
      false,
      '400 that is not neuPrint’s',
      replyOf(400, {}),
      'expected a neuPrint server, got HTTP 400; is the address right?',
    ],
    [
      false,
      'a login',
      replyOf(302, '', { location: 'https://login.org/oauth?state=secret#secret' }),
      'expected an answer, got a redirect to https://login.org/oauth (HTTP 302); a login stands before it, or it is another server.',
    ],
    [
      false,
      'another address of the same',
      replyOf(301, '', { location: 'https://www.neuprint.org/api/custom/custom?key=secret' }),
      'expected an answer, got a redirect to https://www.neuprint.org/api/custom/custom (HTTP 301); give https://www.neuprint.org as --source if that is it.',
    ],
    [
      false,
      'a redirect to nowhere',
      replyOf(307, '', { location: null }),
      'expected a neuPrint server, got a redirect (HTTP 307).',
    ],
  ])('an outage: %s, by %s', (isOutage, _by, reply, message) => {
    const error = errorOf(reply);
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ isOutage, message: `neuprint.org: ${message}` });
  });

  test.each([
    [401, 'authentication required', `the server wants a token (authentication required): ${WANTED}`],
    [403, 'no', `it may not be read without a token (no): ${WANTED}`],
  ])('without a token, %i says where to get one', (status, message, line) => {
    expect(errorOf(replyOf(status, { message }), false).message).toBe(`neuprint.org: ${line}`);
  });

  test('from http:// to https:// of the same host, it says which address to give', () => {
    const reply = replyOf(308, '', { location: 'https://localhost/api/custom/custom' });
    expect(errorOfReply(reply, { origin: 'http://localhost', hasToken: false }).message).toMatch(
      /; give https:\/\/localhost as --source if that is it\.$/,
    );
  });

  test('whatever a server says is shown in one line that is not too long', () => {
    const said = `no\u0007\u001b[31m way${'!'.repeat(90_000)}`;
    const shown = `no [31m way${'!'.repeat(289)}…`;
    expect(errorOf(replyOf(401, { message: said })).message).toContain(`(${shown})`);
    expect(errorOf(replyOf(500, { error: said })).message).toContain(`(HTTP 500: ${shown})`);
    expect(errorOf(replyOf(400, { error: said })).message).toMatch(/: no \[31m way!{289}…$/);
    expect(errorOf(replyOf(200, `<title>${said}`)).message.length).toBeLessThan(300);
    for (const odd of [{ error: 7 }, { error: null, message: ['x'] }, [], 'null', '{"error":'])
      expect(errorOf(replyOf(500, odd)).message).toBe('neuprint.org: the server failed (HTTP 500).');
  });
});

test('a dataset that is not there is known by what neuPrint says, with 404 and with 400 before', () => {
  const error = 'dataset "fly:v1" not available in stores';
  expect(isUnknownDataset(replyOf(404, { error }))).toBe(true);
  expect(isUnknownDataset(replyOf(400, { error }))).toBe(true);
  expect(isUnknownDataset(replyOf(500, { error }))).toBe(false);
  expect(isUnknownDataset(replyOf(404, { message: 'Not Found' }))).toBe(false);
  const quoted = `failed to execute query: Neo4jError: Neo.ClientError.Statement.TypeError (${error})`;
  expect(isUnknownDataset(replyOf(400, { error: quoted }))).toBe(false);
});

describe('a connection that is not made, or lost', () => {
  const where = 'neuprint.org:443';

  test.each([
    ['ECONNREFUSED', 'nothing listens there (ECONNREFUSED); is the server running, and is the port right?', true],
    ['ENOTFOUND', 'no host of that name is known.', true],
    ['EAI_AGAIN', 'the name server does not answer; is there a network?', true],
    ['ENETUNREACH', 'no way leads there; is there a network?', true],
    ['EHOSTUNREACH', 'no way leads there; is there a network?', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'no answer within 10 s; is it reachable from here?', true],
    ['ETIMEDOUT', 'no answer within 10 s; is it reachable from here?', true],
    ['HPE_INVALID_CONSTANT', 'it does not speak HTTP; is the port right?', true],
    ['EPROTO', 'it does not speak TLS; is the port right?', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS; is the port right?', false],
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      "its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.",
      false,
    ],
    [
      'CERT_HAS_EXPIRED',
      "its certificate is not trusted (CERT_HAS_EXPIRED); a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.",
      false,
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "its certificate is not trusted (ERR_TLS_CERT_ALTNAME_INVALID); a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.",
      false,
    ],
  ])('%s ends the run; later it is waited for, if it may pass', (code, line, mayPass) => {
    const cause = Object.assign(new Error('as the system says'), { code });
    const first = errorOfLoss(cause, where, false);
    expect(first).toBeInstanceOf(ConnectError);
    expect(first).toMatchObject({ isOutage: false, message: `${where}: ${line}`, cause });
    expect(errorOfLoss(cause, where, true)).toMatchObject({ isOutage: mayPass, message: `${where}: ${line}` });
  });

  test.each([
    ['UND_ERR_SOCKET', 'other side closed'],
    ['ECONNRESET', 'read ECONNRESET'],
    ['EPIPE', 'write EPIPE'],
    ['', 'terminated'],
  ])('%s is an outage of a server that was there, and before that worth another try', (code, message) => {
    const cause = Object.assign(new Error(message), { code });
    expect(errorOfLoss(cause, where, true)).toMatchObject({
      name: 'ConnectError',
      isOutage: true,
      message: `${where}: the connection was lost (${message}).`,
    });
    expect(errorOfLoss(cause, where, false)).toMatchObject({
      name: 'QueryError',
      failure: 'passing',
      message: `${where}: the connection was lost (${message}) before any answer; is the port right, and is it a neuPrint server?`,
    });
  });

  test.each(['Z_BUF_ERROR', 'Z_DATA_ERROR'])('%s spoils one reply, and no more', (code) => {
    expect(errorOfLoss(Object.assign(new Error('x'), { code }), where, true)).toMatchObject({
      name: 'QueryError',
      failure: 'passing',
      message: `${where}: a reply broke off, or is no gzip (${code}).`,
    });
  });
});
