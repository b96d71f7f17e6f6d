import { describe, expect, test } from 'vitest';
import type { Share, TypeEntry } from '../../src/catalog/catalog.ts';
import { renamedTypes } from '../../src/catalog/renames.ts';

/** One cell on each side, 1,000 output and 3,000 input sites in two ROIs, but for what is said. */
function typeOf(name: string, more: Partial<TypeEntry> = {}, counts = [600, 400, 2000, 1000]): TypeEntry {
  const [preA, preB, postA, postB] = counts as [number, number, number, number];
  const [pre, post] = [preA + preB, postA + postB];
  const share = (roi: string, own: number, ownPost: number): Share => {
    return { name: roi, pre: own, post: ownPost, prePercent: (100 * own) / pre, postPercent: (100 * ownPost) / post };
  };
  return {
    name,
    cells: { total: 2, left: 1, right: 1, middle: 0, unknown: 0 },
    synapses: { pre, post },
    annotations: {},
    neurotransmitter: null,
    primary: { pre, post },
    rois: [share('AL', preA, postA), share('LH', preB, postB)],
    regions: [],
    region: null,
    ...more,
  };
}

const renamesOf = (before: TypeEntry[], after: TypeEntry[]): string[][] => [...renamedTypes(before, after)];

describe('a renamed type', () => {
  test('is found where cells, synapses and ROIs are the same', () => {
    expect(renamesOf([typeOf('LC4')], [typeOf('LC4a')])).toEqual([['LC4', 'LC4a']]);
  });

  test.each<[string, boolean, TypeEntry]>([
    ['1 % more synapses', true, typeOf('b', {}, [606, 404, 2020, 1010])],
    ['1 % fewer synapses', true, typeOf('b', {}, [594, 396, 1980, 990])],
    ['1.2 % more input sites', false, typeOf('b', {}, [600, 400, 2036, 1000])],
    ['1.2 % fewer output sites', false, typeOf('b', {}, [588, 400, 2000, 1000])],
    ['1 % of its synapses in the other ROI', true, typeOf('b', {}, [600, 400, 1960, 1040])],
    ['1.5 % of its synapses in the other ROI', false, typeOf('b', {}, [600, 400, 1940, 1060])],
    ['another annotation and transmitter', true, typeOf('b', { annotations: { class: ['KC'] } })],
    [
      'as many cells on other sides',
      false,
      typeOf('b', { cells: { total: 2, left: 2, right: 0, middle: 0, unknown: 0 } }),
    ],
    [
      'one cell more, of unknown side',
      false,
      typeOf('b', { cells: { total: 3, left: 1, right: 1, middle: 0, unknown: 1 } }),
    ],
    ['no ROI data', false, typeOf('b', { primary: null, rois: null, regions: null })],
    ['no listed ROI', false, typeOf('b', { rois: [] })],
  ])('that has %s: %s', (_title, isFound, twin) => {
    expect(renamesOf([typeOf('a')], [twin])).toEqual(isFound ? [['a', 'b']] : []);
    expect(renamesOf([{ ...twin, name: 'a' }], [typeOf('b')])).toEqual(isFound ? [['a', 'b']] : []);
  });

  test.each([
    [99, []],
    [100, [['a', 'b']]],
  ])('with %i synapses: %j', (synapses, renames) => {
    const counts = [10, 5, 70, synapses - 85];
    expect(renamesOf([typeOf('a', {}, counts)], [typeOf('b', {}, counts)])).toEqual(renames);
  });

  test('is not guessed between two that look alike, on either side', () => {
    expect(renamesOf([typeOf('a')], [typeOf('b'), typeOf('c')])).toEqual([]);
    expect(renamesOf([typeOf('a'), typeOf('b')], [typeOf('c')])).toEqual([]);
    expect(renamesOf([typeOf('a'), typeOf('b')], [typeOf('c'), typeOf('d')])).toEqual([]);
  });

  test('is not guessed where a type that kept its name looks the same', () => {
    expect(renamesOf([typeOf('a'), typeOf('kept')], [typeOf('b'), typeOf('kept')])).toEqual([]);
    const other = typeOf('kept', {}, [6, 4, 200, 100]);
    expect(renamesOf([typeOf('a'), other], [typeOf('b'), typeOf('kept')])).toEqual([]);
    expect(renamesOf([typeOf('a'), other], [typeOf('kept')])).toEqual([]);
    expect(renamesOf([typeOf('a'), typeOf('kept')], [typeOf('b'), other])).toEqual([]);
  });

  test('is found among hundreds with as many cells, each with 1.3 % more input sites than the one before', () => {
    const named = (prefix: string): TypeEntry[] =>
      Array.from({ length: 300 }, (_, i) =>
        typeOf(`${prefix}${i}`, {}, [600, 400, Math.round(2000 * 1.02 ** i), 1000]),
      );
    const expected = named('old').map(({ name }, i) => [name, `new${i}`]);
    expect(renamesOf(named('old'), named('new').reverse())).toEqual(expected);
  });
});
