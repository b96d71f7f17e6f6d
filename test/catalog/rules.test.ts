import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCodePoints } from '../../src/catalog/codePoint.ts';
import { sideOf } from '../../src/catalog/entry.ts';
import { roiSummariser } from '../../src/catalog/roi.ts';
import { loadConfig } from '../../src/config.ts';
import type { RoiNode } from '../../src/connectome/connectome.ts';

describe('sides', () => {
  const rulesOf = (preset: string) => loadConfig({ flags: { preset } }).settings.sides;

  test.each([
    ['default', { rootSide: 'L', somaSide: 'R' }, 'left'],
    ['default', { somaSide: ' rhs ' }, 'right'],
    ['default', { rootSide: 'neither', side: 'Midline' }, 'middle'],
    ['default', { instance: 'X_L' }, 'left'],
    ['default', { instance: 'X_L_(a)' }, 'unknown'],
    ['hemibrain', { instance: 'MBON14(a3)_R', somaSide: 'L' }, 'right'],
    ['hemibrain', { instance: 'MBON14', somaSide: 'L' }, 'left'],
    ['male-cns', { instance: 'X_L' }, 'unknown'],
    ['manc', { somaSide: 'LHS' }, 'left'],
    ['optic-lobe', { instance: 'Tm3_R_col' }, 'right'],
    ['optic-lobe', { instance: 'Mi1(l)' }, 'left'],
    ['optic-lobe', { instance: 'Mi1_Long' }, 'unknown'],
    ['flywire-fafb', { side: 'CENTER' }, 'middle'],
  ])('%s reads %j as %s', (preset, cell: Record<string, string>, side) => {
    const rules = rulesOf(preset);
    expect(
      sideOf(
        rules,
        rules.map((rule) => cell[rule.property] ?? null),
      ),
    ).toBe(side);
  });
});

describe('ROI shares', () => {
  const hierarchy: RoiNode = {
    name: 'brain',
    children: [{ name: 'OL(R)', children: [{ name: 'ME(R)' }] }, { name: 'LH(R)' }],
  };
  const rules = { halfSuffix: /\s*\((L|R|M)\)$/u, minSharePercent: 1.5, rule: 'merged' as const };
  const row = (roi: string, pre: number, post: number) => ({ type: 'T', roi, pre, post });

  test('a share of exactly the threshold is listed, one synapse less is not', () => {
    const summarise = roiSummariser(hierarchy, rules);
    const listed = (part: number): string[] =>
      summarise([row('ME(R)', 0, 200_000 - part), row('LH(R)', 0, part)]).rois.map((roi) => roi.name);
    expect(listed(3000)).toEqual(['ME', 'LH']);
    expect(listed(2999)).toEqual(['ME']);
  });

  test('the threshold is a setting, exact to 4 decimals', () => {
    const summarise = roiSummariser(hierarchy, { ...rules, minSharePercent: 0.0001 });
    expect(summarise([row('ME(R)', 999_999, 0), row('LH(R)', 1, 0)]).rois).toHaveLength(2);
    expect(summarise([row('ME(R)', 1_000_000, 0), row('LH(R)', 1, 0)]).rois).toHaveLength(1);
  });

  test('without a hierarchy each ROI is its own region', () => {
    expect(roiSummariser(null, rules)([row('ME(L)', 1, 1)])).toMatchObject({ region: 'ME' });
  });

  test('whatever the rows and their order: sums are exact, shares add up to no more than the whole', () => {
    const counts = fc.record({
      roi: fc.constantFrom('ME(R)', 'ME(L)', 'LH(R)', 'GNG'),
      pre: fc.nat(1e6),
      post: fc.nat(1e6),
    });
    fc.assert(
      fc.property(fc.uniqueArray(counts, { selector: (c) => c.roi }), fc.infiniteStream(fc.nat()), (rows, order) => {
        const summarise = roiSummariser(hierarchy, { ...rules, minSharePercent: 0 });
        const typed = rows.map((counted) => ({ type: 'T', ...counted }));
        const summary = summarise(typed);
        const shuffled = typed
          .map((r) => ({ r, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ r }) => r);
        expect(summarise(shuffled)).toEqual(summary);
        const sum = (shares: { pre: number }[]): number => shares.reduce((total, share) => total + share.pre, 0);
        expect(sum(summary.rois)).toBe(summary.primary.pre);
        expect(sum(summary.regions)).toBe(summary.primary.pre);
        expect(sum(rows)).toBe(summary.primary.pre);
      }),
    );
  });
});

test('names are ordered as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compareCodePoints('🧠', 'Ａ')).toBeGreaterThan(0);
});
