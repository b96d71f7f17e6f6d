/** In which form the answers to a lookup are kept: a short text a type. */
import { z } from 'zod';
import type { CellRow, PartnerRow, RoiCountRow } from '../connectome/connectome.ts';
import { DecodeError } from '../errors.ts';

export const ROI_COUNTS = 'ROI counts';
export const PARTNERS = 'partners';
export const CELLS = 'cells';

export interface KeptForm<Answer> {
  /** Of the lookup. */
  name: string;
  /** Raised when the meaning or the text of its answers changes. */
  version: number;
  /** What else decides what its answers are. */
  variant: string;
  /** Whether an answer outlives an edit that left its type's fingerprint alone; if not, every edit ends all of them. */
  hasFingerprints: boolean;
  textOf(answer: Answer): string;
  /** @throws DecodeError for a text that is none of its own */
  answerIn(text: string, type: string): Answer;
  /** For people: what it says, each by what it is about. */
  shown(answer: Answer): ReadonlyMap<string, string>;
}

/**
 * Numbers only: position of the ROI, pre, post, and so on.
 * @param rois the primary ROIs; counts are of these
 * @param digest of the dataset's ROI lists and totals
 */
export function roiCountsForm(rois: readonly string[], digest: string): KeptForm<readonly RoiCountRow[]> {
  const position = new Map(rois.map((roi, i) => [roi, i]));
  return {
    name: ROI_COUNTS,
    version: 1,
    variant: digest,
    hasFingerprints: true,
    // Put together by hand: JSON.stringify of one list takes twice as long, 1 s for 100,000 types.
    textOf: (rows) => `[${rows.map(({ roi, pre, post }) => `${position.get(roi)},${pre},${post}`).join()}]`,
    answerIn(text, type) {
      const numbers = parsed(text);
      if (!isCounts(numbers) || numbers.length % 3 !== 0) throw notKept(text);
      const rows: RoiCountRow[] = [];
      for (let i = 0; i < numbers.length; i += 3) {
        const [at, pre, post] = numbers.slice(i, i + 3) as [number, number, number];
        const roi = rois[at];
        if (roi === undefined) throw notKept(text);
        rows.push({ type, roi, pre, post });
      }
      return rows;
    },
    shown: (rows) => new Map(rows.map(({ roi, pre, post }) => [roi, `${pre} pre, ${post} post`])),
  };
}

const count = z.int().min(0);
const partners = z.array(z.tuple([z.enum(['upstream', 'downstream']), z.string().nullable(), count, count]));

export function partnersForm(): KeptForm<readonly PartnerRow[]> {
  return {
    name: PARTNERS,
    version: 1,
    variant: '',
    // A cell that is given another type changes the partners of types that it does not belong to.
    hasFingerprints: false,
    textOf: (rows) =>
      JSON.stringify(rows.map(({ direction, partner, pairs, weight }) => [direction, partner, pairs, weight])),
    answerIn(text, type) {
      const { data } = partners.safeParse(parsed(text));
      if (!data) throw notKept(text);
      return data.map(([direction, partner, pairs, weight]) => ({ type, direction, partner, pairs, weight }));
    },
    shown: (rows) =>
      new Map(
        rows.map(({ direction, partner, pairs, weight }) => [
          `${direction} ${partner === null ? '(no type)' : JSON.stringify(partner)}`,
          `weight ${weight}, pairs ${pairs}`,
        ]),
      ),
  };
}

const cells = z.tuple([z.array(z.string()), z.array(z.string().nullable())]);

/** bodyIds, then instances in the same order. */
export function cellsForm(): KeptForm<readonly CellRow[]> {
  return {
    name: CELLS,
    version: 1,
    variant: '',
    // Fingerprints are of what ROI counts are made of: an instance that was renamed leaves them as they are.
    hasFingerprints: false,
    textOf: (rows) => JSON.stringify([rows.map(({ bodyId }) => bodyId), rows.map(({ instance }) => instance)]),
    answerIn(text, type) {
      const { data } = cells.safeParse(parsed(text));
      if (!data || data[0].length !== data[1].length) throw notKept(text);
      const [bodyIds, instances] = data;
      return bodyIds.map((bodyId, i) => ({ type, bodyId, instance: instances[i] ?? null }));
    },
    shown: (rows) =>
      new Map(
        rows.map(({ bodyId, instance }) => [
          `bodyId ${bodyId}`,
          instance === null ? 'no instance' : JSON.stringify(instance),
        ]),
      ),
  };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((number) => Number.isSafeInteger(number) && number >= 0);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notKept(text);
  }
}

function notKept(text: string): DecodeError {
  return new DecodeError(`Expected an answer as it was kept, got ${JSON.stringify(text.slice(0, 40))}.`);
}
