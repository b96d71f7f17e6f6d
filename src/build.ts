/** Connectome + lookups -> Catalog: describe, catalogue, and the ROI counts of every type in packed batches, all at once. */
import { descriptionKey } from './cache/keys.ts';
import type { Cache } from './cache/twoLevel.ts';
import type { Catalog, RoiSummary, TypeEntry } from './catalog/catalog.ts';
import { compareCodePoints } from './catalog/codePoint.ts';
import { type BareEntry, entryOf, entryProperties, groupByType, isTyped } from './catalog/entry.ts';
import { roiSummariser } from './catalog/roi.ts';
import type { Clock } from './clock.ts';
import type {
  CatalogueRow,
  Connectome,
  DatasetDescription,
  RoiCountRow,
  Sums,
  TypeSize,
} from './connectome/connectome.ts';
import { nameWithTag, requireDataset } from './connectome/dataset.ts';
import { ConfigError, DecodeError } from './errors.ts';
import { fetchCatalogue } from './lookup/catalogue.ts';
import { loadAll } from './lookup/loadAll.ts';
import { roiCountsLookup } from './lookup/lookups.ts';
import { createSource, type Source } from './lookup/source.ts';
import { type TunedLookup, withTunedLoader } from './lookup/tunedLoader.ts';
import { verifySample } from './lookup/verify.ts';
import type { Run } from './report.ts';
import type { Settings } from './settings.ts';

