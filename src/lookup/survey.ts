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
  /** The catalogue; empty where none was wanted. */
  rows(): Promise<readonly CatalogueRow[]>;
  /** Every type with its cells; in a cold run they are there before the rows. */
  sizes(): Promise<readonly TypeSize[]>;
  /** The types of the edit that was kept before this one; empty where none was, or nothing changed. */
  typesBefore(): Promise<ReadonlySet<string>>;
  /** As of the edit. */
  fingerprints(): Promise<Fingerprints | null>;
  /** Keeps what was asked for; resolves when that is written. */
  keep(): Promise<void>;
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
  const asking = questions(parts, wanted);

  const rows = once(async () => {
    const rows = await keptRows(parts, description, wanted?.properties ?? []);
    if (rows !== null) return rows;
    if (settings.offline) throw new ConfigError(OFFLINE_LACKS_ROWS);
    return wanted === null ? null : await asking.rows();
  });
  const fingerprints = once(async () => {
    const kept = fingerprintsIn(await cache.get(fingerprintsKey(dataset, connectome.id)), edit);
    return kept === null && !settings.offline ? await asking.fingerprints() : kept;
  });
  return {
    isUnchanged: true,
    description: Promise.resolve(description),
    edit: Promise.resolve(edit),
    rows: async () => (await rows()) ?? [],
    async sizes() {
      const known = await rows();
      return known === null ? await asking.sizes() : sizesOf(known);
    },
    typesBefore: async () => new Set(),
    fingerprints,
    keep: () => asking.keep(description),
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
  const description = source.ask('describe', (ask) => source.connectome.describe(ask));
  // Without an earlier run the description is the first thing asked, but not answered before the others are sent.
  const edit = description.then((described) => (before === null ? described.edit : before.now));
  const asking = questions(parts, wanted);
  const early: Promise<unknown>[] = [description, edit, asking.rows()];
  if (!settings.quick) early.push(asking.sizes());
  // They tell what did not change since.
  if (!settings.quick && before !== null) early.push(asking.fingerprints());
  // Each is waited for by somebody; until then a failure of theirs is nobody's.
  for (const promise of early) promise.catch(() => undefined);
  return {
    isUnchanged: false,
    description,
    edit,
    rows: asking.rows,
    sizes: asking.sizes,
    async typesBefore() {
      const rows = before === null ? null : await keptRows(parts, before, []);
      return new Set(rows?.flatMap(({ type }) => type ?? []));
    },
    fingerprints: asking.fingerprints,
    keep: async () => asking.keep({ ...(await description), edit: await edit }),
  };
}

/** Each asked when it is first wanted, and once. */
function questions({ source, cache }: SurveyParts, wanted: CatalogueWanted | null) {
  const { connectome } = source;
  const sizes = once(() => source.ask('type sizes', (ask) => connectome.typeSizes(ask)));
  const rows = once(async () =>
    wanted === null ? [] : await fetchCatalogue(source, wanted.properties, sizes, wanted.compare),
  );
  const fingerprints = once(() => source.ask('fingerprints', (ask) => connectome.fingerprints(ask)));
  return {
    sizes,
    rows,
    fingerprints,
    /** Keeps what was asked for, with the description that it goes with. */
    async keep(description: DatasetDescription): Promise<void> {
      const { edit } = description;
      const dataset = nameWithTag(description);
      const entries = new Map<string, unknown>();
      if (wanted !== null && rows.result !== undefined) {
        entries.set(descriptionKey(connectome.id), description);
        entries.set(catalogueKey(dataset, connectome.id), {
          edit,
          ...keptRowsOf(await rows.result, wanted.properties),
        });
      }
      const prints = await fingerprints.result;
      if (prints) {
        const kept = { edit, types: [...prints.keys()], texts: [...prints.values()] };
        entries.set(fingerprintsKey(dataset, connectome.id), kept);
      }
      if (entries.size > 0) await cache.setMany(entries);
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
