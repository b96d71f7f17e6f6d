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

export interface Survey {
  /** The kept ones hold: the source was asked for its edit alone. */
  isUnchanged: boolean;
  description: Promise<DatasetDescription>;
  /**
   * What answers are stamped with that are asked for from now on. It was read before them: if an edit came between, it
   * is one that the next run finds changed.
   */
  edit: Promise<string | null>;
  /** Empty where none were wanted. */
  rows: Promise<readonly CatalogueRow[]>;
  /** Every type with its cells; in a cold run they are there before the rows. */
  sizes(): Promise<readonly TypeSize[]>;
  /** As of the description's edit. */
  fingerprints(): Promise<Fingerprints | null>;
  /** Keeps what was asked for; resolves when that is written. */
  keep(): Promise<void>;
}

/** What an earlier run kept of a source. */
interface Kept {
  description: DatasetDescription;
  rows: readonly CatalogueRow[];
  fingerprints: Fingerprints | null;
}

/** What is wanted of the catalogue. */
export interface CatalogueWanted {
  /** That each row has values of, in this order. */
  properties: readonly string[];
  /** The order of type names, for a catalogue that must come in ranges. */
  compare: (a: string, b: string) => number;
}

/**
 * @param wanted null: no catalogue is asked for, types and their cells are enough
 * @throws ConfigError if nothing may be asked and the cache lacks something
 */
export async function surveyDataset(parts: SurveyParts, wanted: CatalogueWanted | null): Promise<Survey> {
  const { source, settings } = parts;
  const kept = await readKept(parts, wanted?.properties ?? []);
  if (settings.offline) {
    if (kept === null)
      throw new ConfigError('--offline: the cache holds no catalogue of this source; run once without --offline.');
    return unchanged(kept, parts);
  }
  if (kept === null) return asked(parts, wanted, undefined);
  // Most runs find nothing changed: the edit alone tells, and whatever else was asked with it would be for nothing.
  const before = kept.description.edit;
  const edit = before === null ? null : await source.ask('edit', (ask) => source.connectome.edit(ask));
  if (edit !== null && edit === before) return unchanged(kept, parts);
  return asked(parts, wanted, edit);
}

function unchanged({ description, rows, fingerprints }: Kept, parts: SurveyParts): Survey {
  const cells = new Map<string, number>();
  for (const { type, cells: count } of rows) if (type !== null) cells.set(type, (cells.get(type) ?? 0) + count);
  const asked = once(() => askFingerprints(parts));
  return {
    isUnchanged: true,
    description: Promise.resolve(description),
    edit: Promise.resolve(description.edit),
    rows: Promise.resolve(rows),
    sizes: async () => [...cells].map(([type, cells]) => ({ type, cells })),
    fingerprints: async () => fingerprints ?? (await asked()),
    keep: async () => {
      if (asked.result !== undefined) await keepFingerprints(parts, description, await asked.result);
    },
  };
}

/**
 * @param editBefore where an earlier run kept something: what the source says by now, which is something else.
 * What did not change since is told by fingerprints.
 */
function asked(parts: SurveyParts, wanted: CatalogueWanted | null, editBefore: string | null | undefined): Survey {
  const { source, cache, settings } = parts;
  const { connectome } = source;
  // Everything that needs no other answer is asked at once: each question after another is a round trip. The
  // description goes first, since the others may wait for the dataset's label that comes with it.
  const description = source.ask('describe', (ask) => connectome.describe(ask));
  const sizes = once(() => source.ask('type sizes', (ask) => connectome.typeSizes(ask)));
  const fingerprints = once(() => askFingerprints(parts));
  const rows = wanted && fetchCatalogue(source, wanted.properties, sizes, wanted.compare);
  const early: Promise<unknown>[] = [description];
  if (rows) early.push(rows);
  if (editBefore !== undefined && !settings.quick) early.push(fingerprints());
  if (!settings.quick) early.push(sizes());
  // Each is waited for by somebody; until then a failure of theirs is nobody's.
  for (const promise of early) promise.catch(() => undefined);
  // Without an earlier run the description is the first thing asked, but not answered before the others are sent.
  const edit = description.then((described) => (editBefore === undefined ? described.edit : editBefore));
  edit.catch(() => undefined);
  return {
    isUnchanged: false,
    description,
    edit,
    rows: rows ?? Promise.resolve([]),
    sizes,
    fingerprints,
    keep: async () => {
      if (!rows) return;
      const described = { ...(await description), edit: await edit };
      const catalogue = { edit: described.edit, ...keptRowsOf(await rows, wanted.properties) };
      await cache.setMany(
        new Map<string, unknown>([
          [descriptionKey(connectome.id), described],
          [catalogueKey(nameWithTag(described), connectome.id), catalogue],
        ]),
      );
      if (fingerprints.result !== undefined) await keepFingerprints(parts, described, await fingerprints.result);
    },
  };
}

async function askFingerprints({ source, settings }: SurveyParts): Promise<Fingerprints | null> {
  if (settings.offline) return null;
  return await source.ask('fingerprints', (ask) => source.connectome.fingerprints(ask));
}

async function keepFingerprints(
  { source, cache }: SurveyParts,
  description: DatasetDescription,
  fingerprints: Fingerprints | null,
): Promise<void> {
  if (fingerprints === null) return;
  const key = fingerprintsKey(nameWithTag(description), source.connectome.id);
  await cache.set(key, { edit: description.edit, types: [...fingerprints.keys()], texts: [...fingerprints.values()] });
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

/** null unless description and catalogue are there and of one edit. */
async function readKept({ source, cache }: SurveyParts, properties: readonly string[]): Promise<Kept | null> {
  const { id } = source.connectome;
  const description = keptDescription.safeParse(await cache.get(descriptionKey(id))).data;
  if (description === undefined) return null;
  const { edit } = description;
  const dataset = nameWithTag(description);
  const [catalogue, prints] = await cache.getMany([catalogueKey(dataset, id), fingerprintsKey(dataset, id)]);
  const rows = edited.safeParse(catalogue).data?.edit === edit ? rowsIn(catalogue, properties) : null;
  if (rows === null) return null;
  return { description, rows, fingerprints: fingerprintsIn(prints, edit) };
}

function fingerprintsIn(kept: unknown, edit: string | null): Fingerprints | null {
  const { data } = keptFingerprints.safeParse(kept);
  if (data?.edit !== edit || data.types.length !== data.texts.length) return null;
  return new Map(data.types.map((type, i) => [type, data.texts[i] as string]));
}
