/** What a run on a neuPrint server leaves: nothing that it was not to keep, however it ends. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';
import { selfSignedCertificate } from '../support/neuprint/certificate.ts';
import { type ConnectProxy, startConnectProxy } from '../support/neuprint/connectProxy.ts';
import type { Act, NeuprintServer } from '../support/neuprint/startNeuprint.ts';
import {
  contentsOf,
  createIndex,
  DATASET,
  describeNeuprintFaults,
  error,
  isBatch,
  lastWord,
  message,
  nth,
  page,
} from './neuprintFaulted.ts';

const TOKEN = 'eyJhbGciOi.S3CRET-token_of/42+==';

/** Of a dozen runs of the program, on a busy machine. */
const MANY_RUNS_MS = 240_000;

await describeNeuprintFaults('a run on a neuPrint', (faulted) => {
  describe('interrupted, it ends at once and leaves the site', () => {
    test.each<[string, Act, number]>([
      ['while it waits for an answer', { stall: true }, 1],
      ['while an answer comes', { stall: true, cutAfterBytes: 500 }, 1],
      ['while it lets the server rest', { ...message(429, 'slow down'), headers: { 'retry-after': '600' } }, 1],
      ['while the server is away', page(503, 'maintenance', { 'retry-after': '600' }), 1],
      ['while it looks whether the server is back', page(502, '502 Bad Gateway'), 3],
    ])('%s', async (_title, act, times) => {
      let isSpoiled = false;
      let struck = 0;
      let child: ChildProcess | undefined;
      const server = await faulted.serve((request) => {
        if (!isSpoiled || (struck === 0 && !isBatch(request))) return undefined;
        // Soon after the answer.
        if (++struck === times) setTimeout(() => child?.kill('SIGINT'), 300);
        return act;
      });
      const cwd = temporaryFolder();
      expect(await createIndex(cwd, server)).toMatchObject({ code: 0 });
      const before = contentsOf(join(cwd, 'site'));
      isSpoiled = true;
      const onStart = (started: ChildProcess): void => {
        child = started;
      };
      const finished = await createIndex(cwd, server, ['--concurrency', '1', '--batch-weight', '500'], { onStart });
      expect(finished).toMatchObject({ code: 130, stdout: '' });
      expect(finished.stderr).toMatch(/neurodex: interrupted\.\n$/);
      expect(contentsOf(join(cwd, 'site'))).toEqual(before);
    });
  });

  describe('through a proxy', () => {
    const serve = async (): Promise<{ server: NeuprintServer; proxy: ConnectProxy; env: Record<string, string> }> => {
      const certificate = selfSignedCertificate();
      const file = join(temporaryFolder(), 'certificate.pem');
      writeFileSync(file, certificate.cert);
      const proxy = await startConnectProxy();
      onTestFinished(() => proxy.close());
      const server = await faulted.serve(undefined, { certificate });
      return { server, proxy, env: { NODE_EXTRA_CA_CERTS: file, HTTPS_PROXY: proxy.url } };
    };

    test('all that it asks goes that way, but where NO_PROXY names the host', async () => {
      const { server, proxy, env } = await serve();
      expect(await createIndex(temporaryFolder(), server, [], { env })).toMatchObject({ code: 0 });
      expect(new Set(proxy.ways)).toEqual(new Set([server.url.replace('https://', '')]));
      const before = proxy.ways.length;
      const direct = { env: { ...env, NO_PROXY: '127.0.0.1' } };
      expect(await createIndex(temporaryFolder(), server, [], direct)).toMatchObject({ code: 0 });
      expect(proxy.ways.length).toBe(before);
    });

    test('a proxy that lets nothing through, or is none, is told in a line without its password', async () => {
      const { server, proxy, env } = await serve();
      const wrong = { env: { ...env, HTTPS_PROXY: proxy.url.replace('s3cret', 'wr0ng') } };
      const refused = await createIndex(temporaryFolder(), server, [], wrong);
      expect(refused.code).toBe(2);
      expect(lastWord(refused)).toMatch(/by the proxy \S+: it lets nothing through \(HTTP 407\);/);
      proxy.close();
      const gone = await createIndex(temporaryFolder(), server, [], { env });
      expect(gone.code).toBe(2);
      expect(lastWord(gone)).toMatch(/by the proxy \S+: nothing listens there/);
      for (const { stdout, stderr } of [refused, gone]) expect(stdout + stderr).not.toMatch(/s3cret|wr0ng/);
    });
  });

  describe('with a token', () => {
    const serve = (act?: Act): Promise<NeuprintServer> =>
      faulted.serve(
        nth(
          ({ path }) => path.startsWith('/api/'),
          () => act,
        ),
        { access: { tokens: [TOKEN] } },
      );

    test('it is taken from a file, or the environment, where that of neuprint-python stands first', async () => {
      const server = await serve();
      const file = join(temporaryFolder(), 'token.json');
      writeFileSync(file, JSON.stringify({ token: TOKEN, exp: 1 }));
      const run = (env: Record<string, string>, ...flags: string[]): Promise<Finished> =>
        createIndex(temporaryFolder(), server, ['--quick', ...flags], { env });
      const [right, wrong] = [TOKEN, 'wrong'];
      const good: Record<string, string>[] = [
        { NEUPRINT_TOKEN: right },
        { NEUPRINT_TOKEN: wrong, NEUPRINT_APPLICATION_CREDENTIALS: right },
        { NEUPRINT_APPLICATION_CREDENTIALS: ` {"token": "${TOKEN}"}\n` },
      ];
      for (const env of good) expect(await run(env)).toMatchObject({ code: 0 });
      expect(await run({ NEUPRINT_TOKEN: wrong }, '--token-file', file)).toMatchObject({ code: 0 });
      expect(await run({ NEUPRINT_TOKEN: right, NEUPRINT_APPLICATION_CREDENTIALS: wrong })).toMatchObject({ code: 2 });
      expect(server.requests.filter(({ authorization }) => authorization !== 'bearer')).toEqual([]);
    });

    test('no byte that a run prints or writes holds it: no log, report, cache, site or message', {
      timeout: MANY_RUNS_MS,
    }, async () => {
      const cwd = temporaryFolder();
      const file = join(temporaryFolder(), 'token.txt');
      writeFileSync(file, `${TOKEN}\n`);
      const outcomes: Record<string, number | null> = {};
      const run = async (title: string, url: string, args: readonly string[], env: Record<string, string> = {}) => {
        const always = ['--source', url, '--dataset', DATASET, '--cache', 'cache'];
        const finished = await runCli([...args, ...always], { cwd, env });
        outcomes[title] = finished.code;
        expectNoToken(`${finished.stdout}${finished.stderr}`, title);
      };
      const { url } = await serve();
      const byFile = ['--token-file', file];
      await run('json', url, ['create-index', '--json', '--report', 'report.json', ...byFile]);
      await run('environment', url, ['create-index', '--cells'], { NEUPRINT_TOKEN: TOKEN });
      await run('warm', url, ['warm', ...byFile]);
      await run('partners', url, ['partners', faulted.whole.types[0]?.name ?? '', ...byFile]);
      await run('verify', url, ['cache', 'verify', ...byFile]);
      expect(outcomes).toEqual({ json: 0, environment: 0, warm: 0, partners: 0, verify: 0 });

      // Whatever stands before a server may repeat what it was sent.
      const echoes: [string, Act][] = [
        ['refused', message(401, `no such token: Bearer ${TOKEN}`)],
        ['bad query', error(400, `cannot read {"Authorization":"Bearer ${TOKEN}"}`)],
        ['defect', message(500, `panic: ${TOKEN}`)],
        ['web page', page(200, `Hello ${TOKEN}`)],
        ['redirect', { status: 302, body: '', headers: { location: `/login/${TOKEN}/?token=${TOKEN}` } }],
        ['terms', message(403, { tos_required: true, tos_url: `/tos?dsg_token=${TOKEN}`, dataset: TOKEN })],
        ['garbage', { status: 200, body: TOKEN }],
      ];
      for (const [title, act] of echoes) {
        const spoiled = await serve(act);
        await run(title, spoiled.url, ['create-index', '--json', '--report', `${title}.json`, ...byFile]);
        expect(outcomes[title], title).toBe(2);
      }
      expect(existsSync(join(cwd, 'cache'))).toBe(true);
      expectNoTokenIn(cwd);
    });

    test('its file is told by name when it is of no use, never by what is in it', async () => {
      const cwd = temporaryFolder();
      const wordOf = async (text: string | null): Promise<string> => {
        if (text !== null) writeFileSync(join(cwd, 'token.txt'), text);
        const finished = await createIndex(cwd, { url: 'http://127.0.0.1:9' }, ['--token-file', 'token.txt']);
        expect(finished.code).toBe(1);
        return lastWord(finished);
      };
      const expected = 'neurodex: --token-file token.txt: expected a';
      expect(await wordOf(null)).toBe(`${expected} file with a token, cannot read it (ENOENT).`);
      const oneOrOther = `${expected} token as one word, or as {"token": "…"}; found`;
      expect(await wordOf('')).toBe(`${oneOrOther} nothing.`);
      expect(await wordOf('S3CRET\nS3CRET')).toBe(`${oneOrOther} blanks or other characters in it.`);
      expect(await wordOf('{"key": "S3CRET"}')).toBe(`${oneOrOther} JSON without one.`);
    });

    test('`config` says that there is one and not which, and `--set` does not take it', async () => {
      const cwd = temporaryFolder();
      const shown = await runCli(['config'], { cwd, env: { NEUPRINT_TOKEN: TOKEN } });
      expect(shown).toMatchObject({ code: 0, stderr: '' });
      expect(shown.stdout).toMatch(/^token\b.*\*\*\*.*NEUPRINT_TOKEN/ms);
      expectNoToken(shown.stdout, 'config');
      const set = await runCli(['config', '--set', `token=${TOKEN}`], { cwd });
      expect(set).toMatchObject({ code: 1, stdout: '' });
      expect(lastWord(set)).toMatch(/^neurodex: .*token.*NEUPRINT_/);
      expectNoToken(set.stderr, 'set');
    });
  });
});

/** As it is, in an address, or in JSON within JSON. */
function expectNoToken(text: string, where: string): void {
  expect(text.includes('S3CRET'), where).toBe(false);
  expect(text.includes(Buffer.from(TOKEN).toString('base64').slice(0, 20)), where).toBe(false);
}

function expectNoTokenIn(folder: string): void {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    expectNoToken(file, file);
    if (statSync(join(folder, file)).isFile()) expectNoToken(readFileSync(join(folder, file), 'latin1'), file);
  }
}
