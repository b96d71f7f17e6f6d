/** What every Connectome must answer for the vectors, whatever holds them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogueRow, Connectome, DatasetDescription } from '../../src/connectome/connectome.ts';
import { VECTORS } from '../support/cli.ts';
import { EXPECTED_PARTNERS } from './connections.ts';

interface Body {
  bodyId: string;
  type?: string;
  instance?: string;
  pre?: number;
  post?: number;
  roiInfo?: Record<string, { pre?: number; post?: number }>;
  [property: string]: unknown;
}

const bodies = readFileSync(join(VECTORS, 'neurons.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Body);
const meta = JSON.parse(readFileSync(join(VECTORS, 'meta.json'), 'utf8')) as DatasetDescription & { dataset: string };

/** @param open gives a connectome that holds test/vectors and its connections, and is closed by the contract */
export function connectomeContract(name: string, open: () => Promise<Connectome>): void {
  describe(`${name} as a Connectome`, () => {
    let connectome: Connectome;
    beforeAll(async () => {
      connectome = await open();
    });
    afterAll(async () => {
      await connectome?.close();
    });

    const cellsOf = (type: string): number => bodies.filter((body) => body.type === type).length;
    const typesOf = (rows: readonly CatalogueRow[]): (string | null)[] =>
      [...new Set(rows.map((row) => row.type))].sort();

    test('describes the dataset: name, edit, primary ROIs and the hierarchy in their order', async () => {
      const { value, roundTrips } = await connectome.describe();
      const { dataset, tag, uuid, lastDatabaseEdit, primaryRois, roiHierarchy } = meta;
      const edit = (await connectome.edit()).value;
      const roisDigest = expect.stringMatching(/^[0-9a-f]{16}$/);
      expect(value).toEqual({
        name: dataset,
        tag,
        uuid,
        lastDatabaseEdit,
        primaryRois,
        roiHierarchy,
        roisDigest,
        edit,
      });
      expect(roundTrips).toBe(1);
    });

    test('lists every type by its stored name, with cells and sums; the untyped as null', async () => {
      const { value, rows } = await connectome.catalogue([]);
      expect(rows).toBe(value.length);
      expect(typesOf(value)).toEqual([...new Set(bodies.map((body) => body.type ?? null))].sort());
      for (const row of value) {
        const cells = bodies.filter((body) => (body.type ?? null) === row.type);
        const sum = (key: 'pre' | 'post'): number => cells.reduce((total, body) => total + (body[key] ?? 0), 0);
        expect(row).toEqual({ type: row.type, cells: cells.length, pre: sum('pre'), post: sum('post'), values: [] });
      }
    });

    test('groups by the properties asked for, in their order; one that the dataset lacks is null', async () => {
      const { value } = await connectome.catalogue(['somaSide', 'noSuchProperty', 'class']);
      expect(
        value
          .filter((row) => row.type === 'T1')
          .map((row) => row.values)
          .sort(),
      ).toEqual([
        ['L', null, null],
        ['R', null, null],
      ]);
      expect(
        value
          .filter((row) => row.type === 'T15')
          .map((row) => row.values)
          .sort(),
      ).toEqual([
        [null, null, 'a'],
        [null, null, 'b'],
      ]);
    });

    test('tells how many cells each type has', async () => {
      const { value, rows } = await connectome.typeSizes();
      const names = [...new Set(bodies.flatMap((body) => body.type ?? []))];
      expect(new Map(value.map(({ type, cells }) => [type, cells]))).toEqual(
        new Map(names.map((name) => [name, cellsOf(name)])),
      );
      expect(rows).toBe(names.length);
    });

    test('gives the catalogue in ranges, each row in one of them; the untyped come with the first', async () => {
      const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
      const all = (await connectome.catalogue(['class'])).value;
      const bounds = [null, 'T15', 'a', 'Ünï🧠', null];
      const parts = await Promise.all(
        bounds.slice(1).map(async (below, i) => {
          const range = { from: bounds[i] ?? null, below };
          return (await connectome.catalogue(['class'], { range })).value;
        }),
      );
      expect(sorted(parts.flat())).toEqual(sorted(all));
      expect(parts.map((rows) => rows.some(({ type }) => type === null))).toEqual([true, false, false, false]);
      expect(typesOf(parts[1] ?? [])).toContain('T15');
      expect(typesOf(parts[3] ?? [])).toEqual(['Ünï🧠']);
      const none = await connectome.catalogue([], { range: { from: 'U', below: 'U' } });
      expect(none.value).toEqual([]);
    });

    test.each(['client', 'server'] as const)('counts the cells that ROI counts are made of (%s sums)', async (sums) => {
      // T5 has no roiInfo, T4 no counts in that ROI.
      const types = ['T1', 'T11', 'T4', 'T5'];
      const { cells } = await connectome.roiCounts([...types, 'T1', 'no such type'], ['A(L)'], { sums });
      expect(new Map(cells)).toEqual(new Map(types.map((type) => [type, cellsOf(type)])));
    });

    test.each(['client', 'server'] as const)(
      'answers with the fingerprints of the types that it answers about (%s sums)',
      async (sums) => {
        const { value: all } = await connectome.fingerprints();
        const asked = typesOf((await connectome.catalogue([])).value).filter((type) => type !== null);
        const { fingerprints } = await connectome.roiCounts([...asked, 'no such type'], ['A(L)'], { sums });
        if (all === null) expect(fingerprints).toBeUndefined();
        else {
          expect([...all.keys()].sort()).toEqual(asked.sort());
          expect(new Map(fingerprints)).toEqual(new Map(all));
          expect(new Set(all.values()).size).toBe(asked.length);
        }
      },
    );

    test('sums up partners by type: cells only, from one synapse up, autapses and own type like any other', async () => {
      const asked = ['T1', 'T2', 'T1', 'T3', 'no such type'];
      const { value, cells, roundTrips, rows } = await connectome.partners(asked);
      const found = value.map(({ type, direction, partner, pairs, weight }) => [
        type,
        direction,
        partner,
        pairs,
        weight,
      ]);
      const sorted = (these: readonly unknown[][]): string[] => these.map((row) => JSON.stringify(row)).sort();
      expect(sorted(found)).toEqual(sorted(EXPECTED_PARTNERS));
      expect(new Map(cells)).toEqual(
        new Map([
          ['T1', 2],
          ['T2', 1],
          ['T3', 1],
        ]),
      );
      expect({ roundTrips, rows }).toEqual({ roundTrips: 1, rows: EXPECTED_PARTNERS.length + 3 });
      expect((await connectome.partners([])).value).toEqual([]);
    });

    test('lists every cell of the types asked for once, by all its digits, with its instance', async () => {
      const types = typesOf((await connectome.catalogue([])).value).filter((type) => type !== null);
      const { value, cells, roundTrips, rows } = await connectome.cells([...types, 'T1', 'no such type']);
      const expected = bodies.flatMap(({ type, bodyId, instance }) =>
        type === undefined ? [] : [{ type, bodyId, instance: instance ?? null }],
      );
      const sorted = (these: readonly object[]): string[] => these.map((row) => JSON.stringify(row)).sort();
      expect(sorted(value)).toEqual(sorted(expected));
      expect(expected.some(({ bodyId }) => String(Number(bodyId)) !== bodyId)).toBe(true);
      expect(new Map(cells)).toEqual(new Map(types.map((type) => [type, cellsOf(type)])));
      expect({ roundTrips, rows }).toEqual({ roundTrips: 1, rows: expected.length });
      expect((await connectome.cells([])).value).toEqual([]);
    });

    test('gives ROI counts of the types and ROIs asked for and of no others', async () => {
      const { value } = await connectome.roiCounts(['T1', 'T9'], ['A(L)', 'A(R)', 'B(R)', 'D, odd(R)']);
      expect(value.filter(({ pre, post }) => pre + post > 0).sort((a, b) => a.roi.localeCompare(b.roi))).toEqual([
        { type: 'T1', roi: 'A(L)', pre: 10, post: 20 },
        { type: 'T1', roi: 'A(R)', pre: 30, post: 40 },
        { type: 'T1', roi: 'B(R)', pre: 0, post: 5 },
        { type: 'T9', roi: 'D, odd(R)', pre: 3, post: 3 },
      ]);
    });

    test('tells ROIs apart that differ in case only', async () => {
      const { value } = await connectome.roiCounts(['T6'], ['A(L)', 'a(L)']);
      expect(new Map(value.map((row) => [row.roi, row.post]))).toEqual(
        new Map([
          ['A(L)', 10],
          ['a(L)', 9],
        ]),
      );
    });

    test('finds every type by its exact name, and nothing by a name that is none', async () => {
      const names = [...new Set(bodies.flatMap((body) => (body.type && body.roiInfo ? [body.type] : [])))];
      const { value } = await connectome.roiCounts(names, meta.primaryRois ?? []);
      const withCounts = names.filter((name) =>
        bodies.some((body) => body.type === name && meta.primaryRois?.some((roi) => body.roiInfo?.[roi])),
      );
      expect(typesOf(value as unknown as CatalogueRow[])).toEqual(withCounts.sort());
      const none = await connectome.roiCounts(['t2', 'T2 ', "x' OR 1=1", '%'], meta.primaryRois ?? []);
      expect(none.value).toEqual([]);
    });

    test('answers nothing for no types', async () => {
      expect((await connectome.roiCounts([], ['F'])).value).toEqual([]);
    });

    test('asks nothing once its signal has aborted', async () => {
      const reason = new Error('stop');
      await expect(connectome.catalogue([], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    test('tells the same edit twice', async () => {
      const { value } = await connectome.edit();
      expect(value).toEqual(expect.any(String));
      expect((await connectome.edit()).value).toBe(value);
    });
  });
}
