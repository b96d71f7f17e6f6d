/** What a neuPrint server refuses for good: the run ends at once, in one line that says what to do, and harms nothing. */
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { selfSignedCertificate } from '../support/neuprint/certificate.ts';
import type { Act } from '../support/neuprint/startNeuprint.ts';
import {
  contentsOf,
  createIndex,
  DATASET,
  describeNeuprintFaults,
  error,
  isBatch,
  lastWord,
  message,
  page,
} from './neuprintFaulted.ts';

const SYNTAX = 'Neo.ClientError.Statement.SyntaxError';
const LOGIN = { status: 302, body: '', headers: { location: 'https://login.org/oauth?state=S3CRET' } };
const ANOTHER = 'this is another server, or a proxy or a login stands before it.';

/** Of two dozen runs of the program, on a busy machine. */
const MANY_RUNS_MS = 240_000;

/** HOST stands for the server's host and port. */
const REFUSALS: readonly [string, Act, string][] = [
  [
    'a token that has expired',
    message(401, 'invalid or expired token'),
    'HOST: the server wants a token (invalid or expired token): log in at http://HOST/account, and give it by --token-file or NEUPRINT_TOKEN.',
  ],
  [
    'terms of service that are not accepted',
    message(403, {
      message: 'accept',
      tos_required: true,
      tos_url: 'https://gate.org/tos/7?t=S3CRET',
      dataset: 'sample',
    }),
    'HOST: accept the terms of service of sample first, at https://gate.org/tos/7.',
  ],
  [
    'a path that is not there',
    message(404, 'Not Found'),
    'HOST: expected a neuPrint server, got HTTP 404: Not Found; is the address right?',
  ],
  [
    'a query that it does not understand',
    error(400, `failed to execute query: Neo4jError: ${SYNTAX} (Invalid input 'X'\n"UNWIND"\n ^)`),
    `HOST: the server refused a query: Invalid input 'X' (${SYNTAX})`,
  ],
  [
    'the page of a proxy',
    page(200, 'Acme Web Filter'),
    `HOST: expected a neuPrint server, got a web page titled "Acme Web Filter" (HTTP 200): ${ANOTHER}`,
  ],
  [
    'a redirect to a login',
    LOGIN,
    'HOST: expected an answer, got a redirect to https://login.org/oauth (HTTP 302); a login stands before it, or it is another server.',
  ],
  [
    'the JSON of another server',
    { status: 200, body: '{"status":"ok"}' },
    'The reply cannot be read: it has no columns and rows; is it a neuPrint server?',
  ],
];

