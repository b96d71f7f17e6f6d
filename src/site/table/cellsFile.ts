/**
 * The cells of all types as they travel to the pages (assets/cells.js): bodyIds and instances, far shorter than their
 * texts. Written at build time, read in the browser where somebody searches by them.
 */

import type { Cell, CellsByType } from '../../catalog/catalog.ts';
import { addUse, positionsByUse, type Uses } from '../uses.ts';
import { createPacker, unpackNumbers } from './packing.ts';

export const CELLS_PATH = 'assets/cells.js';

/** The global variable that assets/cells.js sets. */
export const CELLS_GLOBAL = 'neurodexCells';

/** How such a file begins. */
export const CELLS_BEGINNING: string = `var ${CELLS_GLOBAL} = `;

/**
 * A bodyId is a head and a tail, its last 9 digits: so ids of any length are exact, and the 137,677 of FlyWire, with
 * 18 digits each, have two heads in common. The head is the empty text where an id has no more digits than that.
 */
const TAIL_DIGITS = 9;
const TAILS = 10 ** TAIL_DIGITS;

/** How an instance is told by its pattern: as the type's name with something after it, which most are, or in full. */
const AFTER_NAME = '+';
const IN_FULL = '=';

/** Types are told by their position in the natural order of the names, as in assets/data.js. */
export interface CellColumns {
  /** The most frequent first. */
  heads: string[];
  /** The least tail with each head. */
  tails: number[];
  /**
   * For each type how many cells, 0 where they are not known; then for each cell, by id, how much its tail is above the
   * last one's, plus 1. Where a cell has another head: 0, the position of the head, and how much its tail is above the
   * least one with it. A type begins as if after the least tail with the first head.
   */
  ids: string;
  patterns: string[];
  /** For each cell in the order of `ids`: 0 = it has no instance, else 1 + position in `patterns`. */
  instances: string;
  /** Why the cells of a type are not known, by its position. */
  failed: [type: number, reason: string][];
}

/** Those of type `t` are the cells `starts[t]` up to, not including, `starts[t + 1]`, by bodyId as a number. */
export interface Cells {
  names: readonly string[];
  starts: Uint32Array;
  heads: readonly string[];
  /** Position in `heads`. */
  head: Uint32Array;
  tail: Uint32Array;
  patterns: readonly string[];
  /** Position in `patterns`, plus 1; 0 = none. */
  instance: Uint32Array;
  failed: ReadonlyMap<number, string>;
}

function cut(bodyId: string): { head: string; tail: number } {
  return { head: bodyId.slice(0, -TAIL_DIGITS), tail: Number(bodyId.slice(-TAIL_DIGITS)) };
}

function joined(head: string, tail: number): string {
  return head === '' ? String(tail) : head + String(tail).padStart(TAIL_DIGITS, '0');
}

function patternOf(name: string, instance: string): string {
  return instance.startsWith(name) ? AFTER_NAME + instance.slice(name.length) : IN_FULL + instance;
}

