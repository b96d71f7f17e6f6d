/** A catalogue as it is kept: by columns, each with its distinct values, since most properties are absent throughout. */
import { z } from 'zod';
import type { CatalogueRow } from '../connectome/connectome.ts';

const numbers = z.array(z.int().min(0));

/** Which of `values` each row has, counted from 1; 0: none. */
const column = z.object({ values: z.array(z.string()), at: numbers });

const keptRows = z.object({
  types: column,
  cells: numbers,
  pre: numbers,
  post: numbers,
  /** Each with its name; null where it is absent throughout. */
  properties: z.array(z.tuple([z.string(), column.nullable()])),
});

export type KeptRows = z.infer<typeof keptRows>;

export function keptRowsOf(rows: readonly CatalogueRow[], properties: readonly string[]): KeptRows {
  return {
    types: columnOf(rows.map(({ type }) => type)) ?? { values: [], at: rows.map(() => 0) },
    cells: rows.map(({ cells }) => cells),
    pre: rows.map(({ pre }) => pre),
    post: rows.map(({ post }) => post),
    properties: properties.map((name, i) => [name, columnOf(rows.map(({ values }) => values[i] ?? null))]),
  };
}

/**
 * @param wanted properties, each of which a row has a value of, in this order
 * @returns null if it is no catalogue, or one without some of them
 */
export function rowsIn(kept: unknown, wanted: readonly string[]): CatalogueRow[] | null {
  const { data } = keptRows.safeParse(kept);
  if (!data) return null;
  const { types, cells, pre, post } = data;
  const byName = new Map(data.properties);
  if (!wanted.every((name) => byName.has(name))) return null;
  const properties = wanted.map((name) => byName.get(name) ?? null);
  const columns = [types, ...properties.filter((property) => property !== null)];
  const isWhole = [pre, post, ...columns.map(({ at }) => at)].every(({ length }) => length === cells.length);
  if (!isWhole || !columns.every(({ values, at }) => at.every((i) => i <= values.length))) return null;
  return cells.map((count, row) => ({
    type: valueAt(types, row),
    cells: count,
    pre: pre[row] as number,
    post: post[row] as number,
    values: properties.map((property) => (property === null ? null : valueAt(property, row))),
  }));
}

/** The properties that its rows have values of. */
export function propertiesIn(kept: unknown): string[] {
  return keptRows.safeParse(kept).data?.properties.map(([name]) => name) ?? [];
}

function columnOf(cells: readonly (string | null)[]): z.infer<typeof column> | null {
  const numberOf = new Map<string, number>();
  const at = cells.map((cell) => {
    if (cell === null) return 0;
    const number = numberOf.get(cell) ?? numberOf.size + 1;
    numberOf.set(cell, number);
    return number;
  });
  return numberOf.size === 0 ? null : { values: [...numberOf.keys()], at };
}

function valueAt({ values, at }: z.infer<typeof column>, row: number): string | null {
  return values[(at[row] as number) - 1] ?? null;
}
