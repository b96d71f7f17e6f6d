import { expect, test } from 'vitest';
import { type PartnerView, partnerLists } from '../../src/catalog/partners.ts';
import type { PartnerRow } from '../../src/connectome/connectome.ts';

const row = (partner: string | null, weight: number, direction: PartnerRow['direction'] = 'upstream'): PartnerRow => ({
  type: 'T',
  direction,
  partner,
  pairs: 1,
  weight,
});
const view: PartnerView = { directions: ['upstream', 'downstream'], minWeight: 1, top: Number.POSITIVE_INFINITY };

test('ranks partners by weight, then by code point, cells without a type last', () => {
  const [upstream] = partnerLists(
    'T',
    [row('b', 5), row(null, 5), row('B', 5), row('a', 6), row('\u{1F9E0}', 5), row('\uFF21', 5)],
    view,
  );
  expect(upstream?.partners.map(({ name }) => name)).toEqual(['a', 'B', 'b', '\uFF21', '\u{1F9E0}', null]);
});

test('takes a type of white space for none', () => {
  const [upstream] = partnerLists('T', [row(null, 1), row('  ', 2), row('a', 1)], view);
  expect(upstream?.partners).toEqual([
    { name: null, pairs: 2, weight: 3, percent: 75 },
    { name: 'a', pairs: 1, weight: 1, percent: 25 },
  ]);
});

test('shares are of all partners of the direction, also of those left out', () => {
  const rows = [row('a', 6), row('b', 3), row('c', 1), row('a', 100, 'downstream')];
  const [upstream, downstream] = partnerLists('T', rows, { ...view, minWeight: 2, top: 1 });
  expect(upstream).toEqual({
    type: 'T',
    direction: 'upstream',
    totals: { partners: 3, weight: 10 },
    partners: [{ name: 'a', pairs: 1, weight: 6, percent: 60 }],
  });
  expect(downstream?.partners).toMatchObject([{ name: 'a', percent: 100 }]);
  const [both] = partnerLists('T', rows, { ...view, minWeight: 2 });
  expect(both?.partners.map(({ name }) => name)).toEqual(['a', 'b']);
});

test('a type without partners has empty lists', () => {
  expect(partnerLists('T', [], view)).toEqual(
    view.directions.map((direction) => ({ type: 'T', direction, totals: { partners: 0, weight: 0 }, partners: [] })),
  );
});