/** @param names of the types, in the order in which they are told; each has cells, or an error in their place */
export function cellColumns(names: readonly string[], cellsByType: CellsByType): CellColumns {
  const cells = names.map((name) => cellsByType.get(name) as readonly Cell[] | Error);
  const known = (type: number): readonly Cell[] => (cells[type] instanceof Error ? [] : (cells[type] as Cell[]));
  const headUses: Uses = new Map();
  const patternUses: Uses = new Map();
  const least = new Map<string, number>();
  names.forEach((name, type) => {
    for (const { bodyId, instance } of known(type)) {
      const { head, tail } = cut(bodyId);
      addUse(headUses, head);
      least.set(head, Math.min(tail, least.get(head) ?? TAILS));
      if (instance !== null) addUse(patternUses, patternOf(name, instance));
    }
  });
  const heads = positionsByUse(headUses);
  const patterns = positionsByUse(patternUses);
  const [firstHead = ''] = heads.keys();
  const ids = createPacker();
  const instances = createPacker();
  names.forEach((name, type) => {
    let [lastHead, lastTail] = [firstHead, least.get(firstHead) ?? 0];
    ids.add(known(type).length);
    for (const { bodyId, instance } of known(type)) {
      const { head, tail } = cut(bodyId);
      if (head === lastHead) ids.add(tail - lastTail + 1);
      else for (const number of [0, heads.get(head), tail - (least.get(head) as number)]) ids.add(number as number);
      [lastHead, lastTail] = [head, tail];
      instances.add(instance === null ? 0 : 1 + (patterns.get(patternOf(name, instance)) as number));
    }
  });
  return {
    heads: [...heads.keys()],
    tails: [...heads.keys()].map((head) => least.get(head) as number),
    ids: ids.text(),
    patterns: [...patterns.keys()],
    instances: instances.text(),
    failed: cells.flatMap((own, type): CellColumns['failed'] => (own instanceof Error ? [[type, own.message]] : [])),
  };
}

/** @param names of the types, in the order in which they were told */
export function cellsFromColumns(columns: CellColumns, names: readonly string[]): Cells {
  const numbers = unpackNumbers(columns.ids);
  const instance = Uint32Array.from(unpackNumbers(columns.instances));
  const starts = new Uint32Array(names.length + 1);
  const head = new Uint32Array(instance.length);
  const tail = new Uint32Array(instance.length);
  let at = 0;
  let cell = 0;
  for (let type = 0; type < names.length; type++) {
    let [lastHead, lastTail] = [0, columns.tails[0] ?? 0];
    const end = cell + (numbers[at++] as number);
    for (; cell < end; cell++) {
      const step = numbers[at++] as number;
      if (step > 0) lastTail += step - 1;
      else {
        lastHead = numbers[at++] as number;
        lastTail = (columns.tails[lastHead] as number) + (numbers[at++] as number);
      }
      head[cell] = lastHead;
      tail[cell] = lastTail;
    }
    starts[type + 1] = end;
  }
  const { heads, patterns } = columns;
  return { names, starts, heads, head, tail, patterns, instance, failed: new Map(columns.failed) };
}

export function bodyIdOf({ heads, head, tail }: Cells, cell: number): string {
  return joined(heads[head[cell] as number] as string, tail[cell] as number);
}

/** @param pattern as in Cells.instance */
export function instanceBy({ names, patterns }: Cells, type: number, pattern: number): string | null {
  const text = patterns[pattern - 1];
  if (text === undefined) return null;
  return text.startsWith(AFTER_NAME) ? (names[type] as string) + text.slice(1) : text.slice(1);
}

/** Whether a bodyId begins with these digits, told without making its text. */
export type BeginsWith = (head: number, tail: number) => boolean;

/** @param digits at least one */
export function bodyIdBeginsWith({ heads }: Cells, digits: string): BeginsWith {
  const rangesOf = (head: string): [from: number, below: number][] => {
    if (head.startsWith(digits)) return [[0, TAILS]];
    if (!digits.startsWith(head)) return [];
    const rest = digits.slice(head.length);
    // No id has a zero in front, but 0 itself.
    if (head === '' && rest.startsWith('0')) return rest === '0' ? [[0, 1]] : [];
    const ranges: [number, number][] = [];
    // Below a head all tails have 9 digits; without one, an id has as many as it has.
    for (let length = head === '' ? rest.length : TAIL_DIGITS; length <= TAIL_DIGITS; length++) {
      if (rest.length > length) break;
      const unit = 10 ** (length - rest.length);
      ranges.push([Number(rest) * unit, (Number(rest) + 1) * unit]);
    }
    return ranges;
  };
  const byHead = heads.map(rangesOf);
  return (head, tail) => {
    const ranges = byHead[head] as [number, number][];
    for (const [from, below] of ranges) if (tail >= from && tail < below) return true;
    return false;
  };
}
