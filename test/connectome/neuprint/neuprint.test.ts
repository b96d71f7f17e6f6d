/** A neuPrint server as a source: how it is told by its address, and what is said while it lists what it has. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { heldDatasets } from '../../../src/connectome/heldDatasets.ts';
import { openConnectome, openCypher } from '../../../src/connectome/open.ts';

async function serve(answer: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const silent: RequestListener = () => undefined;

test('its address is one in capitals too, and the same source', async () => {
  const open = async (url: string): Promise<string> => {
    const { id, close } = await openConnectome(url, { dataset: 'hemibrain:v1.2.1' });
    await close();
    return id;
  };
  expect(await open('HTTP://LOCALHOST:7/')).toBe(await open('http://localhost:7'));
});

test('who interrupts while it lists its datasets does not wait for the list', async () => {
  const { url, server } = await serve(silent);
  const interrupt = new AbortController();
  const opening = openConnectome(url, {}, interrupt.signal);
  await once(server, 'request');
  interrupt.abort(new Error('interrupted'));
  await expect(opening).rejects.toThrow('interrupted');
});

test('a list takes no longer than a question may', async () => {
  const { url } = await serve(silent);
  await expect(heldDatasets(url, {}, { timeoutMs: 50 })).rejects.toMatchObject({
    failure: 'timeout',
    message: expect.stringContaining('no answer within 50 ms'),
  });
});

test('one question that may be all makes one connection', async () => {
  const { url, server } = await serve((_, response) => void response.end('{"columns":["1"],"data":[[1]]}'));
  let connections = 0;
  server.on('connection', () => connections++);
  const { server: cypher } = await openCypher(url, { dataset: 'a', isHasty: true });
  for (let i = 0; i < 3; i++) expect((await cypher.read('RETURN 1', {})).rows).toEqual([[1]]);
  await cypher.close();
  expect(connections).toBe(1);
});

test.each(['', '[]', 'null', 'hello'])('what gives %j for a list is no neuPrint server', async (body) => {
  const { url } = await serve((_, response) => void response.end(body));
  const error = { name: 'ConnectError', message: expect.stringMatching(/: it gives no list .* neuPrint server\?$/) };
  await expect(heldDatasets(url)).rejects.toMatchObject(error);
  await expect(openConnectome(url)).rejects.toMatchObject(error);
});

test('an unknown dataset is told with what there is, also after the list was given up once', async () => {
  const unknown = JSON.stringify({ error: 'dataset "manc" not available in stores' });
  let lists = 0;
  const interrupt = new AbortController();
  const { url } = await serve((request, response) => {
    if (request.method === 'POST') response.writeHead(404, { 'content-type': 'application/json' }).end(unknown);
    else if (++lists > 1) response.end('{"hemibrain:v1.2.1":{}}');
    else interrupt.abort(new Error('interrupted'));
  });
  const { server } = await openCypher(url, { dataset: 'manc' });
  await expect(server.read('RETURN 1', {}, { signal: interrupt.signal })).rejects.toThrow('interrupted');
  await expect(server.read('RETURN 1', {})).rejects.toThrow(
    '--dataset: expected name:tag of a dataset; the server has no "manc". It has hemibrain:v1.2.1.',
  );
  await server.close();
});
