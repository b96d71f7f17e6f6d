import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openConnections } from '../../../src/connectome/neuprint/neuprintConnections.ts';

let server: Server;
let origin: string;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  server = createServer((_, response) => void response.end('answer'));
  server.on('connection', (socket) => void sockets.push(socket));
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => void server.close());

const seen = async (count: number): Promise<void> => {
  while (sockets.length < count) await once(server, 'connection');
};

const closed = async (socket: Socket): Promise<void> => {
  if (!socket.closed) await once(socket, 'close');
};

const ask = async ({ dispatcher }: ReturnType<typeof openConnections>): Promise<string> => {
  const { body } = await dispatcher.request({ method: 'GET', path: '/' });
  return await body.text();
};

test('nothing is connected before something is asked', async () => {
  const connections = openConnections(origin, { most: 8, together: 3 });
  await connections.close();
  expect(sockets).toHaveLength(0);
});

test('what is asked after the first question finds its connections open', async () => {
  const connections = openConnections(origin, { most: 8, together: 3 });
  await ask(connections);
  await seen(3);
  await Promise.all([ask(connections), ask(connections)]);
  expect(sockets).toHaveLength(3);
  await connections.close();
});

test('no more are made than there may be', async () => {
  const connections = openConnections(origin, { most: 2, together: 8 });
  await Promise.all([ask(connections), ask(connections), ask(connections), ask(connections)]);
  expect(sockets).toHaveLength(2);
  await connections.close();
});

test('one that the server closed before it was used is made anew', async () => {
  const connections = openConnections(origin, { most: 8, together: 3 });
  await ask(connections);
  await seen(3);
  const noticed = once(connections.dispatcher, 'disconnect');
  // The one that was used goes last: once its end is noticed, so are the others'.
  for (const socket of sockets.toReversed()) socket.destroy();
  await noticed;
  expect(await Promise.all([ask(connections), ask(connections)])).toEqual(['answer', 'answer']);
  await connections.close();
});

test('those that were never used are closed with the others', async () => {
  const connections = openConnections(origin, { most: 8, together: 3 });
  await ask(connections);
  await seen(3);
  await connections.close();
  await Promise.all(sockets.map(closed));
});

test('a server that is not there is told to each who asks', async () => {
  await new Promise((done) => server.close(done));
  const connections = openConnections(origin, { most: 2, together: 2 });
  await expect(ask(connections)).rejects.toThrow('ECONNREFUSED');
  await expect(ask(connections)).rejects.toThrow('ECONNREFUSED');
  await connections.close();
});
