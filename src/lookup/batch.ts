/** One batch: asks for many types at once, gives each its own rows, and checks that the answer is whole. */
import type { Answer, Ask, Fingerprints } from '../connectome/connectome.ts';
import { QueryError } from '../errors.ts';

/** A question that is asked for many types at once. Its rows carry their type; a type may have none. */
export interface Lookup<Row extends { type: string }, Value> {
  /** For messages and the report. */
  name: string;
  /** What there are several of in a type (default cells). */
  unit?: string;
  /**
   * `cells` of the answer, where there are any, say how many cells of each type it was made of: they are held against
   * the types' sizes.
   * @param way of asking, where there are several; all give the same rows
   */
  ask(types: readonly string[], ask: Ask & { way?: string | undefined }): Promise<LookupAnswer<Row>>;
  /** What a type's rows, in no order, amount to. */
  valueOf(rows: readonly Row[], type: string): Value;
}

export interface LookupAnswer<Row> extends Answer<readonly Row[]> {
  cells?: ReadonlyMap<string, number> | undefined;
  fingerprints?: Fingerprints | undefined;
}

export interface BatchAsk extends Ask {
  way?: string | undefined;
  /** How many cells of a type there are; null: not known. */
  cellsOf?: ((type: string) => number | null) | undefined;
}

export interface BatchResult<Value> {
  /** One a type. */
  values: Map<string, Value>;
  answer: LookupAnswer<unknown>;
}

/**
 * All of the types or none.
 * @throws QueryError if the answer names a type that was not asked for, or was made of more or fewer cells than there
 * are; whatever the lookup throws
 */
export async function runBatch<Row extends { type: string }, Value>(
  lookup: Lookup<Row, Value>,
  types: readonly string[],
  { cellsOf = () => null, ...ask }: BatchAsk,
): Promise<BatchResult<Value>> {
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
  if (answer.cells) {
    for (const type of types) {
      const [got, expected] = [answer.cells.get(type) ?? 0, cellsOf(type)];
      if (expected === null || got === expected) continue;
      // Most likely a part of the answer was lost; if the dataset was edited meanwhile, it will be the same again.
      throw new QueryError(
        `${lookup.name} of ${JSON.stringify(type)}: expected ${expected} ${lookup.unit ?? 'cells'}, got ${got}; if the dataset was edited just now, run again.`,
        { failure: 'passing' },
      );
    }
  }
  const values = new Map<string, Value>();
  for (const [type, rows] of rowsOf) values.set(type, lookup.valueOf(rows, type));
  return { values, answer };
}

/**
 * @param ways by which the values were had
 * @throws QueryError if two ways to ask gave different answers, which is shown: the question is wrong, not a type
 */
export function requireEqual<Value>(
  name: string,
  values: ReadonlyMap<string, Value>,
  others: ReadonlyMap<string, Value>,
  ways: readonly [string, string],
): void {
  for (const [type, value] of values) {
    const [one, other] = [JSON.stringify(value), JSON.stringify(others.get(type))];
    if (one === other) continue;
    throw new QueryError(
      `${name} of ${JSON.stringify(type)}: two ways to ask differ. ${ways[0]}: ${shortened(one)}; ${ways[1]}: ${shortened(other)}`,
      { failure: 'question' },
    );
  }
}

const SHOWN = 400;

function shortened(json: string | undefined): string {
  const text = json ?? 'nothing';
  return text.length > SHOWN ? `${text.slice(0, SHOWN)} …` : text;
}
