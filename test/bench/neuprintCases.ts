/**
 * An index over neuPrint's HTTP: whole processes, beside a user's own script, and the data alone beside one raw
 * request for all cells, in either way of summing. Requests are counted by the server.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'undici';
import { buildCatalog } from '../../src/build.ts';
import { createCache } from '../../src/cache/twoLevel.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { inlined } from '../../src/connectome/cypher/cypherLiterals.ts';
import { openConnectome } from '../../src/connectome/open.ts';
import { createRoiSums } from '../../src/connectome/roiInfo.ts';
import { createRun } from '../../src/report.ts';
import type { Loaded } from './dataCases.ts';
import type { Case, Cost } from './measure.ts';
import { type Peer, peerCase } from './peerCase.ts';
import { indexCase } from './processCases.ts';

export interface NeuprintProcess {
  port: number;
  /** What it was asked and sent since it was asked for this last. */
  counts(): Promise<{ requests: number; bytes: number }>;
  stop(): Promise<void>;
}

export async function startNeuprint(bolt: string): Promise<NeuprintProcess> {
  const child = fork(new URL('./neuprintWorker.js', import.meta.url), [bolt]);
  const [url] = (await once(child, 'message')) as [string];
  return {
    port: Number(new URL(url).port),
    async counts() {
      child.send('counts');
      const [counts] = (await once(child, 'message')) as [{ requests: number; bytes: number }];
      return counts;
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

export interface Measured extends Loaded {
  folder: string;
  /** Names the link in the cases' names, as "200 ms". */
  link: string;
  /** Of the near end. */
  url: string;
  server: NeuprintProcess;
  /** A text: there is none. */
  peer: Peer | string;
}

type Timed = Cost & { ms: number };

export async function neuprintCases({ folder, link, url, server, dataset, preset, peer }: Measured): Promise<Case[]> {
  const [[rois] = []] = (await ask(url, dataset, 'MATCH (m:Meta) RETURN m.primaryRois')) as [string[]][];
  const name = (what: string): string => `${link}: ${what}`;
  const source = ['--source', url, '--dataset', dataset, '--preset', preset];
  const cold = [...source, '--cache', 'none', '--output', 'neuprint'];
  const quick = [...source, '--cache', 'none', '--output', 'neuprint-quick', '--quick'];
  const kept = [...source, '--cache', 'neuprint-kept', '--output', 'neuprint-kept-site'];
  const coldCase = indexCase(folder, name('whole process, cold'), cold, ['neuprint']);
  const keptCase = indexCase(folder, name('whole process, nothing changed'), kept);
  const ours = join(folder, 'neuprint', 'data', 'index.json');
  /** The address differs from link to link, and with it what is kept. */
  let isKept = false;
  const unchanged = {
    ...keptCase,
    prepare: async () => {
      if (!isKept) await keptCase.run();
      isKept = true;
    },
  };

  const cases: Case[] = [
    { name: name('one raw request, summed by the server'), run: () => raw(url, dataset, 'server', rois ?? []) },
    { name: name('one raw request, summed here'), run: () => raw(url, dataset, 'client', rois ?? []) },
    { name: name('neurodex, the data'), run: () => data(url, { dataset, preset }) },
    coldCase,
    indexCase(folder, name('whole process, --quick, cold'), quick, ['neuprint-quick']),
    unchanged,
  ];
  if (typeof peer !== 'string') {
    const asked = { url, dataset, ours, makeOurs: () => coldCase.run() };
    for (const script of ['plain', 'tuned'] as const)
      cases.push(peerCase(folder, name(`whole process, neuprint-python, ${script}`), peer, script, asked));
  }
  return cases.map((one) => counted(one, server));
}

/** Round trips and bytes as the server saw them. */
function counted(one: Case, server: NeuprintProcess): Case {
  return {
    ...one,
    prepare: async () => {
      await one.prepare?.();
      await server.counts();
    },
    run: async () => {
      const startedMs = performance.now();
      const cost = await one.run();
      const ms = performance.now() - startedMs;
      const { requests, bytes } = await server.counts();
      return { ms, ...cost, roundTrips: requests, bytes };
    },
  };
}

/** All that anybody would need who knew the primary ROIs, the label and the better way beforehand. */
const RAW = {
  client: 'MATCH (n:Neuron) WHERE n.type IS NOT NULL RETURN n.type, n.roiInfo',
  server: `MATCH (n:Neuron) WHERE n.type IS NOT NULL WITH n.type AS type, apoc.convert.fromJsonMap(n.roiInfo) AS info
    UNWIND [roi IN keys(info) WHERE roi IN $rois] AS roi WITH type, roi, info[roi] AS counts
    RETURN type, roi, sum(coalesce(counts.pre, 0)) AS pre, sum(coalesce(counts.post, 0)) AS post`,
};

async function raw(url: string, dataset: string, sums: keyof typeof RAW, rois: readonly string[]): Promise<Timed> {
  const startedMs = performance.now();
  const rows = await ask(url, dataset, inlined(RAW[sums], { rois }));
  if (sums === 'client') {
    const roiSums = createRoiSums(new Set(rois));
    for (const [type, roiInfo] of rows) roiSums.add(type as string, roiInfo as string | null);
    roiSums.rows();
  }
  return { ms: performance.now() - startedMs, rows: rows.length };
}

/** On a connection of its own, as a process would; the reply is read as a whole. */
async function ask(url: string, dataset: string, cypher: string): Promise<unknown[][]> {
  const client = new Client(url, { headersTimeout: 0, bodyTimeout: 0 });
  try {
    const { body } = await client.request({
      method: 'POST',
      path: '/api/custom/custom',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cypher, dataset }),
    });
    return ((await body.json()) as { data: unknown[][] }).data;
  } finally {
    await client.close();
  }
}

/** Of an index: with the description and the catalogue, which no raw request has. */
async function data(url: string, { dataset, preset }: Pick<Loaded, 'dataset' | 'preset'>): Promise<Timed> {
  const { settings } = loadConfig({ flags: { preset, dataset } });
  const run = createRun('bench', clock.now);
  const startedMs = performance.now();
  const connectome = await openConnectome(url, { dataset });
  await buildCatalog({ connectome, cache: createCache(null), settings, run, clock });
  const ms = performance.now() - startedMs;
  await connectome.close();
  return { ms, rows: run.report.rows };
}
