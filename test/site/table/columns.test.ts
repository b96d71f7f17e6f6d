import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { ANNOTATIONS, type Catalog } from '../../../src/catalog/catalog.ts';
import type { Columns } from '../../../src/site/table/columns.ts';
import { columnsFromCatalog, DATA_GLOBAL, scriptFromColumns } from '../../../src/site/table/columns.ts';
import { annotationOf, sharesOf, tableFromColumns } from '../../../src/site/table/table.ts';
import { hostileCatalog, quickCatalog } from '../../support/catalogs.ts';

function throughScript(catalog: Catalog): Columns {
  const context: Record<string, Columns> = {};
  runInNewContext(scriptFromColumns(columnsFromCatalog(catalog)).join(''), context);
  return context[DATA_GLOBAL] as Columns;
}

describe('the columnar data of the pages', () => {
  it.each([
    ['full', hostileCatalog()],
    ['quick', quickCatalog()],
  ])('bring every fact of a %s catalogue to the browser, through the script file', (_, catalog) => {
    const table = tableFromColumns(throughScript(catalog));
    const shares = (list: Catalog['types'][number]['rois']): object[] =>
      (list ?? []).map(({ name, pre, post }) => ({ name, pre, post }));
    expect([...table.names].sort()).toEqual(catalog.types.map(({ name }) => name).sort());
    for (const entry of catalog.types) {
      const type = table.names.indexOf(entry.name);
      const { left, right, middle, unknown, total } = entry.cells;
      expect([table.left[type], table.right[type], table.middle[type], table.unknown[type], table.total[type]]).toEqual(
        [left, right, middle, unknown, total],
      );
      expect({ pre: table.pre[type], post: table.post[type] }).toEqual(entry.synapses);
      expect(sharesOf(table.rois, type)).toEqual(shares(entry.rois));
      expect(sharesOf(table.regions, type)).toEqual(shares(entry.regions));
      expect(table.regions.names[table.region[type] as number] ?? null).toBe(entry.region);
      expect(table.transmitters[table.transmitter[type] as number] ?? null).toEqual(entry.neurotransmitter);
      if (entry.primary) {
        expect({ pre: table.primaryPre[type], post: table.primaryPost[type] }).toEqual(entry.primary);
      }
      const state = entry.failed ? 'failed' : entry.rois ? 'known' : 'notAsked';
      expect(table.roiData[type]).toEqual(entry.failed ? { state, reason: entry.failed } : { state });
      for (const annotation of ANNOTATIONS) {
        expect(annotationOf(table, annotation, type)).toEqual(entry.annotations[annotation] ?? []);
      }
    }
  });

  it('tell counts beyond 32 bits', () => {
    const catalog = hostileCatalog();
    const [first] = catalog.types;
    const counts = { pre: 2 ** 32, post: 2 ** 40 + 1 };
    const type = { ...first, synapses: counts, primary: counts, rois: [{ name: 'AL', ...counts }] };
    const table = tableFromColumns(throughScript({ ...catalog, types: [type] } as Catalog));
    expect([table.pre[0], table.post[0], table.primaryPre[0], table.primaryPost[0]]).toEqual([
      ...Object.values(counts),
      ...Object.values(counts),
    ]);
    expect(sharesOf(table.rois, 0)).toEqual([{ name: 'AL', ...counts }]);
  });

  it('cannot end a script or a line, whatever the names hold', () => {
    const script = scriptFromColumns(columnsFromCatalog(hostileCatalog())).join('');
    expect(script).not.toMatch(/<|\u2028|\u2029/);
    expect(script.trimEnd()).not.toContain('\n');
  });
});
