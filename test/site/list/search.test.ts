import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { byRank, cutAtHits, lazySearchIndex, otherNameHit, ranksOf } from '../../../src/site/list/search.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { type Table, tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, LONG_NAME } from '../../support/catalogs.ts';

function tableOf(names: Record<string, string[]>): Table {
  const [model] = hostileCatalog().types;
  const types = Object.entries(names).map(([name, synonyms]) => ({ ...model, name, annotations: { synonyms } }));
  return tableFromColumns(columnsFromCatalog({ ...hostileCatalog(), types } as Catalog));
}

function found(table: Table, query: string): string[] {
  const ranks = ranksOf(lazySearchIndex(table), query);
  const all = table.names.map((_, type) => type);
  return ranks === null ? [] : Array.from(byRank(all, ranks), (type) => table.names[type] as string);
}

describe('search', () => {
  it('lists exact hits first, then prefixes, words and the rest, each in natural order', () => {
    const table = tableOf({ LC10: [], xLC4: [], LC4b: [], 'small LC4': [], LC4: [], 'a LC4x': [], other: [] });
    expect(found(table, 'lc4')).toEqual(['LC4', 'LC4b', 'a LC4x', 'small LC4', 'xLC4']);
  });

  it('finds a type by its synonyms, after those that are so named', () => {
    const table = tableOf({ A1: ['steering neuron'], steering: [], B2: [] });
    expect(found(table, 'steering')).toEqual(['steering', 'A1']);
    expect(otherNameHit(table, 0, 'steering')).toBe('steering neuron');
  });

  it('finds names that hold commas, quotes and 300 characters', () => {
    const table = tableFromColumns(columnsFromCatalog(hostileCatalog()));
    expect(found(table, 'INXXX449')).toEqual(['INXXX447, INXXX449']);
    expect(found(table, "a'b'")).toEqual(["KCa'b'-m"]);
    expect(found(table, LONG_NAME)).toEqual([LONG_NAME]);
    expect(found(table, '<img')).toHaveLength(1);
  });

  it('passes over blanks around the query and searches nothing for a blank one', () => {
    const table = tableOf({ LC4: [], LC6: [] });
    expect(found(table, ' LC4 ')).toEqual(['LC4']);
    expect(ranksOf(lazySearchIndex(table), '  ')).toBeNull();
  });

  it('cuts a name at its hits, whatever their case', () => {
    expect(cutAtHits('LHAD1lh', 'lh')).toEqual(['', 'LH', 'AD1', 'lh', '']);
    expect(cutAtHits('LC4', 'x')).toEqual(['LC4']);
    expect(cutAtHits('İstanbul', 'stan')).toEqual(['İstanbul']);
  });
});
