import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/errors.ts';
import { packNumbers, packSparse, unpackNumbers, unpackSparse } from '../../../src/site/table/packing.ts';

const numbers = fc.array(fc.oneof(fc.nat(), fc.constant(0), fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER)));

describe('packing', () => {
  it('gives back any list of numbers up to 2^53 - 1', () => {
    fc.assert(
      fc.property(numbers, (list) => {
        expect([...unpackNumbers(packNumbers(list))]).toEqual(list);
        expect(unpackSparse(packSparse(list))).toEqual(list);
      }),
    );
  });

  it.each([-3, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    'refuses %s instead of writing a wrong text',
    (wrong) => {
      for (const pack of [packNumbers, packSparse]) {
        expect(() => pack([1, wrong])).toThrow(DecodeError);
        expect(() => pack([1, wrong])).toThrow(
          `expected whole numbers from 0 to 2^53 - 1 in the catalogue, got ${wrong}`,
        );
      }
    },
  );

  it('needs no character that a JSON text in a script has to escape', () => {
    const text = packNumbers(Array.from({ length: 10_000 }, (_, i) => i * i));
    expect(text).not.toMatch(/["'\\<&`\s]/);
  });

  it('writes a long run of zeros in a few characters', () => {
    expect(packSparse(new Array<number>(10_000).fill(0)).length).toBeLessThan(5);
  });
});
