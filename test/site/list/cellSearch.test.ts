import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/catalog/catalog.ts';
import { createCellSearch, isBodyIdQuery } from '../../../src/site/list/cellSearch.ts';
import { byRank, ranksOf, type SearchIndex } from '../../../src/site/list/search.ts';
import { cellColumns, cellsFromColumns } from '../../../src/site/table/cellsFile.ts';

const cell = (bodyId: string, instance: string | null = null): Cell => ({ bodyId, instance });

const TYPES: Record<string, Cell[] | Error> = {
  '12345': [cell('1', 'a_L')],
  MBON01: [cell('1234', 'MBON01(y5)_L'), cell('12345678', 'MBON01(y5)_R')],
  LC4: [cell('12349'), cell('720575940612345678', 'LC4_R')],
  R: [cell('12345', 'left-R')],
  failed: new Error('timed out'),
};

const names = Object.keys(TYPES);
const search = createCellSearch(cellsFromColumns(cellColumns(names, new Map(Object.entries(TYPES))), names));

function found(query: string, inInstances = false): string[] {
  const texts = names.map((name) => [name.toLowerCase()]);
  const index: SearchIndex = {
    names: texts,
    joined: texts.map((own) => own.join('\n')),
    rankByCells: (text, ranks) => search.rank(text, inInstances, ranks),
  };
  const ranks = ranksOf(() => index, query);
  return ranks === null
    ? []
    : Array.from(
        byRank(
          names.map((_, type) => type),
          ranks,
        ),
        (type) => names[type] as string,
      );
}

describe('search over cells', () => {
  it.each([
    ['1234', true],
    [' 720575940612345678 ', true],
    ['123', false],
    ['12a4', false],
    ['-1234', false],
    ['', false],
  ])('takes %j for a bodyId: %s', (query, isOne) => {
    expect(isBodyIdQuery(query)).toBe(isOne);
  });

  it('finds names first, then the id itself, then the ids that begin so', () => {
    expect(found('12345')).toEqual(['12345', 'R', 'MBON01']);
    expect(found('1234')).toEqual(['12345', 'MBON01', 'LC4', 'R']);
    expect(found('7205')).toEqual(['LC4']);
    expect(found('99999')).toEqual([]);
  });

  it('finds instances only where they are asked for, the closest first, after the names', () => {
    expect(found('_r')).toEqual([]);
    expect(found('_r', true)).toEqual(['MBON01', 'LC4']);
    expect(found('r', true)).toEqual(['R', 'MBON01', 'LC4']);
    expect(found('left-r', true)).toEqual(['R']);
    expect(found('Y5', true)).toEqual(['MBON01']);
  });

  it('tells which cell was met', () => {
    const type = names.indexOf('MBON01');
    expect(search.hitOf(type, '1234', false)).toEqual({ label: 'bodyId', text: '1234' });
    expect(search.hitOf(type, '12345', false)).toEqual({ label: 'bodyId', text: '12345678' });
    expect(search.hitOf(type, '_r', true)).toEqual({ label: 'instance', text: 'MBON01(y5)_R' });
    expect(search.hitOf(type, '_r', false)).toBeNull();
    expect(search.hitOf(names.indexOf('failed'), '1234', true)).toBeNull();
  });
});
