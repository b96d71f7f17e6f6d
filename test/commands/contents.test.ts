import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/cache/keys.ts';
import { groupsOf, isOf, type KeptEntry, surplusOf } from '../../src/commands/contents.ts';

const held = (key: string, kind: Kind | null, dataset: string | null, bytes: number, writtenMs: number): KeptEntry => {
  return { key, kind, dataset, source: kind && `of ${kind}`, lookup: null, bytes, writtenMs };
};

const HELD = [
  held('1', 'answers', 'b:v1', 10, 400),
  held('2', 'answers', 'b:v1', 20, 300),
  held('3', null, null, 40, 900),
  held('4', 'pace', null, 80, 100),
  held('5', 'catalogue', 'a', 160, 200),
  held('6', null, null, 320, 800),
];

describe('entries of a cache', () => {
  test('are told by kind and dataset; those of no dataset come after, other versions last', () => {
    expect(groupsOf(HELD)).toEqual([
      {
        kind: 'catalogue',
        source: 'of catalogue',
        lookup: null,
        dataset: 'a',
        entries: 1,
        bytes: 160,
        oldestMs: 200,
        newestMs: 200,
      },
      {
        kind: 'answers',
        source: 'of answers',
        lookup: null,
        dataset: 'b:v1',
        entries: 2,
        bytes: 30,
        oldestMs: 300,
        newestMs: 400,
      },
      {
        kind: 'pace',
        source: 'of pace',
        lookup: null,
        dataset: null,
        entries: 1,
        bytes: 80,
        oldestMs: 100,
        newestMs: 100,
      },
      { kind: null, source: null, lookup: null, dataset: null, entries: 2, bytes: 360, oldestMs: 800, newestMs: 900 },
    ]);
    expect(groupsOf([])).toEqual([]);
  });

  test.each([
    ['b', true],
    ['b:v1', true],
    ['b:v', false],
    ['b:', false],
    ['', false],
    ['a', false],
  ])('belong to the dataset as a whole name: %j', (wanted, is) => {
    expect(isOf(wanted, HELD[0] as KeptEntry)).toBe(is);
  });
});

describe('what goes so that the rest is small enough', () => {
  const keysOf = (maxBytes: number): string =>
    surplusOf(HELD, maxBytes)
      .map(({ key }) => key)
      .join('');

  test.each([
    [1000, ''],
    [630, ''],
    [629, '6'],
    [310, '6'],
    [309, '63'],
    [270, '63'],
    [269, '634'],
    [30, '6345'],
    [29, '63452'],
    [9, '634521'],
    [0, '634521'],
  ])('at most %i bytes: other versions first, then the oldest, and no more than needed (%j)', (maxBytes, gone) => {
    expect(keysOf(maxBytes)).toBe(gone);
  });
});
