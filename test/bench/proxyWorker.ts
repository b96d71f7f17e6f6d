/** The proxy in a thread of its own: a client that is busy decoding must not hold up the link. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ProxyOptions, startProxy } from '../support/proxy.ts';

const proxy = await startProxy(workerData as ProxyOptions);
parentPort?.postMessage(proxy.port);
