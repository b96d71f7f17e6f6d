/** The description and the catalogue of a dataset: from the cache where its edit says that they still hold, else from the source. */
import type { Cache } from '../cache/twoLevel.ts';
import { uniqueName } from '../cache/uniqueName.ts';
import type { Clock } from '../clock.ts';
import type { CatalogueRow, DatasetDescription, Fingerprints, TypeSize } from '../connectome/connectome.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { fetchCatalogue } from './catalogue.ts';
import { createKeptSurvey, type KeptDescription } from './keptSurvey.ts';
import { once } from './once.ts';
import type { Source } from './source.ts';

export interface SurveyParts {
  source: Source;
  cache: Cache;
  settings: Settings;
  clock: Clock;
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
   * What answers are stamped with that are asked for from now on: an edit that was read before them, so that one which
   * comes between is one that the next run finds changed; or a name of their own.
   */
  state: Promise<string>;
  /** The catalogue, to be called once: it is not held beyond that. Empty where none was wanted. */
  rows(): Promise<readonly CatalogueRow[]>;
  /** Of the catalogue as it is kept, once rows() has given it: another one whenever one is kept. */
  id(): string;
  /** Every type with its cells; in a cold run they are there before the rows. */
  sizes(): Promise<readonly TypeSize[]>;
  /** The types of the edit that was kept before this one; empty where none was, or nothing changed. */
  typesBefore(): Promise<ReadonlySet<string>>;
  /** As of the state; null where the source has none. */
  fingerprints(): Promise<Fingerprints | null>;
  /** Resolves when what was asked for is kept. */
  kept(): Promise<void>;
}

const OFFLINE_LACKS = '--offline: the cache holds no catalogue of';
const HOW_TO_FILL = 'build or warm once without --offline.';

/**
 * @param wanted null: no catalogue is asked for, types and their cells are enough
 * @throws ConfigError if nothing may be asked and the cache lacks something
 */
export async function surveyDataset(parts: SurveyParts, wanted: CatalogueWanted | null): Promise<Survey> {
  const { source, cache, settings } = parts;
  const { connectome } = source;
  const kept = await createKeptSurvey(cache, connectome.id).description();
  if (settings.offline && kept === null) throw new ConfigError(`${OFFLINE_LACKS} ${connectome.id}; ${HOW_TO_FILL}`);
  if (kept === null) return surveyAsked(parts, wanted, null, null);
  if (settings.offline) return surveyKept(parts, wanted, kept);
  // Most runs find nothing changed: the edit alone tells, and whatever else was asked with it would be for nothing.
  const edit = kept.edit === null ? null : await source.ask('edit', (ask) => connectome.edit(ask));
  return edit !== null && edit === kept.edit ? surveyKept(parts, wanted, kept) : surveyAsked(parts, wanted, kept, edit);
}

/** Everything that is kept still holds; what is not there after all is asked for when it is wanted. */
function surveyKept(parts: SurveyParts, wanted: CatalogueWanted | null, description: KeptDescription): Survey {
  const { source, cache, settings, clock } = parts;
  const kept = createKeptSurvey(cache, source.connectome.id);
  let { id } = description;
  const asking = questions(parts, wanted, async () => ({ ...description, id }));

  const catalogue = once(async () => {
    const held = await kept.rows(description, wanted?.properties ?? []);
    if (held === null && settings.offline)
      throw new ConfigError(
        `${OFFLINE_LACKS} ${source.connectome.id} with all that the preset ${settings.preset} reads; ${HOW_TO_FILL}`,
      );
    if (held !== null) return { rows: held, sizes: sizesOf(held) };
    if (wanted === null) return { rows: [], sizes: await asking.sizes() };
    id = uniqueName(clock.random);
    // With what another preset reads: each would otherwise undo what the other kept.
    const rows = await asking.rows(await kept.properties(description));
    return { rows, sizes: sizesOf(rows) };
  });
  const fingerprints = once(async () => {
    const held = await kept.fingerprints(description);
    return held === null && !settings.offline ? await asking.fingerprints() : held;
  });
  return {
    isUnchanged: true,
    description: Promise.resolve(description),
    state: Promise.resolve(description.state),
    async rows() {
      const known = await catalogue();
      const { rows } = known;
      known.rows = [];
      return rows;
    },
    id: () => id,
    sizes: async () => (await catalogue()).sizes,
    typesBefore: async () => new Set(),
    fingerprints,
    kept: asking.kept,
  };
}

