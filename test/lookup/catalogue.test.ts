import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../src/catalog/codePoint.ts';
import type { Answer, CatalogueRow, Connectome, TypeSize } from '../../src/connectome/connectome.ts';
import { QueryError } from '../../src/errors.ts';
import { fetchCatalogue } from '../../src/lookup/catalogue.ts';
import { createSource } from '../../src/lookup/source.ts';
import { createRun, type Run } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

const UNTYPED: CatalogueRow = { type: null, cells: 7, pre: 0, post: 0, values: [] };

function rowOf({ type, cells }: TypeSize): CatalogueRow {
  return { type, cells, pre: 0, post: 0, values: [] };
}

/** A source whose catalogue is refused where it would be made of more than `mostCells`. */
function limited(sizes: readonly TypeSize[], mostCells: number): { fetch(): Promise<CatalogueRow[]>; run: Run } {
  const clock = createVirtualClock();
  const run = createRun('test', clock.now);
  const catalogue: Connectome['catalogue'] = async (_properties, { range } = {}): Promise<Answer<CatalogueRow[]>> => {
    const inside = sizes.filter(
      ({ type }) =>
        (range?.from == null || compareCodePoints(type, range.from) >= 0) &&
        (range?.below == null || compareCodePoints(type, range.below) < 0),
    );
    const cells = inside.reduce((sum, size) => sum + size.cells, 0);
    if (cells > mostCells) throw new QueryError('too long', { failure: 'timeout' });
    const value = [...inside.map(rowOf), ...(range?.from == null ? [UNTYPED] : [])];
    return { value, rows: value.length, serverMs: null, roundTrips: 1 };
  };
  const source = createSource({ connectome: { catalogue } as Connectome, clock, run, timeoutMs: 1000 });
  return { run, fetch: () => fetchCatalogue(source, [], async () => sizes, compareCodePoints) };
}

const byType = (rows: readonly CatalogueRow[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('the catalogue', () => {
  test('is one question where the server bears it', async () => {
    const { fetch, run } = limited([{ type: 'A', cells: 3 }], 100);
    expect(await fetch()).toEqual([rowOf({ type: 'A', cells: 3 }), UNTYPED]);
    expect(run.report.roundTrips).toBe(1);
  });

  test('comes in ranges of type names where it is too much: each type once, the untyped once', async () => {
    const sizes = fc.uniqueArray(
      fc.record({ type: fc.string({ minLength: 1 }), cells: fc.integer({ min: 1, max: 50 }) }),
      { selector: ({ type }) => type, minLength: 2, maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 50, max: 400 }), async (sizes, mostCells) => {
        expect(byType(await limited(sizes, mostCells).fetch())).toEqual(byType([...sizes.map(rowOf), UNTYPED]));
      }),
    );
  });

  test('says what is wrong where a single type is too much', async () => {
    const sizes = [
      { type: 'A', cells: 1 },
      { type: 'giant', cells: 500 },
    ];
    await expect(limited(sizes, 100).fetch()).rejects.toThrow('too long');
  });
});
