import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PageSide, plainPageName } from '../../../src/site/links/pageNames.ts';
import { findPages } from '../../../src/site/links/typePages.ts';
import { slugOf } from '../../../src/site/slug.ts';

function found(types: readonly string[], ...files: string[]): object {
  return Object.fromEntries(findPages(types, new Set(files)).files);
}

function contested(types: readonly string[], ...files: string[]): object[] {
  return findPages(types, new Set(files)).contested;
}

describe('the pages of types', () => {
  test('are found by the names of neurodex', () => {
    const types = ["KCa'b'-m", 'pC1_2a/2b', 'lhn_2'];
    const files = types.map((type) => `${slugOf(type)}.html`);
    expect(found(types, ...files)).toEqual(
      Object.fromEntries(types.map((type, i) => [type, { combined: files[i] as string }])),
    );
  });

  test('are found by the names of QuickPage and neuView, by which cells they are about', () => {
    expect(
      found(
        ['INXXX447, INXXX449', 'pC1_2a/2b', 'LC4', 'VUM'],
        'INXXX447,_INXXX449.html',
        'INXXX447,_INXXX449_L.html',
        'INXXX447,_INXXX449_R.html',
        'pC1_2a_2b_R.html',
        'VUM_M.html',
      ),
    ).toEqual({
      'INXXX447, INXXX449': {
        combined: 'INXXX447,_INXXX449.html',
        left: 'INXXX447,_INXXX449_L.html',
        right: 'INXXX447,_INXXX449_R.html',
      },
      'pC1_2a/2b': { right: 'pC1_2a_2b_R.html' },
      VUM: { middle: 'VUM_M.html' },
    });
  });

  test('that two types may mean are those of neither', () => {
    expect(found(['a/b', 'a b', 'c'], 'a_b.html', 'a_b_L.html', 'c.html')).toEqual({ c: { combined: 'c.html' } });
    expect(contested(['a/b', 'a b', 'c'], 'a_b.html', 'a_b_L.html', 'c.html')).toEqual([
      { file: 'a_b.html', types: ['a/b', 'a b'] },
      { file: 'a_b_L.html', types: ['a/b', 'a b'] },
    ]);
  });

  test('of the left side of X and of a type X_L are not taken for each other', () => {
    expect(found(['X', 'X_L'], 'X.html', 'X_L.html', 'X_R.html', 'X_L_L.html')).toEqual({
      X: { combined: 'X.html', right: 'X_R.html' },
      X_L: { left: 'X_L_L.html' },
    });
  });

  test('that differ by case alone are told apart where both are there, else they are those of neither', () => {
    expect(found(['Ab', 'aB'], 'Ab.html', 'aB.html')).toEqual({
      Ab: { combined: 'Ab.html' },
      aB: { combined: 'aB.html' },
    });
    expect(found(['Ab', 'aB'], 'Ab.html')).toEqual({});
    expect(contested(['Ab', 'aB'], 'Ab.html')).toEqual([{ file: 'Ab.html', types: ['Ab', 'aB'] }]);
  });

  test('by their slug win over others, whatever else may be meant', () => {
    const [both, slash] = ['a_b.html', `${slugOf('a/b')}.html`];
    expect(found(['a/b', 'a_b'], both, slash)).toEqual({ 'a/b': { combined: slash }, a_b: { combined: both } });
    expect(found(['a/b', 'a_b'], both)).toEqual({});
    expect(found(['X', 'X~~1'], `${slugOf('X')}.html`)).toEqual({ X: { combined: 'X~~1.html' } });
    expect(found(['X', 'X_L'], `${slugOf('X_L')}.html`, 'X_L.html')).toEqual({
      X: { left: 'X_L.html' },
      X_L: { combined: `${slugOf('X_L')}.html` },
    });
  });

  test('are never another type’s, whichever types there are and whatever tool made their pages', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aAb_/ ~LR'), minLength: 1, maxLength: 4 });
    const types = fc.uniqueArray(name, { minLength: 1, maxLength: 6 });
    const side = fc.constantFrom('combined', 'left', 'right', 'middle', 'none');
    fc.assert(
      fc.property(types, fc.array(side, { minLength: 6, maxLength: 6 }), fc.boolean(), (names, sides, ours) => {
        // What each file would hold: the last type that was written there.
        const holder = new Map<string, string>();
        names.forEach((type, i) => {
          const own = sides[i] as PageSide | 'none';
          if (own !== 'none') holder.set(ours ? `${slugOf(type)}.html` : plainPageName(type, own), type);
        });
        // By plain names, a type such as "A~~1" would look like the slug of another: no database has such.
        fc.pre(ours || !names.some((type) => type.includes('~~')));
        for (const [type, files] of findPages(names, new Set(holder.keys())).files) {
          for (const file of Object.values(files)) expect(holder.get(file)).toBe(type);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
