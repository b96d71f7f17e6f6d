/** One batch: asks for many types at once and gives each its own rows. */
import type { Answer, Ask } from '../connectome/connectome.ts';
import { QueryError } from '../errors.ts';

/** A question that is asked for many types at once. Its rows carry their type; a type may have none. */
export interface Lookup<Row extends { type: string }, Value> {
  /** For messages and the report. */
  name: string;
  ask(types: readonly string[], ask: Ask): Promise<Answer<Row[]>>;
  /** What a type's rows, in no order, amount to. */
  valueOf(rows: readonly Row[], type: string): Value;
}

/**
 * One value a type, all of them or none.
 * @throws QueryError if the answer names a type that was not asked for; whatever the lookup throws
 */
export async function runBatch<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  types: readonly string[],
  ask: Ask,
): Promise<{ values: Map<string, Value>; answer: Answer<Row[]> }> {
  const answer = await lookup.ask(types, ask);
  const rowsOf = new Map<string, Row[]>(types.map((type) => [type, []]));
  for (const row of answer.value) {
    const rows = rowsOf.get(row.type);
    if (!rows)
      throw new QueryError(
        `${lookup.name}: asked for ${types.length} types, got a row of ${JSON.stringify(row.type)}, which is none of them.`,
      );
    rows.push(row);
  }
  const values = new Map<string, Value>();
  for (const [type, rows] of rowsOf) values.set(type, lookup.valueOf(rows, type));
  return { values, answer };
}
