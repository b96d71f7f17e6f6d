import { describe, expect, test } from 'vitest';
import type { TypeEntry } from '../../../src/catalog/catalog.ts';
import { type BuiltIndex, compareIndexes } from '../../../src/catalog/difference.ts';
import { countViews, diffLists, type Phrase } from '../../../src/site/diff/lists.ts';
import { hostileCatalog } from '../../support/catalogs.ts';

function indexOf(edit: (type: TypeEntry) => Partial<TypeEntry> = () => ({})): BuiltIndex {
  const catalog = hostileCatalog();
  return { ...catalog, generated: '', types: catalog.types.map((type) => ({ ...type, ...edit(type) })) };
}

function textOf(phrase: Phrase): string {
  return phrase
    .map((part) => (typeof part === 'string' ? part : `[${part.name}]`))
    .join('')
    .replaceAll('\u00a0', ' ');
}

/** What is said of KCab-m when it alone is edited, names in brackets, by list. */
function saidOf(edit: (type: TypeEntry) => Partial<TypeEntry>, minShareChange = 5): Record<string, string[]> {
  const after = indexOf((type) => (type.name === 'KCab-m' ? edit(type) : {}));
  const lists = diffLists(compareIndexes(indexOf(), after, minShareChange));
  return Object.fromEntries(lists.map(({ key, rows }) => [key, rows.flatMap(({ phrases }) => phrases.map(textOf))]));
}

const movedBy =
  (points: number) =>
  ({ rois }: TypeEntry): Partial<TypeEntry> => ({
    rois: (rois ?? []).map((roi, i) => (i === 0 ? { ...roi, postPercent: roi.postPercent - points } : roi)),
  });

describe('a change in words', () => {
  test.each<[string, Partial<TypeEntry>, Record<string, string[]>]>([
    [
      'cells of every side',
      { cells: { total: 1042, left: 11, right: 1000, middle: 31, unknown: 0 } },
      { cells: ['540 → 1,042 cells', 'left 310 → 11', 'right 226 → 1,000', 'middle 0 → 31', 'side unknown 4 → 0'] },
    ],
    [
      'cells that only changed sides',
      { cells: { total: 540, left: 310, right: 230, middle: 0, unknown: 0 } },
      { cells: ['540 cells', 'right 226 → 230', 'side unknown 4 → 0'] },
    ],
    [
      'a transmitter from another source',
      { neurotransmitter: { name: 'acetylcholine', source: 'predictedNt' } },
      { neurotransmitter: ['[acetylcholine] (consensusNt) → [acetylcholine] (predictedNt)'] },
    ],
    ['no transmitter any more', { neurotransmitter: null }, { neurotransmitter: ['[acetylcholine] → none known'] }],
    ['one kind of synapses', { synapses: { pre: 5007, post: 16_007 } }, { synapses: ['input sites 15,007 → 16,007'] }],
    [
      'annotations',
      { annotations: { class: ['KC'], superclass: ['intrinsic'], synonyms: ['a, b', 'c'] } },
      {
        annotations: ['Class: [KC], [olfactory] → [KC]', 'FlyWire type: [KCab] → none', 'Synonyms: none → [a, b], [c]'],
      },
    ],
  ])('%s', (_title, change, said) => {
    expect(saidOf(() => change)).toEqual(said);
  });

  test('shares with one decimal, or with two where one would show no move', () => {
    expect(saidOf(movedBy(7.04))).toEqual({ rois: ['[aL]: input 80.0 % → 73.0 %'] });
    expect(saidOf(movedBy(0.02), 0)).toEqual({ rois: ['[aL]: input 80.00 → 79.98 %'] });
    expect(saidOf(movedBy(0.02), 0.03)).toEqual({});
  });

  test('the names of a list are in natural order', () => {
    const lists = diffLists(compareIndexes(indexOf(), { ...indexOf(), types: [] }, 5));
    const names = lists[0]?.rows.map(({ name }) => textOf(name)) ?? [];
    expect(names).toHaveLength(hostileCatalog().types.length);
    expect(names.indexOf('[LC4]')).toBeLessThan(names.indexOf('[LC10]'));
    expect(lists[0]?.title).toBe('19 types removed');
  });

  test.each([
    [0, 'types whose ROIs came, went or moved'],
    [1, 'types whose ROIs came, went or moved by 1 point or more'],
    [2.5, 'types whose ROIs came, went or moved by 2.5 points or more'],
  ])('the count of moved shares says from what on they are counted: %d', (minShareChange, words) => {
    const views = countViews(compareIndexes(indexOf(), indexOf(), minShareChange));
    expect(views.find(({ key }) => key === 'rois')).toEqual({ key: 'rois', count: '0', words });
  });
});
