import { describe, expect, it } from 'vitest';
import { facetsOf, lazyFacets, totalsOf } from '../../../src/site/list/facets.ts';
import type { FacetKey, ViewState } from '../../../src/site/list/hash.ts';
import { EMPTY_STATE, FACET_KEYS, stateFromHash } from '../../../src/site/list/hash.ts';
import { lazySearchIndex } from '../../../src/site/list/search.ts';
import type { Selection } from '../../../src/site/list/select.ts';
import { orderOf, select } from '../../../src/site/list/select.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { tableFromColumns } from '../../../src/site/table/table.ts';
import { COMMA_ROI, hostileCatalog, quickCatalog } from '../../support/catalogs.ts';

const table = tableFromColumns(columnsFromCatalog(hostileCatalog()));
const facets = facetsOf(table);
const searchIndex = lazySearchIndex(table);

const selectionOf = (state: ViewState): Selection =>
  select(table, lazyFacets(table), searchIndex, state, orderOf(table, state.sort), FACET_KEYS);

function shown(hash: string): string[] {
  return Array.from(selectionOf(stateFromHash(hash)).types, (type) => table.names[type] as string);
}

function count(hash: string, key: FacetKey, value: string): number | undefined {
  const id = facets.find((facet) => facet.key === key)?.values.findIndex((known) => known.value === value) ?? -1;
  return selectionOf(stateFromHash(hash)).counts.get(key)?.[id];
}

describe('select', () => {
  it('answers "glutamatergic types of the lateral horn, only on the right, most cells first"', () => {
    expect(shown('#region=LH&nt=glutamate&side=right&sort=-cells')).toEqual(['LHAD2', 'LHAD1']);
  });

  it('joins values of one facet by or, facets by and', () => {
    expect(shown('#region=OL&region=LX&nt=acetylcholine')).toEqual(['DNa02', 'LC4', 'LC10']);
  });

  it('tells ROIs apart that differ by case only, and takes a comma as part of a name', () => {
    expect(shown('#roi=aL')).toEqual(["KCa'b'-m", 'KCab-m', 'line\u2028break']);
    expect(shown('#roi=AL')).not.toContain('KCab-m');
    expect(shown(`#roi=${encodeURIComponent(COMMA_ROI)}`)).toEqual(["KCa'b'-m"]);
  });

  it('counts as one-sided only what has every cell on that side', () => {
    expect(shown('#side=left')).toEqual(['<img src=x onerror=alert(1)>']);
    expect(shown('#side=both')).toContain('KCab-m');
    expect(shown('#side=unknown')).toEqual(['INXXX447, INXXX449', 'KCab-m']);
    expect(shown('#side=middle')).toEqual(['middle']);
    expect(shown('#side=some-middle')).toEqual(['middle', 'some middle']);
  });

  it('finds the types without a value', () => {
    expect(shown('#region=')).toEqual(['=SUM(A1)']);
    expect(shown('#roi=')).toEqual(['=SUM(A1)']);
    expect(shown('#data=failed')).toEqual(['timed out']);
    expect(shown('#class=').length).toBe(table.length - 3);
  });

  it('does not count a type as without region or ROI where that is not known', () => {
    expect(count('', 'region', '')).toBe(1);
    expect(count('', 'roi', '')).toBe(1);
    expect(shown('#data=failed&region=')).toEqual([]);
    expect(shown('#data=failed')).toEqual(['timed out']);
    const quick = facetsOf(tableFromColumns(columnsFromCatalog(quickCatalog())));
    for (const facet of quick.filter(({ key }) => key === 'region' || key === 'roi')) {
      expect(facet).toMatchObject({ values: [], shown: false });
    }
  });

  it('shows nothing for a value that the dataset does not have', () => {
    expect(shown('#region=Atlantis')).toEqual([]);
    expect(shown('#dimorphism=sex-specific')).toEqual([]);
  });

  it('counts for each value what a click on it would give', () => {
    const hash = '#region=LH&nt=glutamate';
    for (const facet of facets) {
      for (const { value } of facet.values) {
        const chosen = { ...stateFromHash(hash).chosen, [facet.key]: [value] };
        expect(count(hash, facet.key, value)).toBe(selectionOf({ ...EMPTY_STATE, chosen }).types.length);
      }
    }
  });

  it('counts zero for values that the search leaves nothing of', () => {
    expect(count('#q=LHAD', 'region', 'OL')).toBe(0);
    expect(count('#q=LHAD', 'region', 'LH')).toBe(2);
  });

  it('adds up the cells of the types shown', () => {
    expect(selectionOf(stateFromHash('#q=LHAD')).cells).toBe(15);
  });

  it('has ranges of cells that do not overlap and leave nothing out', () => {
    const cells = facets.find(({ key }) => key === 'cells');
    expect(totalsOf(cells as (typeof facets)[number]).reduce((sum, total) => sum + total, 0)).toBe(table.length);
  });
});

describe('orderOf', () => {
  it('sorts names naturally, and by a second key where the first is equal', () => {
    expect(shown('#q=LC&sort=-name')).toEqual(['LC10', 'LC4']);
    expect(shown('#region=LH&sort=nt,-cells')).toEqual(['LHAD2', 'LHAD1', 'LHAV1', 'LHPV1']);
  });

  it('keeps types without a value last in both directions', () => {
    expect(shown('#sort=region').slice(-2)).toEqual(['=SUM(A1)', 'timed out']);
    expect(shown('#sort=-region').slice(-2)).toEqual(['=SUM(A1)', 'timed out']);
    expect(shown('#sort=-rois').slice(-2)).toEqual(['=SUM(A1)', 'timed out']);
  });

  it('sorts by the difference between the sides', () => {
    expect(shown('#sort=-sides')[0]).toBe('KCab-m');
  });

  it('lets the best hits come first unless something else is asked for', () => {
    expect(shown('#q=kcab')).toEqual(['KCab-m']);
    expect(shown('#q=LC')[0]).toBe('LC4');
    expect(shown('#q=LC&sort=-cells')[0]).toBe('LC10');
  });
});
