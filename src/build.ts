/** Connectome + lookups -> Catalog: describe, catalogue, then the ROI counts of every type in packed batches. */
import { descriptionKey } from './cache/keys.ts';
import type { Cache } from './cache/twoLevel.ts';
import type { Catalog, RoiSummary, TypeEntry } from './catalog/catalog.ts';
import { type BareEntry, entryOf, entryProperties, groupByType, type TypedRows } from './catalog/entry.ts';
import { roiSummariser } from './catalog/roi.ts';
import type { Answer, Ask, Connectome, DatasetDescription, RoiCountRow } from './connectome/connectome.ts';
import { ConfigError, ConnectError, DecodeError } from './errors.ts';
import type { Lookup } from './lookup/batch.ts';
import { createLoader } from './lookup/loader.ts';
import { withRetries } from './lookup/retry.ts';
import { createGate } from './pace/gate.ts';
import type { Run } from './report.ts';
import type { Settings } from './settings.ts';

export interface BuildParts {
  connectome: Connectome;
  cache: Cache;
  settings: Settings;
  run: Run;
  signal?: AbortSignal | undefined;
}

/**
 * Types whose ROI counts could not be had are marked in the catalogue and named in the report.
 * @throws ConfigError if the dataset or a type that was asked for is not there; DecodeError if no cell has a
 * type; the source's error if it answers for no type at all
 */
export async function buildCatalog(parts: BuildParts): Promise<Catalog> {
  const { settings, run, signal } = parts;
  const ask: Ask = { signal, timeoutMs: settings.timeoutMs };

  const description = await run.phase('describe', () => describe(parts, ask));
  requireDataset(description, settings.dataset);
  run.report.dataset = nameWithTag(description);
  const mode = settings.quick ? 'quick' : 'full';
  run.report.mode = mode;

  const [{ entries, untyped }] = await run.phase('catalogue', () =>
    Promise.all([
      catalogue(parts, ask),
      mode === 'full' && settings.sums === 'server' ? requireSums(parts, ask) : null,
    ]),
  );

  const { primaryRois } = description;
  noteMissing(parts, description);
  const summaries =
    mode === 'full' && primaryRois
      ? await run.phase('ROI counts', () => roiSummaries(parts, entries, description, primaryRois))
      : new Map<string, RoiSummary | Error>();
  const types = entries.map((entry): TypeEntry => ({ ...entry, ...roiFields(summaries.get(entry.name)) }));
  run.report.failedTypes = types.filter((type) => type.failed !== undefined).map((type) => type.name);
  const { name, tag, uuid, lastDatabaseEdit } = description;
  run.report.totals = totalsOf(types, untyped);
  return { dataset: { name, tag, uuid, lastDatabaseEdit }, mode, totals: run.report.totals, types };
}

/** The description is kept across runs, and taken from there as long as the source says that nothing was edited. */
async function describe({ connectome, cache, run }: BuildParts, ask: Ask): Promise<DatasetDescription> {
  const key = descriptionKey(connectome.id);
  const kept = await cache.get(key);
  if (isDescription(kept)) {
    const edit = await asked(run, ask, 'edit', () => connectome.edit(ask));
    if (edit !== null && kept.edit === edit) return kept;
  }
  const description = await asked(run, ask, 'describe', () => connectome.describe(ask));
  if (description.edit !== null) await cache.set(key, description);
  return description;
}

/** A question of its own, retried and counted. */
async function asked<T>(run: Run, { signal }: Ask, question: string, put: () => Promise<Answer<T>>): Promise<T> {
  const answer = await withRetries(put, { signal, onRetry: run.retried });
  run.answered(question, answer);
  return answer.value;
}

/** What the catalogue tells of each type; its rows, several a type, are not held beyond this. */
async function catalogue(
  { connectome, settings, run }: BuildParts,
  ask: Ask,
): Promise<{ entries: BareEntry[]; untyped: number }> {
  const properties = entryProperties(settings.sides);
  const rows = await asked(run, ask, 'catalogue', () => connectome.catalogue(properties, ask));
  const { types, untyped } = selected(groupByType(rows), settings);
  return { entries: [...types].map(([name, own]) => entryOf(name, own, properties, settings.sides)), untyped };
}

/** Asked beside the catalogue, since it is answered in no time and stops what could not end well. */
async function requireSums({ connectome, run }: BuildParts, ask: Ask): Promise<void> {
  if (!(await asked(run, ask, 'probe', () => connectome.canSum(ask))))
    throw new ConfigError('--sums server: expected a server with APOC, which this one lacks; use --sums client.');
}

