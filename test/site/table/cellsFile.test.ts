import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, CellsByType } from '../../../src/catalog/catalog.ts';
import {
  bodyIdBeginsWith,
  bodyIdOf,
  cellColumns,
  cellsFromColumns,
  instanceBy,
} from '../../../src/site/table/cellsFile.ts';
import { scriptFromColumns } from '../../../src/site/table/columns.ts';

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });

/** Of every length, with round ones where a head ends, and some that are alike. */
const bodyId = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n }),
    fc.bigInt({ min: 720_575_940_596_125_868n, max: 720_575_940_661_339_777n }),
    fc.bigInt({ min: 0n, max: 12_000n }),
    fc.constantFrom(0n, 999_999_999n, 1_000_000_000n, 1_000_000_001n, 5_813_105_172n),
  )
  .map(String);

const byNumber = (a: Cell, b: Cell): number => (BigInt(a.bodyId) < BigInt(b.bodyId) ? -1 : 1);

const instance = (type: string) =>
  fc.oneof(
    fc.constant(null),
    fc.constantFrom('_L', '_R', '').map((suffix) => type + suffix),
    name,
    fc.constant(''),
  );

const types = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((names) =>
  fc.tuple(
    ...names.map((type) =>
      fc.tuple(
        fc.constant(type),
        fc.oneof(
          {
            weight: 5,
            arbitrary: fc
              .array(fc.record({ bodyId, instance: instance(type) }), { minLength: 1, maxLength: 12 })
              .map((cells) => cells.sort(byNumber)),
          },
          { weight: 1, arbitrary: name.map((reason) => new Error(reason)) },
        ),
      ),
    ),
  ),
);

type Known = [string, Cell[] | Error][];

function unpacked(known: Known): ReturnType<typeof cellsFromColumns> {
  const names = known.map(([type]) => type);
  const columns = cellColumns(names, new Map(known) as CellsByType);
  // As the pages get them: through the text of a script.
  const script = scriptFromColumns(columns, 'cells').join('');
  const read = new Function(`${script}; return cells;`) as () => typeof columns;
  return cellsFromColumns(read(), names);
}

describe('the file of cells', () => {
  it('gives back every cell with all digits of its id and its instance, and says which types are not known', () => {
    fc.assert(
      fc.property(types, (known) => {
        const cells = unpacked(known as Known);
        known.forEach(([, own], type) => {
          const [start, end] = [cells.starts[type] as number, cells.starts[type + 1] as number];
          const found = Array.from({ length: end - start }, (_, i) => ({
            bodyId: bodyIdOf(cells, start + i),
            instance: instanceBy(cells, type, cells.instance[start + i] as number),
          }));
          expect(found).toEqual(own instanceof Error ? [] : own);
          expect(cells.failed.get(type)).toBe(own instanceof Error ? own.message : undefined);
        });
      }),
    );
  });

  it('tells by numbers whether an id begins with some digits, as its text would', () => {
    const digits = fc.oneof(fc.nat({ max: 99_999 }).map(String), fc.constantFrom('0', '00', '5813', '999999999'));
    fc.assert(
      fc.property(
        fc.array(bodyId, { minLength: 1, maxLength: 8 }),
        digits,
        fc.nat({ max: 19 }),
        (ids, some, length) => {
          const own = ids.map((id) => ({ bodyId: id, instance: null })).sort(byNumber);
          const cells = unpacked([['T', own]]);
          for (const query of [some, ...ids.map((id) => id.slice(0, length) || id)]) {
            const begins = bodyIdBeginsWith(cells, query);
            const found = own.map((_, cell) => begins(cells.head[cell] as number, cells.tail[cell] as number));
            expect(found).toEqual(own.map(({ bodyId }) => bodyId.startsWith(query)));
          }
        },
      ),
    );
  });

  it('takes less than 6 bytes a cell where ids have 18 digits and instances a side', () => {
    const known = Array.from({ length: 100 }, (_, type): [string, Cell[]] => [
      `T${type}`,
      Array.from({ length: 50 }, (_, i) => ({
        bodyId: String(720_575_940_600_000_000n + BigInt(i * 1_200_000 + type * 7)),
        instance: `T${type}_${i % 2 ? 'L' : 'R'}`,
      })),
    ]);
    const columns = cellColumns(
      known.map(([type]) => type),
      new Map(known),
    );
    expect(JSON.stringify(columns).length / 5000).toBeLessThan(6);
  });
});
