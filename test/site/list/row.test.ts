import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import type { RowView } from '../../../src/site/list/row.ts';
import { cellsOfFullBar, rowView } from '../../../src/site/list/row.ts';
import { columnsFromCatalog } from '../../../src/site/table/columns.ts';
import { tableFromColumns } from '../../../src/site/table/table.ts';
import { counted, day, percent, thousands } from '../../../src/text.ts';
import { hostileCatalog, longCatalog, quickCatalog } from '../../support/catalogs.ts';

function rowOf(name: string, catalog: Catalog = hostileCatalog()): RowView {
  const table = tableFromColumns(columnsFromCatalog(catalog));
  return rowView(table, table.names.indexOf(name), cellsOfFullBar(table));
}

describe('rowView', () => {
  it('says why there is no ROI', () => {
    expect(rowOf('=SUM(A1)').roiNote).toBe('none in primary ROIs');
    expect(rowOf('timed out').roiNote).toBe('failed: timed out after 3 tries');
    expect(rowOf('LC4', quickCatalog()).roiNote).toBe('no ROI data (quick mode)');
    expect(rowOf('LC4').roiNote).toBe('');
  });

  it('says why there is no region', () => {
    expect(rowOf('=SUM(A1)')).toMatchObject({ region: null, regionNote: 'none' });
    expect(rowOf('timed out')).toMatchObject({ region: null, regionNote: 'failed' });
    expect(rowOf('LC4', quickCatalog())).toMatchObject({ region: null, regionNote: 'no ROI data' });
  });

  it('draws sides so that 110 differs from 95 by sight, and a type of 2 cells can be seen beside one of 536', () => {
    const lengths = (name: string): number[] => [
      rowOf(name).sides?.leftLength ?? 0,
      rowOf(name).sides?.rightLength ?? 0,
    ];
    const [more, less] = lengths("KCa'b'-m") as [number, number];
    expect(less / more).toBeCloseTo(Math.sqrt(95 / 110), 2);
    expect(lengths('KCab-m')).toEqual([100, 85.4]);
    expect(lengths('DNa02')).toEqual([5.7, 5.7]);
    expect(lengths('LHAD2')[0]).toBe(0);
  });

  it('cuts the bars of a few giants, visibly, rather than to shrink all others to nothing', () => {
    const ordinary = longCatalog(2000);
    const [first] = ordinary.types;
    const giant = { ...first, name: 'giant', cells: { ...first?.cells, left: 4, right: 4263 } };
    const catalog = { ...ordinary, types: [...ordinary.types, giant] } as Catalog;
    expect(rowOf('giant', catalog).sides).toMatchObject({ leftLength: 89.4, rightLength: 100, cuts: 'M88-2l4 14' });
    expect(rowOf('T5', catalog).sides).toMatchObject({ leftLength: 100, cuts: '' });
  });

  it('says for how many cells the side is unknown', () => {
    expect(rowOf('KCab-m').sideNote).toBe('side unknown for 4 of 540');
    expect(rowOf('INXXX447, INXXX449')).toMatchObject({ sides: null, sideNote: 'side unknown' });
    expect(rowOf('some middle').sideNote).toBe('2 in the middle');
    expect(rowOf('middle').sideNote).toBe('all in the middle');
  });

  it('shows the five ROIs with the highest single share, so that a small output ROI is not lost', () => {
    const [model] = hostileCatalog().types;
    const rois = [900, 800, 700, 600, 500].map((post, i) => ({
      name: `in${i}`,
      pre: 0,
      post,
      prePercent: 0,
      postPercent: 0,
    }));
    rois.push({ name: 'out', pre: 10, post: 0, prePercent: 0, postPercent: 0 });
    const type = { ...model, name: 'x', rois, primary: { pre: 10, post: 3500 } };
    const shown = rowOf('x', { ...hostileCatalog(), types: [type] } as Catalog).rois;
    expect(shown.map(({ name }) => name)).toEqual(['out', 'in0', 'in1', 'in2', 'in3']);
    expect(shown[0]).toMatchObject({ input: 0, output: 100, facts: 'input 0 (0\u00a0%), output 10 (100.0\u00a0%)' });
  });

  it('names transmitters in short, others as given', () => {
    expect(rowOf("KCa'b'-m").transmitter).toEqual({ name: 'dopamine', short: 'DA', tone: 'da' });
    expect(rowOf('middle').transmitter).toEqual({ name: 'tyramine', short: 'tyramine', tone: 'other' });
    expect(rowOf('timed out').transmitter).toBeNull();
  });

  it('speaks of 1 cell and of 12 cells', () => {
    expect([rowOf('middle').unit, rowOf('LHAD2').unit]).toEqual(['cell', 'cells']);
  });
});

describe('text', () => {
  it('separates thousands', () => {
    expect([0, 999, 1000, 18569888].map(thousands)).toEqual(['0', '999', '1,000', '18,569,888']);
    expect([counted(1, 'type'), counted(5620, 'type')]).toEqual(['1 type', '5,620 types']);
  });

  it('never writes a small share as zero', () => {
    expect(percent(1, 100_000)).toBe('<\u00a00.1\u00a0%');
    expect(percent(0, 0)).toBe('0\u00a0%');
    expect(percent(1, 3)).toBe('33.3\u00a0%');
  });

  it('cuts a time to its day and leaves other texts alone', () => {
    expect(day('2020-09-18 22:00:01')).toBe('2020-09-18');
    expect(day('last spring')).toBe('last spring');
  });
});
