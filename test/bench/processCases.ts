/** The command line as a whole process, Node's start included: import and create-index, from files. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Report } from '../../src/report.ts';
import type { Case, Cost } from './measure.ts';

const CLI = resolve(import.meta.dirname, '../cli.js');

/** The datasets beside the checkout. */
export const DATA = resolve(import.meta.dirname, '../../../shared/data');

export function importCase(folder: string, dataset: string): Case {
  return processCase(folder, `${dataset}: import`, importArguments(dataset, `${dataset}.duckdb`));
}

/** Neurons, ROI counts and connections, for a server. */
export async function importWhole(folder: string, dataset: string, into: string): Promise<void> {
  const connections = ['--connections', join(DATA, dataset, 'connections.csv.gz')];
  await processCase(folder, 'import', [...importArguments(dataset, into), ...connections]).run();
}

function importArguments(dataset: string, into: string): string[] {
  const file = (name: string): string => join(DATA, dataset, name);
  return ['import', '--neurons', file('neurons.ndjson.gz'), '--meta', file('meta.json'), '--into', into];
}

export async function makeSample(folder: string, types: number, cells: number, into: string): Promise<void> {
  const size = ['--types', String(types), '--cells', String(cells)];
  await processCase(folder, 'sample', ['sample', ...size, '--into', into]).run();
}

/** @param folder where an import of the dataset has run */
export function indexCases(folder: string, dataset: string, preset: string): Case[] {
  const index = ['--source', `${dataset}.duckdb`, '--preset', preset];
  const cold = [...index, '--output', `${dataset}-cold`, '--cache', 'none'];
  const quick = [...index, '--quick', '--output', `${dataset}-quick`];
  return [
    indexCase(folder, `${dataset}: create-index, cold`, cold, [`${dataset}-cold`]),
    indexCase(folder, `${dataset}: create-index, nothing changed`, [...index, '--output', dataset]),
    indexCase(folder, `${dataset}: create-index --quick`, quick, [`${dataset}-quick`]),
  ];
}

/**
 * From a server: cold, after an edit of one type in a hundred, and so on.
 * @param cache a folder that the cases on what is kept have for themselves
 * @param edit makes that edit
 * @returns `fill` is to be run before the cases
 */
export function serverCases(
  folder: string,
  link: string,
  source: readonly string[],
  cache: string,
  edit: () => Promise<void>,
): { fill: Case; cases: Case[] } {
  const name = (what: string): string => `${link}: whole process, ${what}`;
  const cold = [...source, '--output', 'bolt', '--cache', 'bolt-cache'];
  const quick = [...source, '--output', 'bolt', '--cache', 'none', '--quick'];
  const kept = [...source, '--output', `${cache}-site`, '--cache', cache];
  // What was edited for the case before it is kept since then.
  const unchanged = indexCase(folder, name('nothing changed'), kept);
  const cases = [
    indexCase(folder, name('cold'), cold, ['bolt', 'bolt-cache']),
    indexCase(folder, name('--quick, cold'), quick, ['bolt']),
    { ...indexCase(folder, name('1 % of the types changed'), kept), prepare: edit },
    unchanged,
    indexCase(folder, name('nothing changed, site removed'), kept, [`${cache}-site`]),
    indexCase(folder, name('--offline'), [...kept, '--offline'], [`${cache}-site`]),
  ];
  return { fill: unchanged, cases };
}

export function indexCase(
  folder: string,
  name: string,
  flags: readonly string[],
  removed: readonly string[] = [],
): Case {
  return processCase(folder, name, ['create-index', ...flags, '--report', 'report.json'], removed, () => {
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
    return { ...costOf(report), bytes: report.bytes, peakBytes: report.peakRssBytes };
  });
}

export function costOf({ roundTrips, rows, cache, kept }: Report): Cost {
  return { roundTrips, rows, hits: [cache.l1.hits, cache.l2.hits], kept: kept?.unchanged };
}

/** @param removed what is removed before each run, for a cold start */
function processCase(
  folder: string,
  name: string,
  args: readonly string[],
  removed: readonly string[] = [],
  costOf = (): Cost => ({}),
): Case {
  return {
    name,
    prepare: () => {
      for (const path of removed) rmSync(join(folder, path), { recursive: true, force: true });
    },
    run: async () => {
      const startedMs = performance.now();
      run(folder, name, process.execPath, [CLI, ...args, '--silent']);
      const ms = performance.now() - startedMs;
      return { ms, ...costOf() };
    },
  };
}

/** A process starts with the peak memory of the one that starts it: behind a shell, that is not the bench's. */
const BEHIND_SHELL = ['-c', '"$@"; exit $?', 'sh'];

/** @returns what it printed */
export function run(folder: string, name: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('sh', [...BEHIND_SHELL, program, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: exit code ${status}: ${stderr}`);
  return stdout;
}
