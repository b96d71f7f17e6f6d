/** Connectome + lookups -> Catalog: describe, catalogue, and the ROI counts of every type in packed batches, all at once. */
import type { Cache } from './cache/twoLevel.ts';
import type { Catalog, RoiSummary, TypeEntry } from './catalog/catalog.ts';
import { compareCodePoints } from './catalog/codePoint.ts';
import { type BareEntry, entryOf, entryProperties, groupByType, isTyped } from './catalog/entry.ts';
import { roiSummariser } from './catalog/roi.ts';
import { fetchCells } from './cells.ts';
import type { Clock } from './clock.ts';
import type { CatalogueRow, Connectome, DatasetDescription, RoiCountRow, Sums } from './connectome/connectome.ts';
import { nameWithTag, requireDataset } from './connectome/dataset.ts';
import { ConfigError, DecodeError } from './errors.ts';
import { type Dataset, loadKept } from './lookup/kept.ts';
import { roiCountsForm } from './lookup/keptForms.ts';
import { roiCountsLookup } from './lookup/lookups.ts';
import { once } from './lookup/once.ts';
import { createSource, type Source } from './lookup/source.ts';
import { type Survey, surveyDataset } from './lookup/survey.ts';
import { verifySample } from './lookup/verify.ts';
import type { Run } from './report.ts';
import type { Settings } from './settings.ts';
import { sum } from './sum.ts';

export interface BuildParts {
  connectome: Connectome;
  cache: Cache;
  settings: Settings;
  run: Run;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Called once, when the source has said what it holds. */
  onDescription?: ((description: DatasetDescription) => void) | undefined;
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
  return ((await buildUnlessMade(parts, async () => false)) as Built).catalog;
}

export interface Built {
  catalog: Catalog;
  /** Of all types of the dataset, also of those that are not wanted. */
  typeNames: string[];
  description: DatasetDescription;
  /** Of the catalogue as it is kept: another one whenever one is kept. */
  id: string;
}

/** Whether what is made of a kept catalogue is there already; `id` is the catalogue's. */
export type IsMade = (description: DatasetDescription, id: string) => Promise<boolean>;

