import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalog, Share, TypeEntry } from '../../src/catalog/catalog.ts';
import { compareCodePoints } from '../../src/catalog/codePoint.ts';
import { type BuiltIndex, compareIndexes, isEmpty, type TypeChange } from '../../src/catalog/difference.ts';
import { hostileCatalog, longCatalog, quickCatalog } from '../support/catalogs.ts';

function built(catalog: Catalog, generated = '2026-11-21T08:00:00Z'): BuiltIndex {
  return { ...catalog, generated };
}

/** The types of the catalogue of which `edit` gives another entry, or null for none. */
function edited(catalog: Catalog, edit: (type: TypeEntry) => TypeEntry | null): Catalog {
  const types = catalog.types.flatMap((type) => edit(type) ?? []);
  return { ...catalog, types: types.sort((a, b) => compareCodePoints(a.name, b.name)) };
}

const MIN_SHARE_CHANGE = 5;

/** An edit of a type, and all that must be told of it. */
interface Edit {
  apply(type: TypeEntry): TypeEntry;
  told(before: TypeEntry, after: TypeEntry): Omit<TypeChange, 'name'>;
}

const share = (name: string, prePercent: number): Share => ({ name, pre: 7, post: 0, prePercent, postPercent: 0 });
const roisOf = (type: TypeEntry): Share[] => type.rois ?? [];
const portionOf = ({ name: _, ...portion }: Share): Omit<Share, 'name'> => portion;

const cells = fc.record({ left: fc.nat(9), right: fc.nat(9), middle: fc.nat(9), unknown: fc.nat(9) });
const EDITS: fc.Arbitrary<Edit>[] = [
  cells.map((sides) => ({
    // Ten more on the left, so that it is a change.
    apply: (type) => ({ ...type, cells: { ...sides, left: type.cells.left + 10, total: type.cells.total + 10 } }),
    told: (before, after) => ({ cells: { before: before.cells, after: after.cells } }),
  })),
  fc.record({ pre: fc.nat(), post: fc.nat() }).map((more) => ({
    apply: ({ synapses, ...type }) => ({
      ...type,
      synapses: { pre: synapses.pre + more.pre, post: synapses.post + more.post + 1 },
    }),
    told: (before, after) => ({ synapses: { before: before.synapses, after: after.synapses } }),
  })),
  fc
    .constantFrom({ name: 'new', source: 'consensusNt' as const }, { name: 'gaba', source: 'predictedNt' as const })
    .map((neurotransmitter) => ({
      apply: (type) => ({ ...type, neurotransmitter }),
      told: (before) => ({ neurotransmitter: { before: before.neurotransmitter, after: neurotransmitter } }),
    })),
  fc.array(fc.string({ minLength: 1 }), { minLength: 1 }).map((synonyms) => ({
    apply: (type) => ({ ...type, annotations: { ...type.annotations, synonyms: ['new', ...synonyms] } }),
    told: ({ annotations }) => ({
      annotations: { synonyms: { before: annotations.synonyms ?? [], after: ['new', ...synonyms] } },
    }),
  })),
  fc.constantFrom('new', null).map((region) => ({
    // Whatever it was, it is another one now: all types of the catalogue have a region.
    apply: (type) => ({ ...type, region }),
    told: (before) => ({ region: { before: before.region, after: region } }),
  })),
  fc.double({ min: 0, max: 100, noNaN: true }).map((percent) => ({
    apply: (type) => ({ ...type, rois: [...roisOf(type), share('new', percent)] }),
    told: () => ({ rois: { came: [share('new', percent)], went: [], moved: [] } }),
  })),
  fc.constant<Edit>({
    apply: (type) => ({ ...type, rois: roisOf(type).slice(1) }),
    told: ({ rois }) => ({ rois: { came: [], went: (rois ?? []).slice(0, 1), moved: [] } }),
  }),
  fc
    .integer({ min: -9999, max: 9999 })
    .filter((move) => move !== 0)
    .map((hundredths): Edit => {
      const moved = ({ prePercent, ...rest }: Share): Share => ({ ...rest, prePercent: prePercent + hundredths / 100 });
      return {
        apply: (type) => ({ ...type, rois: roisOf(type).map((roi, i) => (i === 0 ? moved(roi) : roi)) }),
        told: (before, after) => {
          const [from, to] = [before.rois?.[0], after.rois?.[0]] as [Share, Share];
          if (Math.abs(hundredths) < 100 * MIN_SHARE_CHANGE) return { smaller: true };
          return {
            rois: { came: [], went: [], moved: [{ name: to.name, before: portionOf(from), after: portionOf(to) }] },
          };
        },
      };
    }),
  fc.string().map((reason) => ({
    apply: (type) => ({ ...type, primary: null, rois: null, regions: null, region: null, failed: reason }),
    told: () => ({ roiData: { before: { state: 'known' }, after: { state: 'failed', reason } } }),
  })),
];

