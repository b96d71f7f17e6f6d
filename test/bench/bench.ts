/** `npm run bench`: whole processes, timed from outside, one run after the other; a table, and --json FILE. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Report } from '../../src/report.ts';

interface Case {
  name: string;
  args: readonly string[];
  /** Removed before each run, for a cold start. */
  removed?: readonly string[];
}

interface Result {
  name: string;
  seconds: number[];
  roundTrips: number | null;
  rows: number | null;
  peakMB: number | null;
}

const CLI = resolve(import.meta.dirname, '../cli.js');
const DATA = resolve(import.meta.dirname, '../../../shared/data');

function casesOf(dataset: string, preset: string): Case[] {
  const index = [
    'create-index',
    '--source',
    `${dataset}.duckdb`,
    '--preset',
    preset,
    '--output',
    dataset,
    '--report',
    'report.json',
  ];
  const file = (name: string): string => join(DATA, dataset, name);
  return [
    {
      name: `${dataset}: import`,
      args: [
        'import',
        '--neurons',
        file('neurons.ndjson.gz'),
        '--meta',
        file('meta.json'),
        '--into',
        `${dataset}.duckdb`,
      ],
    },
    { name: `${dataset}: create-index, cold`, args: index, removed: [dataset, 'cache', 'report.json'] },
    { name: `${dataset}: create-index, nothing changed`, args: index },
    { name: `${dataset}: create-index --quick`, args: [...index, '--quick'], removed: [dataset] },
  ];
}

function measure({ name, args, removed = [] }: Case, folder: string, runs: number): Result {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    for (const path of removed) rmSync(join(folder, path), { recursive: true, force: true });
    const startedMs = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [CLI, ...args, '--silent'], {
      cwd: folder,
      encoding: 'utf8',
    });
    seconds.push((performance.now() - startedMs) / 1000);
    if (status !== 0) throw new Error(`${name}: exit code ${status}: ${stderr}`);
  }
  const reportFile = join(folder, 'report.json');
  const isIndex = args[0] === 'create-index' && existsSync(reportFile);
  const report = isIndex ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : null;
  return {
    name,
    seconds: seconds.sort((a, b) => a - b),
    roundTrips: report?.roundTrips ?? null,
    rows: report?.rows ?? null,
    peakMB: report ? Math.round(report.peakRssBytes / 1e6) : null,
  };
}

function tableOf(results: readonly Result[]): string {
  const head = ['case', 'median s', 'min to max', 'round trips', 'rows', 'peak MB'];
  const lines = results.map(({ name, seconds, roundTrips, rows, peakMB }) => [
    name,
    (seconds[seconds.length >> 1] ?? Number.NaN).toFixed(2),
    `${seconds[0]?.toFixed(2)} to ${seconds.at(-1)?.toFixed(2)}`,
    ...[roundTrips, rows, peakMB].map((value) => value?.toLocaleString('en-US') ?? ''),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const options = new Command('bench')
  .option('--runs <n>', 'runs of each case', '5')
  .option('--only <regex>', 'cases whose name this finds')
  .option('--json <file>', 'write the results to this file')
  .parse()
  .opts<{ runs: string; only?: string; json?: string }>();

const sample: Case = {
  name: 'sample, 11,700 types, 165,000 cells: create-index',
  args: ['create-index', '--source', 'sample?types=11700&cells=165000', '--cache', 'none', '--report', 'report.json'],
  removed: ['site'],
};
const cases = existsSync(DATA)
  ? [...casesOf('hemibrain-full', 'hemibrain'), ...casesOf('flywire-v783', 'flywire-fafb'), sample]
  : [sample];
const folder = mkdtempSync(join(tmpdir(), 'neurodex-bench-'));
try {
  if (!existsSync(DATA)) console.error('The datasets of ../shared/data are absent: only the sample is measured.');
  const only = new RegExp(options.only ?? '');
  const results: Result[] = [];
  for (const one of cases) {
    // An import is what the cases after it read, so it always runs, once if it is not asked for.
    const isWanted = only.test(one.name);
    if (isWanted || one.args[0] === 'import') {
      const result = measure(one, folder, isWanted ? Number(options.runs) : 1);
      if (isWanted) results.push(result);
    }
  }
  console.log(tableOf(results));
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
