/** The description and the catalogue of a dataset: from the cache where its edit says that they still hold, else from the source. */
import type { Cache } from '../cache/twoLevel.ts';
import type { CatalogueRow, DatasetDescription, Fingerprints, TypeSize } from '../connectome/connectome.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { fetchCatalogue } from './catalogue.ts';
import { createKeptSurvey } from './keptSurvey.ts';
import { once } from './once.ts';
import type { Source } from './source.ts';

export interface SurveyParts {
  source: Source;
  cache: Cache;
  settings: Settings;
}

/** What is wanted of the catalogue. */
export interface CatalogueWanted {
  /** That each row has values of, in this order. */
  properties: readonly string[];
  /** The order of type names, for a catalogue that must come in ranges. */
  compare: (a: string, b: string) => number;
}

export interface Survey {
  /** Nothing was edited since an earlier run: so far the source was asked for its edit alone. */
  isUnchanged: boolean;
  description: Promise<DatasetDescription>;
  /**
   * What answers are stamped with that are asked for from now on. It was read before them: if an edit came between, it
   * is one that the next run finds changed.
   */
  edit: Promise<string | null>;
  /** The catalogue, to be called once: it is not held beyond that. Empty where none was wanted. */
  rows(): Promise<readonly CatalogueRow[]>;
  /** Every type with its cells; in a cold run they are there before the rows. */
  sizes(): Promise<readonly TypeSize[]>;
  /** The types of the edit that was kept before this one; empty where none was, or nothing changed. */
  typesBefore(): Promise<ReadonlySet<string>>;
  /** As of the edit; null where the source has none. */
  fingerprints(): Promise<Fingerprints | null>;
  /** Resolves when what was asked for is kept. */
  kept(): Promise<void>;
}

const OFFLINE_LACKS = '--offline: the cache holds no catalogue of this source';

/**
 * @param wanted null: no catalogue is asked for, types and their cells are enough
 * @throws ConfigError if nothing may be asked and the cache lacks something
 */
export async function surveyDataset(parts: SurveyParts, wanted: CatalogueWanted | null): Promise<Survey> {
  const { source, cache, settings } = parts;
  const { connectome } = source;
  const kept = await createKeptSurvey(cache, connectome.id).description();
  if (settings.offline && kept === null) throw new ConfigError(`${OFFLINE_LACKS}; run once without --offline.`);
  if (kept === null) return surveyAsked(parts, wanted, null);
  if (settings.offline) return surveyKept(parts, wanted, kept);
  // Most runs find nothing changed: the edit alone tells, and whatever else was asked with it would be for nothing.
  const edit = kept.edit === null ? null : await source.ask('edit', (ask) => connectome.edit(ask));
  if (edit !== null && edit === kept.edit) return surveyKept(parts, wanted, kept);
  return surveyAsked(parts, wanted, { ...kept, now: edit });
}

/** Everything that is kept still holds; what is not there after all is asked for when it is wanted. */
function surveyKept(parts: SurveyParts, wanted: CatalogueWanted | null, description: DatasetDescription): Survey {
  const { source, cache, settings } = parts;
  const kept = createKeptSurvey(cache, source.connectome.id);
  const asking = questions(parts, wanted, Promise.resolve(description));

  const catalogue = once(async () => {
    const held = await kept.rows(description, wanted?.properties ?? []);
    if (held === null && settings.offline)
      throw new ConfigError(`${OFFLINE_LACKS} with all that the preset reads; run once without --offline.`);
    if (held === null && wanted === null) return { rows: [], sizes: await asking.sizes() };
    const rows = held ?? (await asking.rows());
    return { rows, sizes: sizesOf(rows) };
  });
  const fingerprints = once(async () => {
    const held = await kept.fingerprints(description);
    return held === null && !settings.offline ? await asking.fingerprints() : held;
  });
  return {
    isUnchanged: true,
    description: Promise.resolve(description),
    edit: Promise.resolve(description.edit),
    async rows() {
      const known = await catalogue();
      const { rows } = known;
      known.rows = [];
      return rows;
    },
    sizes: async () => (await catalogue()).sizes,
    typesBefore: async () => new Set(),
    fingerprints,
    kept: asking.kept,
  };
}

