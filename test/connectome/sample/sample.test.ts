import { describe, expect, test } from 'vitest';
import { isTyped } from '../../../src/catalog/entry.ts';
import type { CatalogueRow, Connectome } from '../../../src/connectome/connectome.ts';
import { openSample } from '../../../src/connectome/sample/sample.ts';

const open = (seed: number): Promise<Connectome> => openSample({ types: 300, cells: 3000, seed });

async function rowsOf(connectome: Connectome): Promise<CatalogueRow[]> {
  return (await connectome.catalogue(['somaSide', 'consensusNt'])).value;
}

describe('the sample', () => {
  test('has as many types and cells as asked for, few large types and many small', async () => {
    const connectome = await open(1);
    const sizes = new Map<string, number>();
    for (const { type, cells } of await rowsOf(connectome))
      if (isTyped(type)) sizes.set(type, (sizes.get(type) ?? 0) + cells);
    expect(sizes.size).toBe(300);
    const sorted = [...sizes.values()].sort((a, b) => b - a);
    expect(sorted.reduce((sum, size) => sum + size)).toBe(3000);
    const largestTenth = sorted.slice(0, 30).reduce((sum, size) => sum + size);
    expect(largestTenth).toBeGreaterThan(1200);
    await connectome.close();
  });

  test('is the same for the same seed, another for another', async () => {
    const [a, b, c] = await Promise.all([open(1), open(1), open(2)]);
    const key = (rows: CatalogueRow[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
    expect(key(await rowsOf(a))).toEqual(key(await rowsOf(b)));
    expect(key(await rowsOf(a))).not.toEqual(key(await rowsOf(c)));
    await Promise.all([a.close(), b.close(), c.close()]);
  });

  test("lists parents beside primary ROIs, as neuPrint's roiInfo does, and primary ROIs lie within the totals", async () => {
    const connectome = await open(1);
    const { primaryRois } = (await connectome.describe()).value;
    const totals = new Map<string, number>();
    for (const row of await rowsOf(connectome))
      if (row.type) totals.set(row.type, (totals.get(row.type) ?? 0) + row.post);
    const inside = await connectome.roiCounts([...totals.keys()], primaryRois ?? []);
    const parents = await connectome.roiCounts(["KCa'b'-m"], ['MB(L)', 'MB(R)']);
    expect(parents.value).toHaveLength(2);
    const sums = new Map<string, number>();
    for (const { type, post } of inside.value) sums.set(type, (sums.get(type) ?? 0) + post);
    for (const [type, post] of sums) expect(post).toBeLessThanOrEqual(totals.get(type) ?? 0);
    await connectome.close();
  });
});
