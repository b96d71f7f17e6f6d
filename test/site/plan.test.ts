import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { generatedAt, generatedBefore, planSite } from '../../src/site/plan.ts';
import { type WriteResult, writeFiles } from '../../src/site/write.ts';
import { hostileCatalog, longCatalog, pageOptions, quickCatalog } from '../support/catalogs.ts';
import { temporaryFolder } from '../support/cli.ts';

const [MONDAY, TUESDAY] = ['2026-11-23T08:00:00Z', '2026-11-24T08:00:00Z'];

let browserDir: string;

beforeAll(() => {
  browserDir = mkdtempSync(join(tmpdir(), 'neurodex-plan-'));
  for (const name of ['index.js', 'types.js']) writeFileSync(join(browserDir, name), '');
});

afterAll(() => rmSync(browserDir, { recursive: true }));

function build(folder: string, catalog: Catalog, generatedFrom = generatedBefore(folder, MONDAY)): WriteResult {
  const options = { ...pageOptions, templatesDir: 'templates', browserDir };
  return writeFiles(planSite(catalog, options, generatedFrom), folder, 't');
}

function jsonIn(folder: string, name: string): { [key: string]: unknown } {
  return JSON.parse(readFileSync(join(folder, 'data', name), 'utf8'));
}

describe('the data files', () => {
  it.each([
    ['full', hostileCatalog()],
    ['quick', quickCatalog()],
    ['one without types', { ...hostileCatalog(), types: [] }],
  ])('hold the whole of a catalogue (%s)', (_title, catalog) => {
    const folder = temporaryFolder();
    build(folder, catalog);
    expect(jsonIn(folder, 'index.json')).toEqual({ schema: 'neurodex.index/1', generated: MONDAY, ...catalog });
    const names = catalog.types.map(({ name }) => name);
    expect(jsonIn(folder, 'neurons.json')).toMatchObject({
      names,
      neurons: names.map((name) => ({ name, urls: {} })),
      metadata: { generated: '2026-11-23 08:00:00', total_types: names.length, version: '2.0' },
    });
  });

  it('have one type a line', () => {
    const folder = temporaryFolder();
    build(folder, hostileCatalog());
    const lines = readFileSync(join(folder, 'data/index.json'), 'utf8').split('\n');
    expect(lines.slice(1, -2).map((line) => JSON.parse(line.replace(/,$/, '')))).toEqual(hostileCatalog().types);
  });
});

describe('the time of the build', () => {
  const catalog = longCatalog(2000);
  const changed = (change: (types: Catalog['types']) => Catalog['types']): Catalog => ({
    ...catalog,
    types: change(structuredClone(catalog.types)),
  });

  it('stays as it was where the data are the same, and no file is touched', () => {
    const folder = temporaryFolder();
    build(folder, catalog);
    const { written } = build(folder, catalog, generatedBefore(folder, TUESDAY));
    expect(written).toEqual([]);
    expect(jsonIn(folder, 'index.json').generated).toBe(MONDAY);
  });

  it.each<[string, Catalog]>([
    ['the last type has one synapse more', changed((types) => [...types.slice(0, -1), withOneMore(types.at(-1))])],
    ['a type is added', changed((types) => [...types, { ...withOneMore(types.at(-1)), name: 'U' }])],
    ['a type is lost', changed((types) => types.slice(0, -1))],
    ['the mode is another', { ...catalog, mode: 'quick' }],
  ])('is a new one where %s', (_title, next) => {
    const folder = temporaryFolder();
    build(folder, catalog);
    const { written } = build(folder, next, generatedBefore(folder, TUESDAY));
    expect(written).toEqual(expect.arrayContaining(['data/index.json', 'data/neurons.json']));
    expect(jsonIn(folder, 'index.json')).toMatchObject({ generated: TUESDAY, types: next.types });
  });

  it('is a new one where the file that stands there is cut short', () => {
    for (const length of [0, 40, 100_000]) {
      const folder = temporaryFolder();
      build(folder, catalog);
      truncateSync(join(folder, 'data/index.json'), length);
      build(folder, catalog, generatedBefore(folder, TUESDAY));
      expect(jsonIn(folder, 'index.json')).toMatchObject({ generated: TUESDAY, types: catalog.types });
    }
  });

  it('is the one that is given, whatever stands there', () => {
    const folder = temporaryFolder();
    build(folder, catalog);
    build(folder, catalog, generatedAt(TUESDAY));
    expect(jsonIn(folder, 'index.json').generated).toBe(TUESDAY);
    expect(build(folder, catalog, generatedAt(TUESDAY)).written).toEqual([]);
  });
});

function withOneMore(type: Catalog['types'][number] | undefined): Catalog['types'][number] {
  if (type === undefined) throw new Error('expected a catalogue with a type');
  return { ...type, synapses: { ...type.synapses, pre: type.synapses.pre + 1 } };
}