/**
 * Everything is asked for that needs no other answer, at once: each question after another is a round trip. The
 * description goes first, since the others may wait for the dataset's label that comes with it.
 * @param before what an earlier run kept, and as which edit the source goes by now, which is another
 */
function surveyAsked(
  parts: SurveyParts,
  wanted: CatalogueWanted | null,
  before: (DatasetDescription & { now: string | null }) | null,
): Survey {
  const { source, cache, settings } = parts;
  // Read before the new catalogue takes its place.
  const rowsBefore = before && createKeptSurvey(cache, source.connectome.id).rows(before, []);
  const typesBefore = Promise.resolve(rowsBefore).then((rows) => new Set(rows?.flatMap(({ type }) => type ?? [])));
  const description = source.ask('describe', (ask) => source.connectome.describe(ask));
  // Without an earlier run the description is the first thing asked, but not answered before the others are sent.
  const edit = description.then((described) => (before === null ? described.edit : before.now));
  const asKept = Promise.all([description, edit]).then(([described, edit]) => ({ ...described, edit }));
  const asking = questions(parts, wanted, asKept);
  let rows: Promise<readonly CatalogueRow[]> | null = asking.rows();
  const early: Promise<unknown>[] = [description, edit, asKept, rows];
  if (!settings.quick) early.push(asking.sizes());
  // They tell what did not change since.
  if (!settings.quick && before !== null && wanted !== null) early.push(asking.fingerprints());
  // Each is waited for by somebody; until then a failure of theirs is nobody's.
  for (const promise of early) promise.catch(() => undefined);
  return {
    isUnchanged: false,
    description,
    edit,
    rows() {
      const taken = rows ?? asking.rows();
      rows = null;
      return taken;
    },
    sizes: asking.sizes,
    typesBefore: () => typesBefore,
    fingerprints: asking.fingerprints,
    kept: asking.kept,
  };
}

/** The questions about a dataset as a whole; what they give is kept as soon as it is there. */
interface Questions {
  rows(): Promise<readonly CatalogueRow[]>;
  /** Asked once. */
  sizes(): Promise<readonly TypeSize[]>;
  /** Asked once. */
  fingerprints(): Promise<Fingerprints | null>;
  kept(): Promise<void>;
}

/** @param asKept the description that they go with, with the edit that they are kept under */
function questions(
  { source, cache }: SurveyParts,
  wanted: CatalogueWanted | null,
  asKept: Promise<DatasetDescription>,
): Questions {
  const { connectome } = source;
  const kept = createKeptSurvey(cache, connectome.id);
  const writes: Promise<void>[] = [];
  const keep = (write: (description: DatasetDescription) => Promise<void>): void => {
    // Without a description there is nothing to keep: whoever waits for that is told.
    const written = asKept.then(write, () => undefined);
    // Waited for in the end; until then a failure of it is nobody's.
    written.catch(() => undefined);
    writes.push(written);
  };
  const sizes = once(() => source.ask('type sizes', (ask) => connectome.typeSizes(ask)));
  return {
    sizes,
    async rows() {
      if (wanted === null) return [];
      const rows = await fetchCatalogue(source, wanted.properties, sizes, wanted.compare);
      keep((description) => kept.keepRows(description, rows, wanted.properties));
      return rows;
    },
    fingerprints: once(async () => {
      const fingerprints = await source.ask('fingerprints', (ask) => connectome.fingerprints(ask));
      if (fingerprints !== null) keep((description) => kept.keepFingerprints(description, fingerprints));
      return fingerprints;
    }),
    async kept() {
      await Promise.all(writes);
    },
  };
}

function sizesOf(rows: readonly CatalogueRow[]): TypeSize[] {
  const sizes = new Map<string, number>();
  for (const { type, cells } of rows) if (type !== null) sizes.set(type, (sizes.get(type) ?? 0) + cells);
  return [...sizes].map(([type, cells]) => ({ type, cells }));
}
