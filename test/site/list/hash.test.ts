import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COLUMN_KEYS,
  EMPTY_STATE,
  FACET_KEYS,
  hashFromState,
  stateFromHash,
  VIEWS,
} from '../../../src/site/list/hash.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const state = fc.record({
  q: text,
  inCells: fc.boolean(),
  chosen: fc.dictionary(fc.constantFrom(...FACET_KEYS), fc.uniqueArray(text, { minLength: 1, maxLength: 3 }), {
    noNullPrototype: true,
  }),
  sort: fc.uniqueArray(fc.record({ column: fc.constantFrom(...COLUMN_KEYS), falling: fc.boolean() }), {
    selector: ({ column }) => column,
  }),
  view: fc.constantFrom(...VIEWS),
  open: text,
});

describe('the hash of types.html', () => {
  it('reads as words', () => {
    const hash = hashFromState({
      q: 'LH',
      chosen: { region: ['LH'], nt: ['glutamate'], side: ['right'] },
      sort: [
        { column: 'cells', falling: true },
        { column: 'name', falling: false },
      ],
    });
    expect(hash).toBe('#q=LH&region=LH&nt=glutamate&side=right&sort=-cells,name');
  });

  it('is empty for the page as it opens', () => {
    expect(hashFromState(EMPTY_STATE)).toBe('');
    expect(stateFromHash('')).toEqual(EMPTY_STATE);
  });

  it('gives back any state, with values that hold commas, signs and spaces', () => {
    fc.assert(
      fc.property(state, (given) => {
        expect(stateFromHash(hashFromState(given))).toEqual(given);
      }),
    );
  });

  it('tells the types without a value apart from no choice at all', () => {
    expect(stateFromHash('#nt=').chosen).toEqual({ nt: [''] });
    expect(stateFromHash('#q=x').chosen).toEqual({});
  });

  it('passes over what it does not understand', () => {
    expect(stateFromHash('#sort=-cells,colour,cells&shape=round&q=LC')).toEqual({
      ...EMPTY_STATE,
      q: 'LC',
      sort: [{ column: 'cells', falling: true }],
    });
  });
});
