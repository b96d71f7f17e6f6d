/** The catalogue in one question, or, where that is more than the server bears, in ranges of type names. */
import type { CatalogueRow, TypeRange, TypeSize } from '../connectome/connectome.ts';
import { QueryError } from '../errors.ts';
import type { Source } from './source.ts';

/** A range that fails is cut into so many: a server that ended the whole at its time limit answers quarters well within it. */
const PARTS = 4;

/**
 * @param properties one value each a row, in this order
 * @param sizes every type and its cells; asked for only where the whole is too much
 * @param compare the order of type names: their code points
 * @throws QueryError if a range of one type cannot be had either
 */
export async function fetchCatalogue(
  source: Source,
  properties: readonly string[],
  sizes: () => Promise<readonly TypeSize[]>,
  compare: (a: string, b: string) => number,
): Promise<CatalogueRow[]> {
  const rowsOf = async (range?: TypeRange): Promise<CatalogueRow[]> =>
    await source.ask('catalogue', (ask) => source.connectome.catalogue(properties, { ...ask, range }), {
      isDivisible: true,
    });

  /** @param types in order; the first range has no lower bound and the last no upper one, so that nothing is between */
  const inRanges = async (types: readonly TypeSize[], { from, below }: TypeRange): Promise<CatalogueRow[]> => {
    const rows: CatalogueRow[] = [];
    const bounds = [from, ...cuts(types), below];
    for (const [i, lower] of bounds.slice(0, -1).entries()) {
      const range = { from: lower as string | null, below: bounds[i + 1] as string | null };
      try {
        for (const row of await rowsOf(range)) rows.push(row);
      } catch (error) {
        const inside = types.filter(({ type }) => isInside(type, range, compare));
        if (!isTooMuch(error) || inside.length < 2) throw error;
        for (const row of await inRanges(inside, range)) rows.push(row);
      }
    }
    return rows;
  };

  try {
    return await rowsOf();
  } catch (error) {
    if (!isTooMuch(error)) throw error;
    const types = [...(await sizes())].sort((a, b) => compare(a.type, b.type));
    if (types.length < 2) throw error;
    return await inRanges(types, { from: null, below: null });
  }
}

function isTooMuch(error: unknown): boolean {
  return error instanceof QueryError && (error.failure === 'timeout' || error.failure === 'memory');
}

/** Names that cut the types into parts of about as many cells. */
function cuts(types: readonly TypeSize[]): string[] {
  const total = types.reduce((sum, { cells }) => sum + cells, 0);
  const names: string[] = [];
  let before = 0;
  for (const { type, cells } of types.slice(0, -1)) {
    if (before > 0 && before >= ((names.length + 1) * total) / PARTS) names.push(type);
    before += cells;
  }
  // However the cells lie, a range of several types becomes smaller.
  return names.length > 0 ? names : [(types.at(-1) as TypeSize).type];
}

function isInside(type: string, { from, below }: TypeRange, compare: (a: string, b: string) => number): boolean {
  return (from === null || compare(type, from) >= 0) && (below === null || compare(type, below) < 0);
}
