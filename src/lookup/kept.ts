/** Loads types from what is kept of a lookup, and from the source what is not; what lands is kept at once. */
import { type KeptAnswers, openAnswers, type Stamp, type StampedAnswer } from '../cache/answers.ts';
import type { Fingerprints } from '../connectome/connectome.ts';
import { ConfigError } from '../errors.ts';
import type { KeptTypes } from '../report.ts';
import { thousands } from '../text.ts';
import type { BatchResult } from './batch.ts';
import type { KeptForm } from './keptForms.ts';
import { loadAll } from './loadAll.ts';
import type { Loader } from './loader.ts';
import { type TunedLookup, type TunedParts, withTunedLoader } from './tunedLoader.ts';

/** What is known of the dataset by now. */
export interface Dataset {
  /** Name with tag. */
  name: string;
  /** What answers from now on are stamped with. */
  state: string;
  /** Of every type, also of those that are not wanted. */
  cells: ReadonlyMap<string, number>;
  /** The types as they were before the last edit; empty where that is not known, or there was none. */
  typesBefore(): Promise<ReadonlySet<string>>;
  /** As of that state; asked for only where something is kept of another one. */
  fingerprints(): Promise<Fingerprints | null>;
}

/** What is kept of a lookup, as far as it still holds. */
export interface HeldAnswers<Answer> {
  answers: KeptAnswers;
  readonly types: readonly string[];
  /** Answers of another state were held against fingerprints of this one. */
  isCompared: boolean;
  /** Once for each type. undefined where nothing is kept that holds. */
  of(type: string): Answer | undefined;
}

export async function openHeld<Answer>(
  form: KeptForm<Answer>,
  { name, state, cells, fingerprints }: Dataset,
  { source, cache, clock }: TunedParts,
): Promise<HeldAnswers<Answer>> {
  const { id } = source.connectome;
  const variant = `${form.version} ${form.variant}`;
  const answers = await openAnswers(cache, { dataset: name, source: id, lookup: form.name, variant }, clock.random);
  const isOther = [...answers.states].some((kept) => kept !== state);
  const prints = form.hasFingerprints && isOther ? await fingerprints() : null;
  const holds = (type: string, stamp: Stamp): boolean => {
    if (!cells.has(type)) return false;
    return stamp.state === state || (stamp.fingerprint !== null && stamp.fingerprint === prints?.get(type));
  };
  const texts = answers.select(holds, state);
  return {
    answers,
    types: [...texts.keys()],
    isCompared: prints !== null,
    of(type) {
      const text = texts.get(type);
      // Read once: what it becomes is larger.
      texts.delete(type);
      if (text === undefined) return undefined;
      try {
        return form.answerIn(text, type);
      } catch {
        cache.damaged(`${form.name} of ${JSON.stringify(type)}`);
        return undefined;
      }
    },
  };
}

/**
 * @param wanted types and their cells
 * @param lookupOf asked for only if something is not kept
 * @param amountOf what is wanted of an answer; answers are not held beyond that
 * @throws ConfigError if nothing may be asked and the cache lacks types; what loadAll throws
 */
export async function loadKept<Row extends { type: string }, Answer, Value>(
  form: KeptForm<Answer>,
  lookupOf: () => Promise<TunedLookup<Row, Answer>>,
  wanted: ReadonlyMap<string, number>,
  amountOf: (answer: Answer) => Value,
  dataset: Dataset,
  parts: TunedParts,
): Promise<Map<string, Value | Error>> {
  const { settings, run, signal } = parts;
  const held = await openHeld(form, dataset, parts);
  const { answers, of } = held;
  const values = new Map<string, Value | Error>();
  const missing = new Map<string, number>();
  for (const [type, cells] of wanted) {
    const answer = of(type);
    if (answer === undefined) missing.set(type, cells);
    else values.set(type, amountOf(answer));
  }
  const onLanded = ({ values, answer }: BatchResult<Answer>): void => {
    const landed = [...values].map(([type, value]): [string, StampedAnswer] => [
      type,
      { text: form.textOf(value), fingerprint: answer.fingerprints?.get(type) ?? null },
    ]);
    answers.keep(new Map(landed), dataset.state);
  };
  const load = (loader: Loader<Answer>): Promise<Map<string, Value | Error>> =>
    loadAll({ load: async (type) => amountOf(await loader.load(type)) }, missing, signal, values.size > 0);
  try {
    // Others end with every edit: they cannot tell what became of the types.
    if (form.hasFingerprints && answers.types.size > 0)
      run.report.kept = await keptTypes(held, missing, values.size, dataset);
    if (missing.size > 0) {
      if (settings.offline) throw new ConfigError(lacking(form.name, [...missing.keys()], wanted.size));
      const loaded = await withTunedLoader(await lookupOf(), missing, parts, load, onLanded);
      for (const [type, value] of loaded) values.set(type, value);
    }
    // Of some types only: what is kept of the others is all there is.
    if (settings.fresh && wanted.size === dataset.cells.size) answers.dropOld();
  } finally {
    // Also of a run that ends here: the next one carries on from what it kept.
    await answers.written();
  }
  return values;
}

async function keptTypes(
  { answers, isCompared }: HeldAnswers<unknown>,
  missing: ReadonlyMap<string, number>,
  unchanged: number,
  { cells, typesBefore }: Dataset,
): Promise<KeptTypes> {
  const before = await typesBefore();
  const types = [...missing.keys()];
  const changed = isCompared ? types.filter((type) => answers.types.has(type)).length : 0;
  const added = before.size === 0 ? 0 : types.filter((type) => !before.has(type) && !answers.types.has(type)).length;
  const gone = [...before].filter((type) => !cells.has(type)).length;
  return { unchanged, changed, added, gone, asked: missing.size - changed - added };
}

function lacking(lookup: string, types: readonly string[], of: number): string {
  const named = types.slice(0, 3).map((type) => JSON.stringify(type));
  return `--offline: the cache lacks the ${lookup} of ${thousands(types.length)} of ${thousands(of)} types (${named.join(', ')}${types.length > 3 ? ', …' : ''}); build or warm once without --offline.`;
}
