/** `npm run bench`: every speed that the README tells, measured; a table, and --json FILE. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { openDatabase } from '../../src/connectome/file/database.ts';
import { loadNeo4j } from '../../src/connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../../src/connectome/neo4j/neo4j.ts';
import { type RunningNeo4j, startNeo4j, whyNoNeo4j } from '../support/neo4j/startNeo4j.ts';
import { type Neo4jVersion, neo4jVersions } from '../support/neo4j/versions.ts';
import { cacheCases } from './cacheCases.ts';
import { dataCases, editTypes, type Loaded } from './dataCases.ts';
import { LINKS, type Link, openLink } from './links.ts';
import { lookupCases, type Measured, PARTNERS, ROI_COUNTS } from './lookupCases.ts';
import { type Case, measureInTurn, type Result, tableOf } from './measure.ts';
import { neuprintCases, startNeuprint } from './neuprintCases.ts';
import { pageCases } from './pageCases.ts';
import { findPeer } from './peerCase.ts';
import { DATA, importCase, importWhole, indexCase, indexCases, makeSample, serverCases } from './processCases.ts';

/** What there is to measure. */
const PARTS = ['files', 'hemibrain', 'neuprint', 'sample', 'huge', 'cache', 'pages'] as const;
type Part = (typeof PARTS)[number];

interface Flags {
  runs?: string;
  quick?: boolean;
  in: Part[];
  only?: string;
  links?: string;
  json?: string;
  version: Neo4jVersion;
}

const flags = new Command('bench')
  .option('--runs <n>', 'runs of each case (default: 5, with --quick 2)')
  .addOption(new Option('--in <parts...>', 'only these parts').choices(PARTS).default([...PARTS]))
  .option('--links <regex>', 'only the links whose names this finds, as "^200 ms$"')
  .option('--only <regex>', 'the cases whose names this finds')
  .option('--quick', 'what two minutes allow: two links, no grid, no large samples')
  .option('--json <file>', 'write the results to this file')
  .addOption(new Option('--version <version>', 'the Neo4j to measure').choices([...neo4jVersions]).default('5.26'))
  .parse()
  .opts<Flags>();
const only = new RegExp(flags.only ?? '');
const runs = Number(flags.runs ?? (flags.quick ? 2 : 5));
/** Near and far, wide and thin, in two. */
const QUICK_LINKS = ['0 ms', '200 ms, 50 Mbit/s'];
/** A public server is far; one beside it is for comparison. */
const FAR_LINKS = ['0 ms', '200 ms', '200 ms, 50 Mbit/s'];
const folder = mkdtempSync(join(tmpdir(), 'neurodex-bench-'));
const results: Result[] = [];

function wanted(cases: readonly Case[]): Case[] {
  return cases.filter(({ name }) => only.test(name));
}

