/** An HTTP proxy on 127.0.0.1 that opens ways (CONNECT) for those who know its user and password, and counts them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  /** With user and password. */
  url: string;
  /** host:port of each way that was asked for. */
  ways: string[];
  close(): void;
}

const CREDENTIALS = 'user:s3cret';

export async function startConnectProxy(): Promise<ConnectProxy> {
  const ways: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    ways.push(url);
    sockets.add(client);
    // Whoever hangs up on a refusal does so by a reset.
    client.on('error', () => client.destroy());
    if (headers['proxy-authorization'] !== `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [host, port] = url.split(':');
    const target = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    // One side that breaks takes the other along.
    target.on('error', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://${CREDENTIALS}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    ways,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
