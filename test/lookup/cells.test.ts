/** The cells of types as a build has them: asked for once an edit, kept until the next, whole or not at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildCatalog } from '../../src/build.ts';
import { type Cache, createCache } from '../../src/cache/twoLevel.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { runBatch } from '../../src/lookup/batch.ts';
import { cellsLookup } from '../../src/lookup/lookups.ts';
import { createRun, type Report } from '../../src/report.ts';
import { createEditable, type Editable, type EditableCell } from '../support/editable.ts';

const { settings } = loadConfig({ flags: {} });

async function build(
  source: Editable,
  cache: Cache,
  flags: Partial<typeof settings> = {},
): Promise<{ catalog: Catalog; report: Report }> {
  const run = createRun('test', clock.now);
  const given = { ...settings, cells: true, ...flags };
  const catalog = await buildCatalog({ connectome: source.connectome, cache, settings: given, run, clock });
  return { catalog, report: run.report };
}

const cellAt = (bodyId: number, type: string, instance?: string): EditableCell => ({
  bodyId,
  type,
  ...(instance === undefined ? {} : { instance }),
  rois: { B: { pre: 1, post: 1 } },
});
const three = (): EditableCell[] => [cellAt(10, 'T1', 'T1_L'), cellAt(9, 'T1'), cellAt(11, 'T2', 'T2_R')];

describe('the cells of a build', () => {
  test('are those of the wanted types, by bodyId as a number; without the setting there are none', async () => {
    const source = createEditable(three());
    const { catalog } = await build(source, createCache(null), { match: /T1/u });
    expect([...(catalog.cells ?? [])]).toEqual([
      [
        'T1',
        [
          { type: 'T1', bodyId: '9', instance: null },
          { type: 'T1', bodyId: '10', instance: 'T1_L' },
        ],
      ],
    ]);
    source.asked();
    expect((await build(source, createCache(null), { cells: false })).catalog).not.toHaveProperty('cells');
    expect(source.asked().questions).not.toContain('cells');
  });

  test('are kept until the next edit, which may give a cell another instance and change no count', async () => {
    const source = createEditable(three());
    const cache = createCache(null);
    await build(source, cache);
    source.asked();
    await build(source, cache);
    expect(source.asked().questions).toEqual(['edit']);
    source.cells = source.cells.map((cell) => (cell.bodyId === 11 ? { ...cell, instance: 'renamed' } : cell));
    source.stamp('second');
    const { catalog, report } = await build(source, cache);
    expect(catalog.cells?.get('T2')).toEqual([{ type: 'T2', bodyId: '11', instance: 'renamed' }]);
    expect(source.asked()).toMatchObject({ questions: expect.arrayContaining(['cells']), types: ['T1', 'T2'] });
    // What is told of the types is of their ROI counts.
    expect(report.kept).toMatchObject({ unchanged: 2, changed: 0, asked: 0 });
  });

  test('that some types only were asked for stay kept when the others are', async () => {
    const source = createEditable(three());
    const cache = createCache(null);
    await build(source, cache, { match: /T1/u, quick: true });
    source.asked();
    await build(source, cache, { match: /T2/u, quick: true });
    expect(source.asked()).toEqual({ questions: ['cells', 'edit'], types: ['T2'] });
    await build(source, cache, { quick: true });
    expect(source.asked()).toEqual({ questions: ['edit'], types: [] });
  });

  test('are what a run on nothing gives, whatever was edited before', async () => {
    const cell = fc.tuple(
      fc.nat(99),
      fc.constantFrom('T1', 'T2', '__proto__'),
      fc.option(fc.string(), { nil: undefined }),
    );
    const cells = fc.array(
      cell.map(([bodyId, type, instance]) => cellAt(bodyId, type, instance)),
      { minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { minLength: 1, maxLength: 4 }), async (states) => {
        const source = createEditable([]);
        const cache = createCache(null);
        for (const [i, state] of states.entries()) {
          source.cells = state;
          source.stamp(`edit ${i}`);
          expect((await build(source, cache)).catalog).toEqual((await build(source, createCache(null))).catalog);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('of an answer that lost one are no answer', async () => {
    const source = createEditable(three());
    const asked = runBatch(cellsLookup(source.connectome), ['T1'], { cellsOf: () => 3 });
    await expect(asked).rejects.toThrow('cells of "T1": expected 3 cells, got 2');
  });
});