async function measure(title: string, cases: readonly Case[]): Promise<void> {
  const chosen = wanted(cases);
  if (chosen.length === 0) return;
  const measured = await measureInTurn(chosen, runs);
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

interface InServer extends Loaded {
  title: string;
  /** Makes the file that the server is filled from. */
  make(file: string): Promise<void>;
  lookups: readonly Measured[];
}

const HEMIBRAIN = {
  title: 'hemibrain-full',
  dataset: 'hemibrain:v1.2.1',
  label: 'hemibrain_Neuron',
  preset: 'hemibrain',
  make: (file: string) => importWhole(folder, 'hemibrain-full', file),
};

/** A Neo4j of its own, filled with a dataset, for as long as the work lasts. */
async function inFilledServer(
  { make, label }: Pick<InServer, 'make' | 'label'>,
  work: (server: RunningNeo4j) => Promise<void>,
): Promise<void> {
  const reason = await whyNoNeo4j(flags.version);
  if (reason !== undefined) return console.log(`\nNeo4j ${flags.version}: not measured, ${reason}`);
  const file = join(folder, `${label}.duckdb`);
  await make(file);
  const server = await startNeo4j({ version: flags.version, heapMb: 2048 });
  try {
    const [from, into] = [await openDatabase(file), await connectNeo4j({ uri: server.uri })];
    await loadNeo4j(from, into);
    await into.close();
    from.close();
    await work(server);
  } finally {
    await server.stop();
  }
}

function linksNamed(quick: readonly string[], all: readonly string[] = LINKS.map(({ name }) => name)): Link[] {
  const chosen = flags.quick ? quick : all;
  return LINKS.filter(({ name }) => (flags.links ? new RegExp(flags.links).test(name) : chosen.includes(name)));
}

/** Fills a server with a dataset and measures it over each link. */
async function measureInServer({ title, lookups, ...loaded }: InServer): Promise<void> {
  await inFilledServer(loaded, async (server) => {
    for (const [i, link] of linksNamed(QUICK_LINKS).entries()) {
      const { port, close } = await openLink(server.port, link);
      const uri = `bolt://127.0.0.1:${port}`;
      const flagsOf = ['--source', uri, '--dataset', loaded.dataset, '--preset', loaded.preset];
      const edit = (): Promise<void> => editTypes(server.uri, loaded.label);
      const whole = serverCases(folder, link.name, flagsOf, `kept-${i}`, edit);
      const data = await dataCases(uri, link.name, loaded);
      // A JVM answers its first questions several times slower than those after.
      if (i === 0) await measureInTurn(wanted(data.cases), 2);
      const over = `${title} in Neo4j ${flags.version}, ${link.name}`;
      await measure(`${over}: the data of an index`, data.cases);
      // Apart from those: they edit the dataset.
      if (wanted(whole.cases).length > 0) await measureInTurn([whole.fill], 1);
      await measure(`${over}: an index, whole process`, whole.cases);
      await data.close();
      for (const lookup of flags.quick ? [] : lookups) {
        const { cases, close } = await lookupCases(uri, link.name, loaded, lookup);
        await measure(`${over}: one lookup for all types`, cases);
        await close();
      }
      await close();
    }
  });
}

/** The same behind a neuPrint server, beside neuprint-python. */
async function measureOverHttp({ title, ...loaded }: Omit<InServer, 'lookups'>): Promise<void> {
  const peer = await findPeer();
  if (typeof peer === 'string') console.log(`\nneuprint-python: not measured, ${peer}`);
  await inFilledServer(loaded, async ({ uri }) => {
    const server = await startNeuprint(uri);
    try {
      for (const [i, link] of linksNamed(QUICK_LINKS, FAR_LINKS).entries()) {
        const { port, close } = await openLink(server.port, link);
        const url = `http://127.0.0.1:${port}`;
        const cases = await neuprintCases({ folder, link: link.name, url, ...loaded, peer, server });
        if (i === 0) await measureInTurn(wanted(cases), 2);
        await measure(`${title} in Neo4j ${flags.version} behind neuPrint, ${link.name}`, cases);
        await close();
      }
    } finally {
      await server.stop();
    }
  });
}

/** Time and peak memory from a file of a million cells. */
async function measureHuge(): Promise<void> {
  const flags = ['--source', 'huge.duckdb', '--cache', 'none', '--output', 'huge'];
  await makeSample(folder, 100_000, 1_000_000, 'huge.duckdb');
  const name = '100,000 types, 1,000,000 cells: create-index';
  await measure('a million cells, from a file', [indexCase(folder, name, flags, ['huge'])]);
}

/** The pages of samples, of the size of today's datasets and ten times that. */
async function measurePages(): Promise<void> {
  for (const [types, cells] of flags.quick
    ? [[11_700, 165_000]]
    : [
        [11_700, 165_000],
        [100_000, 1_000_000],
      ]) {
    const output = `pages-${types}`;
    const source = `sample?types=${types}&cells=${cells}&seed=1`;
    await indexCase(folder, 'site', ['--source', source, '--cache', 'none', '--output', output]).run();
    const title = `${(types ?? 0).toLocaleString('en-US')} types`;
    const pages = await pageCases({ title, folder: join(folder, output), withCards: types === 11_700 });
    if (pages === null) return console.log('\nthe pages: not measured, there is no Chromium');
    await measure(`types.html in Chromium, from file://, ${title}`, pages.cases);
    await pages.close();
  }
}

const isWanted = (part: Part): boolean => flags.in.includes(part);
const isThere = existsSync(DATA);
if (!isThere) console.error('The datasets of ../shared/data are absent: only the samples are measured.');
try {
  if (isThere && isWanted('files')) {
    await measureDataset('hemibrain-full', 'hemibrain', '5,620 types, 22,704 cells');
    await measureDataset('flywire-v783', 'flywire-fafb', '8,547 types, 137,677 cells');
  }
  if (isThere && isWanted('hemibrain')) await measureInServer({ ...HEMIBRAIN, lookups: [ROI_COUNTS, PARTNERS] });
  if (isThere && isWanted('neuprint')) await measureOverHttp(HEMIBRAIN);
  if (isWanted('sample') && !flags.quick) {
    await measureInServer({
      title: 'the sample of 11,700 types, 165,000 cells',
      dataset: 'sample:seed1',
      label: 'sample_Neuron',
      preset: 'default',
      make: (file) => makeSample(folder, 11_700, 165_000, file),
      lookups: [ROI_COUNTS],
    });
  }
  if (isWanted('huge') && !flags.quick) await measureHuge();
  if (isWanted('cache')) await measure('what is kept of 100,000 types, in a folder', cacheCases(folder));
  if (isWanted('pages')) await measurePages();
  if (flags.json) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
