/** `npm run bench`: every speed that the README tells, measured; a table, and --json FILE. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Command, Option } from 'commander';
import { openDatabase } from '../../src/connectome/database.ts';
import { loadNeo4j } from '../../src/connectome/loadNeo4j.ts';
import { connectNeo4j } from '../../src/connectome/neo4j.ts';
import { startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { type Neo4jVersion, neo4jVersions } from '../support/neo4j/versions.ts';
import { type Case, measureInTurn, type Result, tableOf } from './measure.ts';
import { neo4jCases } from './neo4jCases.ts';
import { DATA, importCase, indexCase, indexCases } from './processCases.ts';

interface Flags {
  runs: string;
  only?: string;
  json?: string;
  version: Neo4jVersion;
}

const flags = new Command('bench')
  .option('--runs <n>', 'runs of each case', '5')
  .option('--only <regex>', 'the cases whose names this finds')
  .option('--json <file>', 'write the results to this file')
  .addOption(new Option('--version <version>', 'the Neo4j to measure').choices([...neo4jVersions]).default('5.26'))
  .parse()
  .opts<Flags>();
const only = new RegExp(flags.only ?? '');
const folder = mkdtempSync(join(tmpdir(), 'neurodex-bench-'));
const results: Result[] = [];

async function measure(title: string, cases: readonly Case[]): Promise<void> {
  const wanted = cases.filter(({ name }) => only.test(name));
  if (wanted.length === 0) return;
  const measured = await measureInTurn(wanted, Number(flags.runs));
  results.push(...measured);
  console.log(`\n${title}\n\n${tableOf(measured)}`);
}

/** The import apart from what reads it: a file made anew counts as edited. */
async function measureDataset(dataset: string, preset: string, size: string): Promise<void> {
  const [imported, indexes] = [importCase(folder, dataset), indexCases(folder, dataset, preset)];
  await measure(`${dataset}, ${size}: import`, [imported]);
  // What the cases below and a Neo4j read, wanted or not; a first run each fills the cache.
  if (!only.test(imported.name)) await measureInTurn([imported], 1);
  if (indexes.some(({ name }) => only.test(name))) await measureInTurn(indexes, 1);
  await measure(`${dataset}, ${size}: from a file`, indexes);
}

/** Fills a server with hemibrain-full and measures it directly and behind a link of 200 ms. */
async function measureNeo4j(): Promise<void> {
  const reason = await whyNoNeo4j(flags.version);
  if (reason !== undefined) return console.log(`\nNeo4j ${flags.version}: not measured, ${reason}`);
  const server = await startNeo4j({ version: flags.version });
  try {
    const [file, writer] = [
      await openDatabase(join(folder, 'hemibrain-full.duckdb')),
      await connectNeo4j({ uri: server.uri }),
    ];
    await loadNeo4j(file, writer);
    await writer.close();
    file.close();
    const worker = new Worker(new URL('./proxyWorker.js', import.meta.url), {
      workerData: { target: { host: '127.0.0.1', port: server.port }, rttMs: 200 },
    });
    const [port] = (await once(worker, 'message')) as [number];
    for (const [link, uri] of [
      ['0 ms', server.uri],
      ['200 ms', `bolt://127.0.0.1:${port}`],
    ] as const) {
      const { cases, close } = await neo4jCases(uri, link, 'hemibrain_Neuron', 'hemibrain');
      const flagsOf = ['--source', uri, '--preset', 'hemibrain', '--cache', 'none', '--output', 'bolt'];
      const whole = [
        indexCase(folder, `${link}: whole process, create-index`, flagsOf, ['bolt']),
        indexCase(folder, `${link}: whole process, create-index --quick`, [...flagsOf, '--quick'], ['bolt']),
      ];
      // A JVM answers its first questions several times slower than those after.
      await measureInTurn(cases, 2);
      await measure(`hemibrain-full in Neo4j ${flags.version}, ${link} round trip`, [...cases, ...whole]);
      await close();
    }
    await worker.terminate();
  } finally {
    await server.stop();
  }
}

try {
  if (existsSync(DATA)) {
    await measureDataset('hemibrain-full', 'hemibrain', '5,620 types, 22,704 cells');
    await measureDataset('flywire-v783', 'flywire-fafb', '8,547 types, 137,677 cells');
    await measureNeo4j();
  } else {
    console.error('The datasets of ../shared/data are absent: only the sample is measured.');
  }
  const sample = ['--source', 'sample?types=11700&cells=165000', '--cache', 'none'];
  await measure('the sample in memory, made anew each time', [
    indexCase(folder, 'sample, 11,700 types, 165,000 cells: create-index', sample, ['site']),
  ]);
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