/**
 * Everything is asked for that needs no other answer, at once: each question after another is a round trip. The
 * description goes first, since the others may wait for the dataset's label that comes with it.
 * @param before what an earlier run kept
 * @param editBefore what the source said of its edit before it was asked for anything else; null if that is not known
 */
function surveyAsked(
  parts: SurveyParts,
  wanted: CatalogueWanted | null,
  before: KeptDescription | null,
  editBefore: string | null,
): Survey {
  const { source, cache, settings, clock } = parts;
  const { connectome } = source;
  // Read before the new catalogue takes its place.
  const rowsBefore = before && createKeptSurvey(cache, connectome.id).rows(before, []);
  const id = uniqueName(clock.random);
  let tries = 0;
  let isDescribed = false;
  const description = source.ask('describe', async (ask) => {
    tries++;
    const answer = await connectome.describe(ask);
    isDescribed = true;
    return answer;
  });
  const state = description.then(({ edit }) => editBefore ?? edit ?? id);
  const asKept = async (): Promise<KeptDescription> => {
    // The catalogue was asked for together with the description: an edit before that was read may have come after it.
    const isInOrder = connectome.isEmbedded || (isDescribed && tries === 1);
    const described = await description;
    const edit = editBefore ?? (isInOrder ? described.edit : null);
    return { ...described, edit, state: edit ?? id, id };
  };
  const typesBefore = async (): Promise<ReadonlySet<string>> => {
    const [rows, { name }] = [await rowsBefore, await description];
    // A server may hold another dataset than it did.
    return new Set(name === before?.name ? rows?.flatMap(({ type }) => type ?? []) : []);
  };
  const asking = questions(parts, wanted, asKept);
  let rows: Promise<readonly CatalogueRow[]> | null = asking.rows();
  const early: Promise<unknown>[] = [description, state, rows];
  if (!settings.quick) early.push(asking.sizes());
  // They tell what did not change since.
  if (!settings.quick && before !== null && wanted !== null) early.push(asking.fingerprints());
  // Each is waited for by somebody; until then a failure of theirs is nobody's.
  for (const promise of early) promise.catch(() => undefined);
  return {
    isUnchanged: false,
    description,
    state,
    rows() {
      const taken = rows ?? asking.rows();
      rows = null;
      return taken;
    },
    id: () => id,
    sizes: asking.sizes,
    typesBefore,
    fingerprints: asking.fingerprints,
    kept: asking.kept,
  };
}

/** The questions about a dataset as a whole; what they give is kept as soon as it is there. */
interface Questions {
  /** @param more properties that are to be kept, too */
  rows(more?: readonly string[]): Promise<readonly CatalogueRow[]>;
  /** Asked once. */
  sizes(): Promise<readonly TypeSize[]>;
  /** Asked once. */
  fingerprints(): Promise<Fingerprints | null>;
  kept(): Promise<void>;
}

/** @param asKept the description that they go with; called as an answer arrives */
function questions(
  { source, cache }: SurveyParts,
  wanted: CatalogueWanted | null,
  asKept: () => Promise<KeptDescription>,
): Questions {
  const { connectome } = source;
  const kept = createKeptSurvey(cache, connectome.id);
  const writes: Promise<void>[] = [];
  const keep = (write: (description: KeptDescription) => Promise<void>): void => {
    // Without a description there is nothing to keep: whoever waits for that is told.
    const written = asKept().then(write, () => undefined);
    // Waited for in the end; until then a failure of it is nobody's.
    written.catch(() => undefined);
    writes.push(written);
  };
  const sizes = once(() => source.ask('type sizes', (ask) => connectome.typeSizes(ask)));
  return {
    sizes,
    async rows(more = []) {
      if (wanted === null) return [];
      const properties = [...new Set([...wanted.properties, ...more])];
      const rows = await fetchCatalogue(source, properties, sizes, wanted.compare);
      keep((description) => kept.keepRows(description, rows, properties));
      const { length } = wanted.properties;
      return properties.length === length ? rows : rows.map((row) => ({ ...row, values: row.values.slice(0, length) }));
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
