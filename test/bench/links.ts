/** The links that a server is measured over: near and far, wide and thin. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ProxyOptions } from '../support/proxy.ts';

export interface Link {
  name: string;
  rttMs: number;
  bandwidthBitsPerSecond?: number;
}

const THIN = 50e6;

export const LINKS: readonly Link[] = [0, 20, 200].flatMap((rttMs) => [
  { name: `${rttMs} ms`, rttMs },
  { name: `${rttMs} ms, 50 Mbit/s`, rttMs, bandwidthBitsPerSecond: THIN },
]);

export interface OpenLink {
  /** Of the near end, on 127.0.0.1. */
  port: number;
  close(): Promise<unknown>;
}

/** A thread of its own: a client that is busy decoding must not hold up the link. The plain link is the server itself. */
export async function openLink(serverPort: number, { rttMs, bandwidthBitsPerSecond }: Link): Promise<OpenLink> {
  if (rttMs === 0 && bandwidthBitsPerSecond === undefined) {
    return { port: serverPort, close: async () => undefined };
  }
  const target = { host: '127.0.0.1', port: serverPort };
  const workerData: ProxyOptions = { target, rttMs, bandwidthBitsPerSecond };
  const worker = new Worker(new URL('./proxyWorker.js', import.meta.url), { workerData });
  const [port] = (await once(worker, 'message')) as [number];
  return { port, close: () => worker.terminate() };
}
