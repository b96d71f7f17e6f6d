/** Values written into the text of a query are read back as they were sent, whatever they are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CypherServer, CypherValue } from '../../src/connectome/cypher/cypherServer.ts';

const INT64 = { min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n };

/** Pieces of what means something on the way. */
const pieces = fc.constantFrom(
  ...["'", '"', '\\', '\\u', '\\u0027', '0027', ':', ':Neuron', ':`Meta`', ':SynapsesTo', '$types', '`', '/*', '//'],
  ...['\n', '\u0000', '\u001b', '\u0085', '\u2028', '\ud83e', '\udde0', '<', '[', ']', '{', '}', '1234567890123456789'],
);

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.array(pieces).map((parts) => parts.join('')),
);

const scalars = fc.oneof(
  { weight: 5, arbitrary: texts },
  fc.bigInt(INT64),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
);

/** Lists within a list hold what they like: a row gives each back by itself. */
const values: fc.Arbitrary<CypherValue> = fc.oneof(
  { weight: 5, arbitrary: scalars },
  fc.array(fc.oneof(scalars, fc.array(scalars, { maxLength: 3 })), { maxLength: 5 }),
);

/** @param server one that takes no parameters */
export function literalsProperty(server: () => CypherServer): void {
  // 300 at a time: the server takes some 30 ms to plan a query, whatever is in it.
  test('every text, integer, truth value, null and list is read back as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 300, maxLength: 300 }), async (sent) => {
        const { rows } = await server().read('UNWIND $sent AS value RETURN value', { sent });
        expect(rows.map(([value]) => comparable(value))).toEqual(sent.map(comparable));
      }),
      { numRuns: 20 },
    );
  });
}

/** Integers as digits; half of a pair of surrogates is no character, and travels as U+FFFD. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'string') return Buffer.from(value).toString('utf8');
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
}