/** As buildCatalog; null where nothing was edited since an earlier run and what is made of the catalogue is there. */
export async function buildUnlessMade(parts: BuildParts, isMade: IsMade): Promise<Built | null> {
  // What one part cannot do without ends the others' questions, too.
  const stop = new AbortController();
  const signal = parts.signal ? AbortSignal.any([parts.signal, stop.signal]) : stop.signal;
  const source = createSource({ ...parts, signal, timeoutMs: parts.settings.timeoutMs });
  try {
    return await build({ ...parts, signal, source }, isMade);
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

async function build(parts: Parts, isMade: IsMade): Promise<Built | null> {
  const { settings, run } = parts;
  run.report.mode = settings.quick ? 'quick' : 'full';

  const ways = once(() => waysToSum(parts));
  const survey = await run.phase('describe', async () => {
    const survey = await surveyDataset(parts, {
      properties: entryProperties(settings.sides),
      compare: compareCodePoints,
    });
    // Beside the survey's own questions; where it asked none, there may be nothing to add up either.
    if (!settings.quick && !survey.isUnchanged) ways().catch(() => undefined);
    await survey.description;
    return survey;
  });
  try {
    return await buildFrom(survey, ways, parts, isMade);
  } finally {
    await survey.kept();
  }
}

async function buildFrom(survey: Survey, ways: WaysToSum, parts: Parts, isMade: IsMade): Promise<Built | null> {
  const { settings, run } = parts;
  const description = await survey.description;
  requireDataset(description, settings.dataset);
  run.report.dataset = nameWithTag(description);
  parts.onDescription?.(description);
  noteMissing(parts, description);
  if (survey.isUnchanged && settings.verify === undefined && (await isMade(description, survey.id()))) return null;

  const [rois, { entries, untyped, typeNames, sizes }] = await run.phase(
    settings.quick ? 'catalogue' : 'ROI counts',
    () =>
      Promise.all([
        settings.quick ? null : roiSummaries(description, survey, ways, parts),
        survey.rows().then((rows) => entriesOf(rows, settings)),
      ]),
  );
  if (rois) requireSame(rois.cells, entries);
  const types = entries.map((entry): TypeEntry => ({ ...entry, ...roiFields(rois?.summaries.get(entry.name)) }));
  const cells = sizes && (await fetchCells(weightsOf(entries), await datasetOf(description, survey, sizes), parts));
  run.report.failedTypes = types
    .filter(({ name, failed }) => failed !== undefined || cells?.get(name) instanceof Error)
    .map(({ name }) => name);
  run.report.totals = totalsOf(types, untyped);
  const { name, tag, uuid, lastDatabaseEdit } = description;
  const dataset = { name, tag, uuid, lastDatabaseEdit };
  const { types: named, match } = settings;
  const selection = (named || match) && { types: named ?? null, match: match?.source ?? null, of: typeNames.length };
  const catalog: Catalog = {
    dataset,
    mode: settings.quick ? 'quick' : 'full',
    ...(selection && { selection }),
    totals: run.report.totals,
    types,
  };
  return {
    catalog: cells === null ? catalog : { ...catalog, cells },
    typeNames,
    description,
    id: survey.id(),
  };
}

type WaysToSum = () => Promise<Sums[]>;

/** What is known of the wanted types' ROIs; null where the dataset names none. */
async function roiSummaries(
  { primaryRois, roiHierarchy, roisDigest, ...named }: DatasetDescription,
  survey: Survey,
  ways: WaysToSum,
  parts: Parts,
): Promise<{ cells: ReadonlyMap<string, number>; summaries: Map<string, RoiSummary | Error> } | null> {
  const { settings, source } = parts;
  if (primaryRois === null) {
    if (settings.verify === undefined) return null;
    throw new ConfigError('--verify: expected ROI counts to verify; this dataset names no primary ROIs.');
  }
  const sizes = (await survey.sizes()).filter(({ type }) => isTyped(type));
  const all = new Map(sizes.map(({ type, cells }) => [type, cells]));
  const isWanted = selection(new Set(all.keys()), settings);
  const cells = new Map([...all].filter(([type]) => isWanted(type)));
  const summarise = roiSummariser(roiHierarchy, {
    halfSuffix: settings['rois.halfSuffix'],
    minSharePercent: settings['rois.minSharePercent'],
    rule: settings['rois.rule'],
  });
  const form = roiCountsForm(primaryRois, roisDigest);
  const lookupOf = async (): Promise<ReturnType<typeof roiCountsLookup>> =>
    roiCountsLookup(source.connectome, primaryRois, await ways());
  const dataset = await datasetOf(named, survey, all);
  const summaries = await loadKept(form, lookupOf, cells, summarise, dataset, parts);
  if (settings.verify !== undefined) {
    const lookup = await lookupOf();
    const asSummaries = {
      ...lookup,
      valueOf: (rows: readonly RoiCountRow[], type: string) => summarise(lookup.valueOf(rows, type)),
    };
    await verifySample(asSummaries, summaries, cells, settings.verify, parts);
  }
  return { cells, summaries };
}

/** @param cells of every type, also of those that are not wanted */
async function datasetOf(
  named: Pick<DatasetDescription, 'name' | 'tag'>,
  survey: Survey,
  cells: ReadonlyMap<string, number>,
): Promise<Dataset> {
  return {
    name: nameWithTag(named),
    state: await survey.state,
    cells,
    typesBefore: async () => new Set([...(await survey.typesBefore())].filter(isTyped)),
    fingerprints: survey.fingerprints,
  };
}

/** Who may add up ROI counts; asked beside the catalogue, since a question that names an unknown function fails as a whole. */
async function waysToSum({ connectome, source, settings, run }: Parts): Promise<Sums[]> {
  const { sums } = settings;
  if (connectome.isEmbedded) return ['server'];
  const canSum = await source.ask('probe', (ask) => connectome.canSum(ask));
  if (canSum) return sums === 'auto' ? ['server', 'client'] : [sums];
  if (sums === 'server')
    throw new ConfigError('--sums server: expected a server with APOC, which this one lacks; use --sums client.');
  if (sums === 'auto') run.tell('The server has no APOC: every cell travels, and its ROI counts are added up here.');
  return ['client'];
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

interface Entries {
  /** Of the wanted types. */
  entries: BareEntry[];
  untyped: number;
  /** Of all types. */
  typeNames: string[];
  /** How many cells every type has; null where the cells are not asked for. */
  sizes: ReadonlyMap<string, number> | null;
}

/** What the catalogue tells of the types; its rows, several a type, are not held beyond this. */
function entriesOf(rows: readonly CatalogueRow[], settings: Settings): Entries {
  const { types, untyped } = groupByType(rows);
  if (types.size === 0)
    throw new DecodeError(`Expected cells with a type; the dataset has none (${untyped} cells without).`);
  const isWanted = selection(new Set(types.keys()), settings);
  const properties = entryProperties(settings.sides);
  const wanted = [...types].filter(([name]) => isWanted(name));
  return {
    entries: wanted.map(([name, own]) => entryOf(name, own, properties, settings.sides)),
    untyped,
    typeNames: [...types.keys()],
    sizes: settings.cells ? new Map([...types].map(([name, own]) => [name, sum(own.map(({ cells }) => cells))])) : null,
  };
}

function weightsOf(entries: readonly BareEntry[]): Map<string, number> {
  return new Map(entries.map(({ name, cells }) => [name, cells.total]));
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
