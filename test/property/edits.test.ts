/** Whatever is edited between runs, a run on what was kept gives what a run on nothing gives, and asks no more than it must. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCatalog } from '../../src/build.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { createRun, type Report } from '../../src/report.ts';
import { createEditable, type Editable, type EditableCell } from '../support/editable.ts';

const { settings } = loadConfig({ flags: {} });

async function build(source: Editable, cache: Cache, flags = {}): Promise<{ catalog: Catalog; report: Report }> {
  const run = createRun('test', clock.now);
  const parts = { connectome: source.connectome, cache, settings: { ...settings, ...flags }, run, clock };
  return { catalog: await buildCatalog(parts), report: run.report };
}

const TYPES = ['T1', 'T2', 'T10', '__proto__', 'ü"\\🧠', "O'Brien"];
const roi = fc.constantFrom('A(L)', 'A(R)', 'B');
const counts = fc.record({ pre: fc.nat(9), post: fc.nat(9) });
const cell: fc.Arbitrary<EditableCell> = fc.record(
  {
    bodyId: fc.nat(999),
    type: fc.option(fc.constantFrom(...TYPES), { nil: null, freq: 5 }),
    class: fc.constantFrom('a', 'b'),
    rois: fc.dictionary(roi, counts),
  },
  { requiredKeys: ['bodyId', 'type', 'rois'] },
);

type Edit = (cells: EditableCell[]) => EditableCell[];
const at = fc.nat(30);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  cell.map(
    (added): Edit =>
      (cells) => [...cells, added],
  ),
  at.map(
    (i): Edit =>
      (cells) =>
        cells.filter((_, j) => j !== i % cells.length),
  ),
  fc.tuple(at, cell).map(
    ([i, to]): Edit =>
      (cells) =>
        cells.map((cell, j) => (j === i % cells.length ? to : cell)),
  ),
  fc.tuple(at, at).map(([i, k]): Edit => {
    // Two cells swap their counts, which leaves every sum of their types alone where they are of one type.
    return (cells) => {
      const [a, b] = [i % cells.length, k % cells.length];
      const roisOf = (j: number): EditableCell['rois'] => (cells[j] as EditableCell).rois;
      return cells.map((cell, j) =>
        j === a ? { ...cell, rois: roisOf(b) } : j === b ? { ...cell, rois: roisOf(a) } : cell,
      );
    };
  }),
  fc.tuple(at, fc.constantFrom('a', 'b', 'c')).map(
    ([i, to]): Edit =>
      (cells) =>
        cells.map((cell, j) => (j === i % cells.length ? { ...cell, class: to } : cell)),
  ),
  fc.constant<Edit>((cells) => cells),
);

/** What the ROI counts of each type are made of. */
function roisByType(cells: readonly EditableCell[]): Map<string, string> {
  const found = new Map<string, string[]>();
  for (const { type, bodyId, rois } of cells) {
    if (type !== null) found.set(type, [...(found.get(type) ?? []), JSON.stringify([bodyId, rois])]);
  }
  return new Map([...found].map(([type, texts]) => [type, texts.sort().join()]));
}

const first: EditableCell = { bodyId: 1000, type: 'T0', rois: { B: { pre: 1, post: 1 } } };

describe('a run on what earlier runs kept', () => {
  test('gives what a run on nothing gives, and asks about the types that changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(cell, { minLength: 1, maxLength: 20 }),
        fc.array(fc.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        async (cells, runs) => {
          const source = createEditable([first, ...cells]);
          const cache = createCache(null);
          await build(source, cache);
          const seen = new Set([...roisByType(source.cells)].map(([type, rois]) => `${type} ${rois}`));
          for (const [i, edits] of runs.entries()) {
            const before = roisByType(source.cells);
            for (const change of edits) source.cells = [first, ...change(source.cells.slice(1))];
            if (edits.length > 0) source.stamp(`edit ${i}`);
            source.asked();
            const { catalog, report } = await build(source, cache);
            const asked = source.asked();
            const after = roisByType(source.cells);
            const changed = [...after].filter(([type, rois]) => before.get(type) !== rois).map(([type]) => type);
            // A type that is again what it once was may still be kept as such.
            const unseen = changed.filter((type) => !seen.has(`${type} ${after.get(type)}`));
            expect(changed).toEqual(expect.arrayContaining(asked.types));
            expect(asked.types).toEqual(expect.arrayContaining(unseen));
            if (edits.length === 0) expect(asked.questions).toEqual(['edit']);
            expect(report.kept?.unchanged).toBe(after.size - asked.types.length);
            expect(report.kept?.gone).toBe([...before.keys()].filter((type) => !after.has(type)).length);
            for (const [type, rois] of after) seen.add(`${type} ${rois}`);
            expect(catalog).toEqual((await build(source, createCache(null))).catalog);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