/** The types that have a region, and with it ROIs. */
const EDITABLE = hostileCatalog().types.filter(({ region }) => region !== null);

describe('the difference of two indexes', () => {
  test.each([hostileCatalog(), quickCatalog(), longCatalog(50)])('of an index and itself is empty: %#', (catalog) => {
    const difference = compareIndexes(built(catalog), built(structuredClone(catalog), '2026-12-24T00:00:00Z'), 5);
    expect(isEmpty(difference)).toBe(true);
    expect(difference).toMatchObject({ added: [], removed: [], renamed: [], changed: [] });
    expect(difference.counts.unchanged).toBe(catalog.types.length);
  });

  test('tells a random edit of each type exactly, and nothing of the others', () => {
    const edits = fc.array(fc.tuple(fc.nat(EDITABLE.length - 1), fc.oneof(...EDITS)), { maxLength: 8 });
    fc.assert(
      fc.property(edits, (chosen) => {
        const before = hostileCatalog();
        const editOf = new Map(chosen.map(([i, edit]) => [EDITABLE[i]?.name, edit]));
        const after = edited(before, (type) => editOf.get(type.name)?.apply(type) ?? type);
        const expected = before.types.flatMap((type, i) => {
          const edit = editOf.get(type.name);
          return edit ? [{ name: type.name, ...edit.told(type, after.types[i] as TypeEntry) }] : [];
        });
        const difference = compareIndexes(built(before), built(after), MIN_SHARE_CHANGE);
        expect(difference.changed).toEqual(expected);
        expect(difference).toMatchObject({ added: [], removed: [], renamed: [] });
        expect(isEmpty(difference)).toBe(expected.length === 0);
        expect(difference.counts.unchanged).toBe(before.types.length - expected.length);
      }),
      { numRuns: 300 },
    );
  });

  test('tells what came is what went, seen from the other side', () => {
    fc.assert(
      fc.property(fc.subarray(hostileCatalog().types.map(({ name }) => name)), (names) => {
        const part = edited(hostileCatalog(), (type) => (names.includes(type.name) ? type : null));
        const [whole, some] = [built(hostileCatalog()), built(part)];
        const gone = compareIndexes(whole, some, 5);
        const come = compareIndexes(some, whole, 5);
        expect(gone.removed).toEqual(come.added);
        expect(gone.removed.map(({ name }) => name)).toEqual(
          whole.types.map(({ name }) => name).filter((name) => !names.includes(name)),
        );
        expect([gone.added, gone.changed, gone.counts.unchanged]).toEqual([[], [], names.length]);
      }),
    );
  });

  test('tells a renamed type once, and what else changed of it', () => {
    const after = edited(hostileCatalog(), (type) =>
      type.name === 'LC4' ? { ...type, name: 'LC4a', annotations: { class: ['new'] } } : type,
    );
    const difference = compareIndexes(built(hostileCatalog()), built(after), 5);
    expect(difference).toMatchObject({ added: [], removed: [], renamed: [{ before: 'LC4', after: 'LC4a' }] });
    expect(difference.changed).toEqual([{ name: 'LC4a', annotations: { class: { before: [], after: ['new'] } } }]);
    expect(difference.counts).toMatchObject({ renamed: 1, unchanged: hostileCatalog().types.length - 1 });
    expect(isEmpty(difference)).toBe(false);
  });

  test('of two datasets says so, and takes no type for a renamed one', () => {
    const after = edited(hostileCatalog(), (type) => (type.name === 'LC4' ? { ...type, name: 'LC4a' } : type));
    const other = { ...after, dataset: { ...after.dataset, name: 'other' } };
    const difference = compareIndexes(built(hostileCatalog()), built(other), 5);
    expect(difference.notes[0]).toMatch(/^These are two datasets, hostile<\/title> and other: /);
    expect(difference.counts).toMatchObject({ renamed: null, added: 1, removed: 1 });
  });

  test('of a selection of types tells nothing of those that it lacks', () => {
    const whole = hostileCatalog();
    const selection = { types: null, match: '^LC', of: whole.types.length };
    const some = { ...whole, selection, types: whole.types.filter(({ name }) => name.startsWith('LC')) };
    const less = compareIndexes(built(whole), built(some), 5);
    expect(less).toMatchObject({ removed: [], counts: { added: 0, removed: null, renamed: null, unchanged: 2 } });
    expect(less.notes[0]).toBe(
      'The index after holds a selection of the types (--match ^LC): what it lacks is not told as removed.',
    );
    expect(compareIndexes(built(some), built(whole), 5)).toMatchObject({
      added: [],
      counts: { added: null, removed: 0, renamed: null },
    });
    const other = { ...some, selection: { ...selection, match: '^LC1' }, types: some.types.slice(0, 1) };
    expect(compareIndexes(built(some), built(other), 5).counts).toMatchObject({ added: null, removed: null });
    expect(isEmpty(compareIndexes(built(some), built(some), 5))).toBe(true);
  });

  test('of a full and a quick index says that ROIs are not compared, and lists no type for it', () => {
    const [full, quick] = [built(hostileCatalog()), built(quickCatalog())];
    for (const difference of [compareIndexes(full, quick, 5), compareIndexes(quick, full, 5)]) {
      expect(difference.notes.join(' ')).toMatch(
        /The index (before|after) has no ROI data \(quick mode\): ROIs and regions are not compared/,
      );
      // What failed is known of that type alone.
      expect(difference.changed.map(({ name }) => name)).toEqual(['timed out']);
      expect(difference.counts).toMatchObject({ region: null, rois: null, smaller: null, renamed: null, roiData: 1 });
      expect(isEmpty(difference)).toBe(false);
    }
    expect(compareIndexes(quick, quick, 5).notes).toEqual([
      expect.stringMatching(/^Neither index has ROI data \(quick/),
    ]);
  });

  test('tells types of which only one index knows the ROIs, never as a change to none', () => {
    const after = edited(hostileCatalog(), (type) =>
      type.name === 'LC4' ? { ...type, primary: null, rois: null, regions: null, region: null } : type,
    );
    expect(compareIndexes(built(hostileCatalog()), built(after), 5).changed).toEqual([
      { name: 'LC4', roiData: { before: { state: 'known' }, after: { state: 'notAsked' } } },
    ]);
  });

  test('counts a type as changed in little where only its further regions differ', () => {
    const after = edited(hostileCatalog(), (type) =>
      type.name === 'LC4' ? { ...type, regions: [...(type.regions ?? []), share('LX', 2)] } : type,
    );
    expect(compareIndexes(built(hostileCatalog()), built(after), 5).changed).toEqual([{ name: 'LC4', smaller: true }]);
  });

  test('says where an index was made by the rule of QuickPage, and where both are of one edit', () => {
    const after = edited(hostileCatalog(), (type) => (type.regions ? { ...type, regions: [], region: 'root' } : type));
    expect(compareIndexes(built(hostileCatalog()), built(after), 5).notes).toEqual([
      expect.stringMatching(/^Both were built from the same edit/),
      expect.stringMatching(/^The index after lists no regions, as rois\.rule: quickpage has it/),
    ]);
  });

  test.each([
    [5, 10.1, 5.1, true],
    [5, 10.09, 5.1, false],
    [0.3, 0.3, 0, true],
    [0.3, 0.29, 0, false],
    [0, 10.01, 10, true],
  ])('with a least change of %d lists a share that moved from %d to %d: %s', (least, from, to, isListed) => {
    const moved = (percent: number): BuiltIndex =>
      built(
        edited(hostileCatalog(), (type) => (type.name === 'LC4' ? { ...type, rois: [share('LO', percent)] } : type)),
      );
    const [change] = compareIndexes(moved(from), moved(to), least).changed;
    expect(change).toMatchObject(isListed ? { rois: { moved: [{ name: 'LO' }] } } : { smaller: true });
  });

  test('is not empty where only the dataset or its totals are others', () => {
    const before = built(hostileCatalog());
    const later = { ...before, dataset: { ...before.dataset, lastDatabaseEdit: '2021-01-01' } };
    expect(isEmpty(compareIndexes(before, later, 5))).toBe(false);
    const fewer = { ...before, totals: { ...before.totals, untyped: 1 } };
    expect(isEmpty(compareIndexes(before, fewer, 5))).toBe(false);
  });
});
