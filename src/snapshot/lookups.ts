/** The lookups that take a dataset home: each batch is checked and written before it counts as answered. */
import type { Ask, TypedAnswer } from '../connectome/connectome.ts';
import type { BodyRange, WholeDataset, WholeRow } from '../connectome/cypher/wholeDataset.ts';
import { runBatch } from '../lookup/batch.ts';
import type { Guess, TunedLookup } from '../lookup/tunedLoader.ts';
import type { Part, PartRow, PartTable } from './parts.ts';
import { keptValue } from './values.ts';

/** What is asked for in parts, by ranges of cells or by types. */
export interface PartLookup {
  name: string;
  table: PartTable;
  guess: Guess;
  /** What its weights count, and the most of them in one reply. */
  unit: string;
  most: number;
  ask(keys: readonly string[], ask: Ask): Promise<TypedAnswer<WholeRow>>;
  /** How the keys of its parts begin. */
  prefix: string;
  /** A row as it is kept. */
  kept(values: readonly unknown[], key: string): PartRow;
}

/** A cell is 1 to 10 kB, most of it roiInfo: a reply stays below 5 MB. */
const MOST_CELLS = 500;
/** Rows of three numbers. */
const MOST_CONNECTIONS = 10_000;

/** @param rangeOf a range by its name */
export function partLookups(
  whole: WholeDataset,
  rangeOf: (key: string) => BodyRange,
): Readonly<Record<'counts' | 'bodies' | 'types' | 'untyped', PartLookup>> & {
  cells(properties: readonly string[]): PartLookup;
} {
  const ranges = (keys: readonly string[]): BodyRange[] => keys.map(rangeOf);
  return {
    cells: (properties) => ({
      name: 'cells',
      table: 'cell',
      guess: { aMs: 8, bMsPerUnit: 0.05 },
      unit: 'cells',
      most: MOST_CELLS,
      ask: (keys, ask) => whole.cells(ranges(keys), properties, ask),
      prefix: '',
      kept: ([bodyId, roiInfo, ...values]) => [bodyId as string, roiInfo as string | null, ...values.map(keptValue)],
    }),
    counts: {
      name: 'numbers of connections',
      table: 'connection_count',
      guess: { aMs: 8, bMsPerUnit: 0.05 },
      unit: 'cells',
      most: 40 * MOST_CELLS,
      ask: (keys, ask) => whole.connectionCounts(ranges(keys), ask),
      prefix: '',
      kept: ([, ...counts]) => textsOf(counts),
    },
    bodies: {
      name: 'connections',
      table: 'body_connection',
      guess: { aMs: 8, bMsPerUnit: 0.003 },
      unit: 'connections',
      most: MOST_CONNECTIONS,
      ask: (keys, ask) => whole.bodyConnections(ranges(keys), ask),
      prefix: '',
      kept: textsOf,
    },
    types: {
      name: 'connections of types',
      table: 'type_connection',
      guess: { aMs: 8, bMsPerUnit: 0.1 },
      unit: 'cells',
      most: MOST_CELLS,
      ask: (keys, ask) => whole.typeConnections(keys, ask),
      prefix: 'type ',
      kept: (values, type) => [type, ...textsOf(values)],
    },
    untyped: {
      name: 'connections of cells without a type',
      table: 'type_connection',
      guess: { aMs: 8, bMsPerUnit: 0.1 },
      unit: 'cells',
      most: MOST_CELLS,
      ask: (keys, ask) => whole.untypedConnections(ranges(keys), ask),
      prefix: 'range ',
      kept: (values) => [null, ...textsOf(values)],
    },
  };
}

function textsOf(values: readonly unknown[]): PartRow {
  return values.map((value) => (value === null ? null : String(value)));
}

/**
 * @param land writes parts
 * @param expected what each key counts; an answer of more or less is asked for again
 */
export function landing(
  { name, guess, unit, most, ask, prefix, kept }: PartLookup,
  expected: ReadonlyMap<string, number>,
  land: (parts: readonly Part[]) => Promise<void>,
): TunedLookup<WholeRow, true> {
  const lookup = {
    name,
    unit,
    ask,
    valueOf: (rows: readonly WholeRow[], key: string): Part => ({
      key: `${prefix}${key}`,
      rows: rows.map(({ values }) => kept(values, key)),
    }),
  };
  return {
    name,
    guesses: { server: guess },
    unit,
    mostInBatch: most,
    async ask(keys, { way: _, ...options }) {
      const { values, answer } = await runBatch(lookup, keys, {
        ...options,
        cellsOf: (key) => expected.get(key) ?? null,
      });
      await land([...values.values()]);
      return { ...answer, value: [] };
    },
    valueOf: () => true,
  };
}