export interface BuildParts {
  connectome: Connectome;
  cache: Cache;
  settings: Settings;
  run: Run;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

interface Parts extends BuildParts {
  source: Source;
}

/**
 * Types whose ROI counts could not be had are marked in the catalogue and named in the report.
 * @throws ConfigError if the dataset or a type that was asked for is not there; DecodeError if no cell has a type, or
 * the dataset changed while it was read; the source's error if it answers for no type at all
 */
export async function buildCatalog(parts: BuildParts): Promise<Catalog> {
  // What one part cannot do without ends the others' questions, too.
  const stop = new AbortController();
  const signal = parts.signal ? AbortSignal.any([parts.signal, stop.signal]) : stop.signal;
  const source = createSource({ ...parts, signal, timeoutMs: parts.settings.timeoutMs });
  try {
    return await build({ ...parts, signal, source });
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

async function build(parts: Parts): Promise<Catalog> {
  const { settings, run, source } = parts;
  const mode = settings.quick ? 'quick' : 'full';
  run.report.mode = mode;

  const kept = await parts.cache.get(descriptionKey(source.connectome.id));
  // Everything that needs no other answer is asked at once: each question after another is a round trip. The
  // description goes first, since the others may wait for the dataset's label that comes with it.
  const described = describe(parts, kept);
  const sizes = once(() => source.ask('type sizes', (ask) => source.connectome.typeSizes(ask)));
  const rows = fetchCatalogue(source, entryProperties(settings.sides), sizes, compareCodePoints);
  // Both are waited for below; until then a failure of theirs is nobody's.
  for (const early of [described, rows]) early.catch(() => undefined);
  const [description, ways, cells] = await run.phase('describe', () =>
    Promise.all([
      described,
      mode === 'full' ? waysToSum(parts) : null,
      mode === 'full' ? sizes().then((sizes) => selectedSizes(sizes, settings)) : null,
    ]),
  );
  requireDataset(description, settings.dataset);
  run.report.dataset = nameWithTag(description);
  noteMissing(parts, description);

  const lookup = ways && roiSummaryLookup(parts, description, ways);
  const [summaries, { entries, untyped }] = await run.phase(lookup ? 'ROI counts' : 'catalogue', () =>
    Promise.all([
      lookup && cells ? withTunedLoader(lookup, cells, parts, (loader) => loadAll(loader, cells, parts.signal)) : null,
      rows.then((rows) => entriesOf(rows, settings)),
    ]),
  );
  if (cells) requireSame(cells, entries);
  if (settings.verify !== undefined) {
    if (!lookup || !cells || !summaries)
      throw new ConfigError('--verify: expected ROI counts to verify; this dataset names no primary ROIs.');
    await verifySample(lookup, summaries, cells, settings.verify, parts);
  }
  const types = entries.map((entry): TypeEntry => ({ ...entry, ...roiFields(summaries?.get(entry.name)) }));
  run.report.failedTypes = types.filter((type) => type.failed !== undefined).map((type) => type.name);
  const { name, tag, uuid, lastDatabaseEdit } = description;
  run.report.totals = totalsOf(types, untyped);
  return { dataset: { name, tag, uuid, lastDatabaseEdit }, mode, totals: run.report.totals, types };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** The description is kept across runs, and taken from there as long as the source says that nothing was edited. */
async function describe({ connectome, cache, source }: Parts, kept: unknown): Promise<DatasetDescription> {
  if (isDescription(kept)) {
    const edit = await source.ask('edit', (ask) => connectome.edit(ask));
    if (edit !== null && kept.edit === edit) return kept;
  }
  const description = await source.ask('describe', (ask) => connectome.describe(ask));
  if (description.edit !== null) await cache.set(descriptionKey(connectome.id), description);
  return description;
}

/** Who may add up ROI counts; asked beside the catalogue, since a question that names an unknown function fails as a whole. */
async function waysToSum({ connectome, source, settings, run }: Parts): Promise<Sums[]> {
  const { sums } = settings;
  if (connectome.isEmbedded) return ['server'];
  if (sums === 'client') return [sums];
  const canSum = await source.ask('probe', (ask) => connectome.canSum(ask));
  if (canSum) return sums === 'server' ? [sums] : ['server', 'client'];
  if (sums === 'server')
    throw new ConfigError('--sums server: expected a server with APOC, which this one lacks; use --sums client.');
  run.tell('The server has no APOC: every cell travels, and its ROI counts are added up here.');
  return ['client'];
}

function isDescription(kept: unknown): kept is DatasetDescription {
  if (typeof kept !== 'object' || kept === null) return false;
  const { name, edit, primaryRois } = kept as Partial<DatasetDescription>;
  return typeof name === 'string' && typeof edit === 'string' && (primaryRois === null || Array.isArray(primaryRois));
}

/** The wanted types among those of the dataset. */
function selection(names: ReadonlySet<string>, { types: wanted, match }: Settings): (name: string) => boolean {
  const missing = wanted?.filter((name) => !names.has(name)) ?? [];
  if (missing.length > 0) {
    throw new ConfigError(
      `--types: the dataset has no type ${missing.map((name) => JSON.stringify(name)).join(', ')}; names are case-sensitive.`,
    );
  }
  const only = wanted && new Set(wanted);
  const isWanted = (name: string): boolean => (!only || only.has(name)) && (!match || match.test(name));
  if (names.size > 0 && ![...names].some(isWanted))
    throw new ConfigError(
      `--match: expected a pattern that finds a type; ${match?.source} finds none of ${names.size}.`,
    );
  return isWanted;
}

function selectedSizes(sizes: readonly TypeSize[], settings: Settings): Map<string, number> {
  const all = new Map(sizes.filter(({ type }) => isTyped(type)).map(({ type, cells }) => [type, cells]));
  const isWanted = selection(new Set(all.keys()), settings);
  return new Map([...all].filter(([name]) => isWanted(name)));
}

/** What the catalogue tells of each wanted type; its rows, several a type, are not held beyond this. */
function entriesOf(rows: readonly CatalogueRow[], settings: Settings): { entries: BareEntry[]; untyped: number } {
  const { types, untyped } = groupByType(rows);
  if (types.size === 0)
    throw new DecodeError(`Expected cells with a type; the dataset has none (${untyped} cells without).`);
  const isWanted = selection(new Set(types.keys()), settings);
  const properties = entryProperties(settings.sides);
  const wanted = [...types].filter(([name]) => isWanted(name));
  return { entries: wanted.map(([name, own]) => entryOf(name, own, properties, settings.sides)), untyped };
}

/** Sizes and catalogue were asked side by side: an edit between them would mix two states of the dataset. */
function requireSame(cells: ReadonlyMap<string, number>, entries: readonly BareEntry[]): void {
  const changed = entries.find(({ name, cells: { total } }) => cells.get(name) !== total);
  if (changed === undefined && entries.length === cells.size) return;
  throw new DecodeError(
    `The dataset was edited while it was read${changed ? ` (type ${JSON.stringify(changed.name)})` : ''}; run again.`,
  );
}

function noteMissing({ run, settings }: BuildParts, { primaryRois, roiHierarchy }: DatasetDescription): void {
  if (settings.quick) return;
  if (primaryRois === null) run.note('The dataset names no primary ROIs: ROI shares and regions are unknown.');
  else if (roiHierarchy === null) run.note('The dataset has no ROI hierarchy: each ROI counts as its own region.');
}

function roiSummaryLookup(
  { connectome, settings }: Parts,
  { primaryRois, roiHierarchy }: DatasetDescription,
  ways: readonly Sums[],
): TunedLookup<RoiCountRow, RoiSummary> | null {
  if (primaryRois === null) return null;
  const summarise = roiSummariser(roiHierarchy, {
    halfSuffix: settings['rois.halfSuffix'],
    minSharePercent: settings['rois.minSharePercent'],
    rule: settings['rois.rule'],
  });
  return roiCountsLookup(connectome, primaryRois, ways, summarise);
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
