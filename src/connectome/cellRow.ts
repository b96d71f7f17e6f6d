/** A cell as any source gives it. */
import { DecodeError } from '../errors.ts';
import type { CellRow } from './connectome.ts';

const BODY_ID = /^(0|[1-9][0-9]*)$/;

/** @throws DecodeError if the bodyId is no whole number, which is how cells are told apart */
export function cellRow(type: string, bodyId: unknown, instance: string | null): CellRow {
  if (typeof bodyId === 'string' && BODY_ID.test(bodyId)) return { type, bodyId, instance };
  throw new DecodeError(
    `Type ${JSON.stringify(type)}: expected the bodyId of each cell to be a whole number, got ${JSON.stringify(bodyId ?? null)}.`,
  );
}

/** How many cells of each type there are among the rows. */
export function cellsIn(rows: readonly CellRow[]): Map<string, number> {
  const cells = new Map<string, number>();
  for (const { type } of rows) cells.set(type, (cells.get(type) ?? 0) + 1);
  return cells;
}
