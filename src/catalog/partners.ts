/** Partner rows -> what a type speaks to and hears from: ranked, with shares. */
import type { PartnerRow } from '../connectome/connectome.ts';
import { compareCodePoints } from './codePoint.ts';
import { isTyped } from './entry.ts';

export type Direction = PartnerRow['direction'];

export interface Partner {
  /** null: all cells without a type. */
  name: string | null;
  pairs: number;
  weight: number;
  /** Of the synapses of all partners in this direction, also of those that are not shown; two decimals. */
  percent: number;
}

/** The partners of one type in one direction. */
export interface PartnerList {
  type: string;
  direction: Direction;
  /** Of all partners, before any is left out. */
  totals: { partners: number; weight: number };
  partners: Partner[];
}

export interface PartnerView {
  directions: readonly Direction[];
  /** Partners with fewer synapses are left out. */
  minWeight: number;
  /** At most so many in each direction. */
  top: number;
}

/** A list for each direction, heaviest partner first, then by code point; cells without a type are one partner. */
export function partnerLists(type: string, rows: readonly PartnerRow[], view: PartnerView): PartnerList[] {
  return view.directions.map((direction) => {
    const byName = new Map<string | null, Omit<Partner, 'percent'>>();
    for (const row of rows) {
      if (row.direction !== direction) continue;
      const name = isTyped(row.partner) ? row.partner : null;
      const sums = byName.get(name) ?? { name, pairs: 0, weight: 0 };
      sums.pairs += row.pairs;
      sums.weight += row.weight;
      byName.set(name, sums);
    }
    const all = [...byName.values()].sort((a, b) => b.weight - a.weight || compareNames(a.name, b.name));
    const weight = all.reduce((sum, partner) => sum + partner.weight, 0);
    const partners = all
      .filter((partner) => partner.weight >= view.minWeight)
      .slice(0, view.top)
      .map((partner) => ({ ...partner, percent: Math.round((10_000 * partner.weight) / weight) / 100 }));
    return { type, direction, totals: { partners: all.length, weight }, partners };
  });
}

function compareNames(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareCodePoints(a, b);
}