function isDescription(kept: unknown): kept is DatasetDescription {
  if (typeof kept !== 'object' || kept === null) return false;
  const { name, edit, primaryRois } = kept as Partial<DatasetDescription>;
  return typeof name === 'string' && typeof edit === 'string' && (primaryRois === null || Array.isArray(primaryRois));
}

function nameWithTag({ name, tag }: { name: string; tag: string | null }): string {
  return tag === null ? name : `${name}:${tag}`;
}

function requireDataset(description: DatasetDescription, wanted: string | undefined): void {
  if (wanted === undefined || wanted === description.name || wanted === nameWithTag(description)) return;
  throw new ConfigError(`--dataset: the source holds ${nameWithTag(description)}; got ${JSON.stringify(wanted)}.`);
}

function selected({ types, untyped }: TypedRows, { types: names, match }: Settings): TypedRows {
  if (types.size === 0)
    throw new DecodeError(`Expected cells with a type; the dataset has none (${untyped} cells without).`);
  const missing = names?.filter((name) => !types.has(name)) ?? [];
  if (missing.length > 0) {
    throw new ConfigError(
      `--types: the dataset has no type ${missing.map((name) => JSON.stringify(name)).join(', ')}; names are case-sensitive.`,
    );
  }
  const wanted = names && new Set(names);
  const kept = new Map([...types].filter(([name]) => (!wanted || wanted.has(name)) && (!match || match.test(name))));
  if (kept.size === 0)
    throw new ConfigError(
      `--match: expected a pattern that finds a type; ${match?.source} finds none of ${types.size}.`,
    );
  return { types: kept, untyped };
}

function noteMissing({ run, settings }: BuildParts, { primaryRois, roiHierarchy }: DatasetDescription): void {
  if (settings.quick) return;
  if (primaryRois === null) run.note('The dataset names no primary ROIs: ROI shares and regions are unknown.');
  else if (roiHierarchy === null) run.note('The dataset has no ROI hierarchy: each ROI counts as its own region.');
}

async function roiSummaries(
  { connectome, settings, run, signal }: BuildParts,
  entries: readonly BareEntry[],
  { roiHierarchy }: DatasetDescription,
  primaryRois: readonly string[],
): Promise<Map<string, RoiSummary | Error>> {
  const summarise = roiSummariser(roiHierarchy, {
    halfSuffix: settings['rois.halfSuffix'],
    minSharePercent: settings['rois.minSharePercent'],
    rule: settings['rois.rule'],
  });
  const lookup: Lookup<RoiCountRow, RoiSummary> = {
    name: 'ROI counts',
    ask: (names, ask) => connectome.roiCounts(names, primaryRois, { ...ask, sums: settings.sums }),
    valueOf: summarise,
  };
  const weights = new Map(entries.map(({ name, cells }) => [name, cells.total]));
  const weightOf = (type: string): number => weights.get(type) ?? 1;
  const total = sum(weights.values());
  let done = 0;
  const loader = createLoader(lookup, {
    gate: createGate(settings.concurrency),
    weightOf,
    batchWeight: settings.batchWeight,
    signal,
    timeoutMs: settings.timeoutMs,
    onRetry: run.retried,
    onSplit: run.split,
    onBatch(names, answer) {
      run.answered(lookup.name, answer);
      done += sum(names.map(weightOf));
      run.progress(done, total, 'cells');
    },
  });
  const names = [...weights.keys()];
  const outcomes = await Promise.allSettled(names.map((name) => loader.load(name)));
  signal?.throwIfAborted();
  const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  // A type that fails by itself has an error of its own; one that several share is the source's failure.
  const isShared = new Set(reasons).size < reasons.length || reasons.some((reason) => reason instanceof ConnectError);
  if (isShared || reasons.length === names.length) throw reasons.at(-1);
  return new Map(names.map((name, i) => [name, valueOrError(outcomes[i] as PromiseSettledResult<RoiSummary>)]));
}

function valueOrError<T>(outcome: PromiseSettledResult<T>): T | Error {
  if (outcome.status === 'fulfilled') return outcome.value;
  return outcome.reason instanceof Error ? outcome.reason : new Error(String(outcome.reason));
}

const UNKNOWN = { primary: null, rois: null, regions: null, region: null };

function roiFields(
  summary: RoiSummary | Error | undefined,
): Pick<TypeEntry, 'primary' | 'rois' | 'regions' | 'region' | 'failed'> {
  if (summary === undefined) return UNKNOWN;
  return summary instanceof Error ? { ...UNKNOWN, failed: summary.message } : summary;
}

function totalsOf(types: readonly TypeEntry[], untyped: number): Catalog['totals'] {
  return {
    types: types.length,
    cells: sum(types.map((type) => type.cells.total)),
    untyped,
    pre: sum(types.map((type) => type.synapses.pre)),
    post: sum(types.map((type) => type.synapses.post)),
  };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
