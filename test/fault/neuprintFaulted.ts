/** A neuPrint server on a real Neo4j, with faults in its answers; and whether a run on it gave what one without them gives. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { OpenOptions } from '../../src/connectome/open.ts';
import { type Finished, type RunOptions, runCli } from '../support/cli.ts';
import type { Act, NeuprintRequest, NeuprintServer, NeuprintServerOptions } from '../support/neuprint/startNeuprint.ts';
import { startNeuprint } from '../support/neuprint/startNeuprint.ts';
import { type Built, buildFrom, describeFaults, type Faulted, type Flags } from './faulted.ts';

/** Of the sample that the server holds. */
export const DATASET = 'sample:seed7';

export type OnRequest = NonNullable<NeuprintServerOptions['onRequest']>;

export interface FaultedNeuprint extends Pick<Faulted, 'whole' | 'wholeIndex'> {
  /** Of the Neo4j behind it. */
  readonly boltPort: number;
  /** Goes with the test. */
  serve(onRequest?: OnRequest, options?: Partial<NeuprintServerOptions>): Promise<NeuprintServer>;
  build(at: { url: string }, flags?: Flags, clock?: Clock, options?: OpenOptions): Promise<Built>;
}

export async function describeNeuprintFaults(title: string, tests: (faulted: FaultedNeuprint) => void): Promise<void> {
  await describeFaults('5.26', title, (faulted) =>
    tests({
      get whole() {
        return faulted.whole;
      },
      get wholeIndex() {
        return faulted.wholeIndex;
      },
      get boltPort() {
        return faulted.server.port;
      },
      async serve(onRequest, options) {
        const server = await startNeuprint({ bolt: faulted.server.uri, retryMs: 0, onRequest, ...options });
        onTestFinished(() => server.close());
        return server;
      },
      build: ({ url }, flags, clock, options) =>
        buildFrom(url, { dataset: DATASET, ...flags }, clock, undefined, options),
    }),
  );
}

/** `create-index` on the server's dataset, without a cache unless one is named. */
export function createIndex(
  cwd: string,
  { url }: { url: string },
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Finished> {
  const always = ['--source', url, '--dataset', DATASET, '--report', 'report.json'];
  const cache = flags.includes('--cache') ? [] : ['--cache', 'none'];
  const env = { SOURCE_DATE_EPOCH: '0', ...options.env };
  return runCli(['create-index', ...always, ...cache, ...flags], { ...options, cwd, env });
}

/** The one line that ends a run, without the lines of its progress. */
export function lastWord({ stderr }: Finished): string {
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.endsWith('…'));
  return lines.length === 1 ? (lines[0] as string) : JSON.stringify(lines);
}

/** What lies in a folder, by path: two that are the same hold the same. */
export function contentsOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  const digest = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex');
  return new Map(files.sort().map((path) => [path, digest(path)]));
}

/** A question about named types: their ROI counts, cells or partners. */
export function isBatch({ cypher }: NeuprintRequest): boolean {
  return cypher?.startsWith('UNWIND [') ?? false;
}

/** How many types a question names; 0 for one about all. */
export function typesIn({ cypher }: NeuprintRequest): number {
  const list = /^UNWIND \[(.*?)\] AS type/s.exec(cypher ?? '')?.[1];
  return list?.match(/'(?:[^'\\]|\\.)*'/g)?.length ?? 0;
}

/** Befalls the questions that it is meant for, counted from 1. */
export function nth(isMeant: (request: NeuprintRequest) => boolean, act: (n: number) => Act | undefined): OnRequest {
  let n = 0;
  return (request) => (isMeant(request) ? act(++n) : undefined);
}

/** neuPrint's own errors. */
export function error(status: number, message: string): Act {
  return { status, body: JSON.stringify({ error: message }) };
}

/** Those of its web framework. */
export function message(status: number, said: object | string): Act {
  return { status, body: JSON.stringify(typeof said === 'string' ? { message: said } : said) };
}

/** What stands in the way of a server. */
export function page(status: number, title: string, headers: Record<string, string> = {}): Act {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>`;
  return { status, body, headers: { 'content-type': 'text/html', ...headers } };
}

export const TIMED_OUT = {
  engine: error(
    400,
    'Timeout experienced.  This could be due to database traffic or to non-optimal database queries. If the latter, please consult neuPrint documentation or post a question at https://groups.google.com/forum/#!forum/neuprint to understand other options.',
  ),
  neo4j: error(
    400,
    'failed to execute query: Neo4jError: Neo.ClientError.Transaction.TransactionTimedOut (The transaction has been terminated. Retry your operation in a new transaction, and you should see a successful result. The transaction has not completed within the specified timeout (dbms.transaction.timeout). You may want to retry with a longer timeout. )',
  ),
};