await describeNeuprintFaults('a neuPrint that refuses', (faulted) => {
  describe('from the first question on', () => {
    test.each(REFUSALS)('%s', async (_title, act, line) => {
      const server = await faulted.serve(() => act);
      const cwd = temporaryFolder();
      const finished = await createIndex(cwd, server);
      const host = new URL(server.url).host;
      expect({ code: finished.code, stdout: finished.stdout, last: lastWord(finished) }).toEqual({
        code: 2,
        stdout: '',
        last: `neurodex: ${line.replaceAll('HOST', host)}`,
      });
      expect(server.requests.length).toBeLessThan(20);
      expect(existsSync(join(cwd, 'site'))).toBe(false);
    });
  });

  test('at the start, in mid-run, or when a kept run looks whether anything changed: site and cache stay as they are', {
    timeout: MANY_RUNS_MS,
  }, async () => {
    let act: Act | undefined;
    let isStruck: typeof isBatch = () => true;
    const server = await faulted.serve((request) => (isStruck(request) ? act : undefined));
    const cwd = temporaryFolder();
    expect(await createIndex(cwd, server, ['--cache', 'cache'])).toMatchObject({ code: 0 });
    const before = contentsOf(join(cwd, 'site'));
    expect(before.size).toBeGreaterThan(3);
    for (const [title, refusal] of REFUSALS) {
      act = refusal;
      isStruck = () => true;
      expect(await createIndex(cwd, server, ['--cache', 'cache']), title).toMatchObject({ code: 2, stdout: '' });
      isStruck = isBatch;
      server.forget();
      expect(await createIndex(cwd, server), title).toMatchObject({ code: 2, stdout: '' });
      expect(server.requests.length, title).toBeLessThan(60);
      expect(contentsOf(join(cwd, 'site')), title).toEqual(before);
    }
    act = undefined;
    server.forget();
    expect(await createIndex(cwd, server, ['--cache', 'cache'])).toMatchObject({ code: 0 });
    expect(server.requests.length).toBe(1);
    expect(contentsOf(join(cwd, 'site'))).toEqual(before);
  });

  test('whoever has no token, the wrong one, no rights, or has not accepted the terms', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'right.txt'), '{"token": "right"}\n');
    writeFileSync(join(cwd, 'wrong.txt'), 'wrong\n');
    const wordOf = async (access: object, ...flags: string[]): Promise<string> => {
      const server = await faulted.serve(undefined, { access: { tokens: ['right'], ...access } });
      const finished = await createIndex(cwd, server, flags);
      expect(finished.code).toBe(finished.stderr.includes('neurodex:') ? 2 : 0);
      expect(existsSync(join(cwd, 'site'))).toBe(finished.code === 0);
      return lastWord(finished).replaceAll(new URL(server.url).host, 'HOST');
    };
    expect(await wordOf({})).toBe(
      'neurodex: HOST: the server wants a token (authentication required): log in at http://HOST/account, and give it by --token-file or NEUPRINT_TOKEN.',
    );
    expect(await wordOf({}, '--token-file', 'wrong.txt')).toBe(
      'neurodex: HOST: the server refused the token (invalid or expired token); get a new one at http://HOST/account.',
    );
    expect(await wordOf({ closedDatasets: ['sample'] }, '--token-file', 'right.txt')).toBe(
      'neurodex: HOST: this token may not read it (You do not have access to sample dataset); ask whoever runs the server.',
    );
    expect(await wordOf({ termsOf: ['sample'] }, '--token-file', 'right.txt')).toBe(
      'neurodex: HOST: accept the terms of service of sample first, at http://HOST/tos/sample.',
    );
    expect(await wordOf({}, '--token-file', 'right.txt')).toBe('[]');
  });

  test('a dataset that it does not have, or none named: it lists what there is', async () => {
    const server = await faulted.serve();
    const cwd = temporaryFolder();
    const wordOf = async (...flags: string[]): Promise<string> => {
      const finished = await runCli(['create-index', '--source', server.url, '--cache', 'none', ...flags], { cwd });
      expect(finished.code).toBe(1);
      return lastWord(finished);
    };
    const there = `It has ${DATASET}.`;
    expect(await wordOf('--dataset', 'manc:v9')).toBe(
      `neurodex: --dataset: expected name:tag of a dataset; the server has no "manc:v9". ${there}`,
    );
    expect(await wordOf()).toBe(`neurodex: --dataset: expected name:tag of a dataset; got none. ${there}`);
    const mute = await faulted.serve(undefined, { listFails: true });
    const finished = await runCli(['warm', '--source', mute.url, '--dataset', 'manc:v9'], { cwd });
    expect(lastWord(finished)).toBe(
      'neurodex: --dataset: expected name:tag of a dataset; the server has no "manc:v9".',
    );
  });

  const wordAt = async (url: string, env: Record<string, string> = {}): Promise<string> => {
    const cwd = temporaryFolder();
    const finished = await createIndex(cwd, { url }, [], { env });
    expect(finished).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(join(cwd, 'site'))).toBe(false);
    return lastWord(finished).replace(new URL(url).host, 'HOST');
  };

  /** A port on which somebody else listens. */
  const listen = async (text: string): Promise<number> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(text));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
    onTestFinished(() => void server.close());
    return (server.address() as { port: number }).port;
  };

  test('no neuPrint is there: nothing listens', async () => {
    const server = await faulted.serve();
    await server.close();
    expect(await wordAt(server.url)).toBe(
      'neurodex: HOST: nothing listens there (ECONNREFUSED); is the server running, and is the port right?',
    );
  });

  test('no neuPrint is there: the Bolt port of a Neo4j', async () => {
    expect(await wordAt(`http://127.0.0.1:${faulted.boltPort}`)).toBe(
      'neurodex: HOST: the connection was lost (other side closed) before any answer; is the port right, and is it a neuPrint server?',
    );
  });

  test('no neuPrint is there: what does not speak HTTP', async () => {
    expect(await wordAt(`http://127.0.0.1:${await listen('SSH-2.0-OpenSSH_9.6\r\n')}`)).toBe(
      'neurodex: HOST: it does not speak HTTP; is the port right?',
    );
  });

  test('no neuPrint is there: what does not speak TLS', async () => {
    const { url } = await faulted.serve();
    expect(await wordAt(url.replace('http:', 'https:'))).toBe(
      'neurodex: HOST: it does not speak TLS; is the port right?',
    );
  });

  test('no neuPrint is there: a host that nobody knows', async () => {
    expect(await wordAt('https://neuprint.invalid')).toMatch(
      /^neurodex: HOST: (no host of that name is known\.|the name server does not answer; is there a network\?)$/,
    );
  });

  test('no neuPrint is there: a certificate that nobody has signed, which can be trusted by its file', async () => {
    const certificate = selfSignedCertificate();
    const server = await faulted.serve(undefined, { certificate });
    expect(await wordAt(server.url)).toBe(
      "neurodex: HOST: its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT); a proxy's own can be given as NODE_EXTRA_CA_CERTS=FILE.",
    );
    const cwd = temporaryFolder();
    const file = join(cwd, 'certificate.pem');
    writeFileSync(file, certificate.cert);
    expect(await createIndex(cwd, server, [], { env: { NODE_EXTRA_CA_CERTS: file } })).toMatchObject({ code: 0 });
  });
});
