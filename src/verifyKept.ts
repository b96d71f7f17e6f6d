/** What is kept of a dataset, held against its source: finds what was edited without a sign of it. */
import type { BuildParts } from './build.ts';
import { compareCodePoints } from './catalog/codePoint.ts';
import type { CatalogueRow, TypeSize } from './connectome/connectome.ts';
import { nameWithTag, requireDataset } from './connectome/dataset.ts';
import { fetchCatalogue } from './lookup/catalogue.ts';
import { type Dataset, openHeld } from './lookup/kept.ts';
import { cellsForm, type KeptForm, partnersForm, roiCountsForm } from './lookup/keptForms.ts';
import { createKeptSurvey } from './lookup/keptSurvey.ts';
import { loadAll } from './lookup/loadAll.ts';
import { cellsLookup, partnersLookup, roiCountsLookup } from './lookup/lookups.ts';
import { createSource } from './lookup/source.ts';
import { surveyDataset } from './lookup/survey.ts';
import { type TunedLookup, type TunedParts, withTunedLoader } from './lookup/tunedLoader.ts';
import { sampled } from './lookup/verify.ts';

/** Of a part of what is kept. */
export interface VerifiedPart {
  /** catalogue, or the name of a lookup. */
  part: string;
  /** Types that hold, as the next run would take them. */
  kept: number;
  /** How many of them were asked for again. */
  asked: number;
  /** Those of which the source says something else now, or nothing. */
  wrong: { type: string; kept: string; source: string }[];
  /** Those that the source could not answer about now, which says nothing of what is kept. */
  failed: { type: string; reason: string }[];
}

/**
 * @param most so many types of each lookup, chosen at random
 * @throws ConfigError if the dataset is another; what keeps the source from answering
 */
export async function verifyKept(parts: BuildParts, most: number): Promise<VerifiedPart[]> {
  const { connectome, settings, run } = parts;
  const source = createSource({ ...parts, timeoutMs: settings.timeoutMs });
  const tuned = { ...parts, source };
  const survey = await surveyDataset(tuned, null);
  const description = await survey.description;
  requireDataset(description, settings.dataset);
  run.report.dataset = nameWithTag(description);
  // Of this moment, whatever is kept.
  const ask = (): Promise<TypeSize[]> => source.ask('type sizes', (ask) => connectome.typeSizes(ask));
  const sizes = survey.isUnchanged ? await ask() : await survey.sizes();
  const dataset: Dataset = {
    name: nameWithTag(description),
    state: await survey.state,
    cells: new Map(sizes.map(({ type, cells }) => [type, cells])),
    typesBefore: survey.typesBefore,
    fingerprints: survey.fingerprints,
  };

  const verified: VerifiedPart[] = [];
  const kept = createKeptSurvey(parts.cache, connectome.id);
  const keptDescription = survey.isUnchanged ? await kept.description() : null;
  if (keptDescription !== null) {
    const properties = await kept.properties(keptDescription);
    const rows = (await kept.rows(keptDescription, properties)) ?? [];
    const asked = await run.phase('catalogue', () =>
      fetchCatalogue(source, properties, async () => sizes, compareCodePoints),
    );
    const [before, now] = [linesByType(rows), linesByType(asked)];
    const types = [...new Set([...before.keys(), ...now.keys()])];
    const typed = [...before.keys()].filter((type) => type !== '').length;
    const wrong = differences(types, before, now);
    verified.push({ part: 'catalogue', kept: typed, asked: typed, wrong, failed: [] });
  }
  const { primaryRois, roisDigest } = description;
  if (primaryRois !== null) {
    const ways = connectome.isEmbedded || (await source.ask('probe', (ask) => connectome.canSum(ask)));
    const lookup = roiCountsLookup(connectome, primaryRois, [ways ? 'server' : 'client']);
    verified.push(await verifyLookup(roiCountsForm(primaryRois, roisDigest), lookup, dataset, most, tuned));
  }
  verified.push(await verifyLookup(partnersForm(), partnersLookup(connectome), dataset, most, tuned));
  verified.push(await verifyLookup(cellsForm(), cellsLookup(connectome), dataset, most, tuned));
  await survey.kept();
  return verified.filter(({ kept }) => kept > 0);
}

async function verifyLookup<Row extends { type: string }, Answer>(
  form: KeptForm<Answer>,
  lookup: TunedLookup<Row, Answer>,
  dataset: Dataset,
  most: number,
  parts: TunedParts,
): Promise<VerifiedPart> {
  const { run, clock, signal } = parts;
  const held = await openHeld(form, dataset, parts);
  const types = sampled(held.types, most, clock.random);
  const kept = new Map<string, string>();
  for (const type of types) {
    const answer = held.of(type);
    if (answer !== undefined) kept.set(type, form.textOf(answer));
  }
  await held.answers.written();
  const cells = new Map([...kept.keys()].map((type) => [type, dataset.cells.get(type) as number]));
  const load = (): Promise<Map<string, Answer | Error>> =>
    withTunedLoader(lookup, cells, parts, (loader) => loadAll(loader, cells, signal));
  const outcomes = cells.size === 0 ? new Map<string, Answer | Error>() : await run.phase(form.name, load);
  const found = new Map<string, string>();
  const failed: VerifiedPart['failed'] = [];
  for (const [type, outcome] of outcomes) {
    if (outcome instanceof Error) failed.push({ type, reason: outcome.message });
    else found.set(type, form.textOf(outcome));
  }
  return {
    part: form.name,
    kept: held.types.length,
    asked: kept.size,
    wrong: differences([...found.keys()], kept, found).map((wrong) => readable(form, wrong)),
    failed,
  };
}

/** Only what differs, in words. */
function readable<Answer>(form: KeptForm<Answer>, wrong: VerifiedPart['wrong'][number]): VerifiedPart['wrong'][number] {
  const { type } = wrong;
  const kept = form.shown(form.answerIn(wrong.kept, type));
  const source = form.shown(form.answerIn(wrong.source, type));
  const names = [...new Set([...kept.keys(), ...source.keys()])].filter((name) => kept.get(name) !== source.get(name));
  const told = (said: ReadonlyMap<string, string>): string =>
    names.map((name) => `${name}: ${said.get(name) ?? 'nothing'}`).join('; ');
  return { type, kept: told(kept), source: told(source) };
}

function differences(
  types: readonly string[],
  kept: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): VerifiedPart['wrong'] {
  return types
    .filter((type) => kept.get(type) !== found.get(type))
    .sort(compareCodePoints)
    .map((type) => ({ type, kept: kept.get(type) ?? 'nothing', source: found.get(type) ?? 'nothing' }));
}

/** Each type's rows as text, in one order; the cells without a type under the empty name. */
function linesByType(rows: readonly CatalogueRow[]): Map<string, string> {
  const lines = new Map<string, string[]>();
  for (const { type, ...row } of rows) {
    const own = lines.get(type ?? '') ?? [];
    lines.set(type ?? '', own);
    own.push(JSON.stringify(row));
  }
  return new Map([...lines].map(([type, own]) => [type, own.sort().join(' ')]));
}
