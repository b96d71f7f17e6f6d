/** The description and the catalogue of a dataset: from the cache where its edit says that they still hold, else from the source. */
import { z } from 'zod';
import { catalogueKey, descriptionKey, fingerprintsKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { CatalogueRow, DatasetDescription, Fingerprints, RoiNode, TypeSize } from '../connectome/connectome.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { fetchCatalogue } from './catalogue.ts';
import { keptRowsOf, rowsIn } from './keptCatalogue.ts';
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
  /** As of the edit. */
  fingerprints(): Promise<Fingerprints | null>;
  /** Resolves when what was asked for is kept. */
  kept(): Promise<void>;
}

const OFFLINE_LACKS = '--offline: the cache holds no catalogue of this source; run once without --offline.';

const OFFLINE_LACKS_ROWS =
  '--offline: the cache holds no catalogue of this source with all that the preset reads; run once without --offline.';

/**
 * @param wanted null: no catalogue is asked for, types and their cells are enough
 * @throws ConfigError if nothing may be asked and the cache lacks something
 */
export async function surveyDataset(parts: SurveyParts, wanted: CatalogueWanted | null): Promise<Survey> {
  const { source, cache, settings } = parts;
  const { connectome } = source;
  const kept = keptDescription.safeParse(await cache.get(descriptionKey(connectome.id))).data;
  if (settings.offline && kept === undefined) throw new ConfigError(OFFLINE_LACKS);
  if (kept === undefined) return surveyAsked(parts, wanted, null);
  if (settings.offline) return surveyKept(parts, wanted, kept);
  // Most runs find nothing changed: the edit alone tells, and whatever else was asked with it would be for nothing.
  const edit = kept.edit === null ? null : await source.ask('edit', (ask) => connectome.edit(ask));
  return edit !== null && edit === kept.edit
    ? surveyKept(parts, wanted, kept)
    : surveyAsked(parts, wanted, { ...kept, now: edit });
}

/** Everything that is kept still holds; what is not there after all is asked for when it is wanted. */
function surveyKept(parts: SurveyParts, wanted: CatalogueWanted | null, description: DatasetDescription): Survey {
  const { source, cache, settings } = parts;
  const { connectome } = source;
  const dataset = nameWithTag(description);
  const { edit } = description;
  const asking = questions(parts, wanted, Promise.resolve(description));

  const catalogue = once(async () => {
    const kept = await keptRows(parts, description, wanted?.properties ?? []);
    if (kept === null && settings.offline) throw new ConfigError(OFFLINE_LACKS_ROWS);
    if (kept === null && wanted === null) return { rows: [], sizes: await asking.sizes() };
    const rows = kept ?? (await asking.rows());
    return { rows, sizes: sizesOf(rows) };
  });
  const fingerprints = once(async () => {
    const kept = fingerprintsIn(await cache.get(fingerprintsKey(dataset, connectome.id)), edit);
    return kept === null && !settings.offline ? await asking.fingerprints() : kept;
  });
  return {
    isUnchanged: true,
    description: Promise.resolve(description),
    edit: Promise.resolve(edit),
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

/** The catalogue as it is kept; null where there is none of the description's edit, or not with these properties. */
export async function keptRows(
  { source, cache }: SurveyParts,
  description: DatasetDescription,
  properties: readonly string[],
): Promise<CatalogueRow[] | null> {
  const kept = await cache.get(catalogueKey(nameWithTag(description), source.connectome.id));
  return isOfEdit(kept, description.edit) ? rowsIn(kept, properties) : null;
}

async function keptTypes(parts: SurveyParts, description: DatasetDescription): Promise<ReadonlySet<string>> {
  const rows = await keptRows(parts, description, []);
  return new Set(rows?.flatMap(({ type }) => type ?? []));
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
  const { source, settings } = parts;
  // Read before the new catalogue takes its place.
  const typesBefore = before === null ? Promise.resolve(new Set<string>()) : keptTypes(parts, before);
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

/**
 * Each asked when it is first wanted, and kept as soon as it is there.
 * @param asKept the description that the catalogue goes with, with the edit that it is kept under
 */
function questions(
  { source, cache }: SurveyParts,
  wanted: CatalogueWanted | null,
  asKept: Promise<DatasetDescription>,
) {
  const { connectome } = source;
  const writes: Promise<void>[] = [];
  const keep = (entriesOf: (description: DatasetDescription, dataset: string) => [string, unknown][]): void => {
    const written = asKept.then((description) =>
      cache.setMany(new Map(entriesOf(description, nameWithTag(description)))),
    );
    written.catch(() => undefined);
    writes.push(written);
  };
  const sizes = once(() => source.ask('type sizes', (ask) => connectome.typeSizes(ask)));
  return {
    sizes,
    async rows(): Promise<readonly CatalogueRow[]> {
      if (wanted === null) return [];
      const rows = await fetchCatalogue(source, wanted.properties, sizes, wanted.compare);
      const entries = keptRowsOf(rows, wanted.properties);
      keep((description, dataset) => [
        [descriptionKey(connectome.id), description],
        [catalogueKey(dataset, connectome.id), { edit: description.edit, ...entries }],
      ]);
      return rows;
    },
    fingerprints: once(async () => {
      const prints = await source.ask('fingerprints', (ask) => connectome.fingerprints(ask));
      if (prints === null) return null;
      const entries = { types: [...prints.keys()], texts: [...prints.values()] };
      keep(({ edit }, dataset) => [[fingerprintsKey(dataset, connectome.id), { edit, ...entries }]]);
      return prints;
    }),
    async kept(): Promise<void> {
      // Without a description there is nothing to keep: whoever waits for that is told.
      await Promise.allSettled(writes);
    },
  };
}

function sizesOf(rows: readonly CatalogueRow[]): TypeSize[] {
  const sizes = new Map<string, number>();
  for (const { type, cells } of rows) if (type !== null) sizes.set(type, (sizes.get(type) ?? 0) + cells);
  return [...sizes].map(([type, cells]) => ({ type, cells }));
}

const roiNode: z.ZodType<RoiNode> = z.lazy(() => z.object({ name: z.string(), children: z.array(roiNode).optional() }));
const text = z.string().nullable();
const keptDescription: z.ZodType<DatasetDescription> = z.object({
  name: z.string(),
  tag: text,
  uuid: text,
  lastDatabaseEdit: text,
  primaryRois: z.array(z.string()).nullable(),
  roiHierarchy: roiNode.nullable(),
  roisDigest: z.string(),
  edit: text,
});
const edited = z.object({ edit: text });
const keptFingerprints = z.object({ edit: text, types: z.array(z.string()), texts: z.array(z.string()) });

function isOfEdit(kept: unknown, edit: string | null): boolean {
  return edited.safeParse(kept).data?.edit === edit;
}

function fingerprintsIn(kept: unknown, edit: string | null): Fingerprints | null {
  const { data } = keptFingerprints.safeParse(kept);
  if (data?.edit !== edit || data.types.length !== data.texts.length) return null;
  return new Map(data.types.map((type, i) => [type, data.texts[i] as string]));
}
