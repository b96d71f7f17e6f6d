import { describe, expect, it } from 'vitest';
import { naturalOrder } from '../../../src/site/list/natural.ts';

const sorted = (names: string[]): string[] => naturalOrder(names).map((position) => names[position] as string);

describe('naturalOrder', () => {
  it('puts LC4 before LC10', () => {
    expect(sorted(['LC10', 'LC4', 'LC9', 'LC10a', 'LC100'])).toEqual(['LC4', 'LC9', 'LC10', 'LC10a', 'LC100']);
  });

  it('keeps upper and lower case together, and settles ties by code point', () => {
    expect(sorted(['aL', 'b1', 'AL', 'B2'])).toEqual(['AL', 'aL', 'b1', 'B2']);
  });

  it('reads leading zeros as the same number, and digits before letters', () => {
    expect(sorted(['DNa10', 'DNa02', 'DNaa', 'DNa2'])).toEqual(['DNa02', 'DNa2', 'DNa10', 'DNaa']);
  });
});
