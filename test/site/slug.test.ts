import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameOfSlug, slugOf } from '../../src/site/slug.ts';

const HOSTILE = [
  '../../etc',
  'CON',
  'con',
  'nul.x',
  'Aux.B',
  'a.',
  '.a',
  '%2e',
  'DNp16/17',
  "KCa'b'-m",
  '~',
  '~~3',
  'a~~~b',
  '',
  ' ',
  'Ünï🧠',
  '\u202e',
  'LNd_CRY+',
  'LNd_CRY-',
];

describe('slugs', () => {
  test('give every name back', () => {
    const names = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 40 }));
    fc.assert(
      fc.property(names, (name) => {
        const slug = slugOf(name);
        expect(slug.length <= 180 ? nameOfSlug(slug) : name).toBe(name);
      }),
    );
  });

  test('are file names everywhere, and differ where case does not count', () => {
    const names = fc.uniqueArray(fc.string({ unit: fc.constantFrom(...'aAbB./~ -%'), minLength: 1, maxLength: 6 }), {
      minLength: 2,
    });
    fc.assert(
      fc.property(names, (all) => {
        const slugs = all.map(slugOf);
        for (const slug of slugs) {
          expect(slug).toMatch(/^[\w.~-]+$/);
          expect(slug).not.toMatch(/^\.|\.$|^(con|nul|aux|prn)(\.|$)/i);
        }
        expect(new Set(slugs.map((slug) => slug.toLowerCase())).size).toBe(all.length);
      }),
    );
    for (const name of HOSTILE) expect(slugOf(name)).not.toMatch(/^(con|nul|aux|prn)(\.|$)/i);
  });

  test('of names that are too long are cut, and still differ', () => {
    const [a, b] = [slugOf('x'.repeat(300)), slugOf(`${'x'.repeat(299)}y`)];
    expect(a).not.toBe(b);
    expect(Buffer.byteLength(`${a}.html`)).toBeLessThan(256);
    expect(nameOfSlug(a)).toBeNull();
  });

  test('stay legible', () => {
    expect(slugOf('KCab-m')).toBe('KCab-m~~3');
    expect(slugOf('lhn_2')).toBe('lhn_2');
  });
});
