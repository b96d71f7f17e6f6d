import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQueue } from '../../src/lookup/queue.ts';

const weightsOf = fc.dictionary(fc.string(), fc.integer({ min: 1, max: 100 }));

function drained(weights: Record<string, number>, packWeight: number): (readonly string[])[] {
  const queue = createQueue((type) => weights[type] ?? 1);
  queue.add(Object.keys(weights));
  const packs: (readonly string[])[] = [];
  while (queue.weight > 0) packs.push(queue.take(packWeight));
  return packs;
}

describe('a queue of types', () => {
  test('gives each type once, and no more weight than allowed unless a type alone is more', () => {
    fc.assert(
      fc.property(weightsOf, fc.integer({ min: 1, max: 200 }), (weights, packWeight) => {
        const packs = drained(weights, packWeight);
        expect(packs.flat().sort()).toEqual(Object.keys(weights).sort());
        for (const pack of packs) {
          const weight = pack.reduce((sum, type) => sum + (weights[type] ?? 1), 0);
          expect(weight <= packWeight || pack.length === 1).toBe(true);
        }
      }),
    );
  });

  test('gives the heaviest first, so that the giants do not end last, and fills up with the lightest', () => {
    expect(drained({ small: 1, giant: 90, middle: 30, other: 25, tiny: 2 }, 58)).toEqual([
      ['giant'],
      ['middle', 'other', 'tiny', 'small'],
    ]);
  });

  test('gives what came back before all else, as it was', () => {
    const queue = createQueue(() => 1);
    queue.add(['a', 'b', 'c']);
    const pack = queue.take(2);
    queue.putBack(pack);
    expect(queue.weight).toBe(3);
    expect(queue.take(1)).toEqual(pack);
  });

  test('knows what waits: its weight, and the heaviest that a batch cannot be lighter than', () => {
    const queue = createQueue((type) => type.length);
    expect([queue.weight, queue.heaviest]).toEqual([0, 0]);
    queue.add(['aaa', 'b', 'cc']);
    expect([queue.weight, queue.heaviest]).toEqual([6, 3]);
    queue.take(3);
    expect([queue.weight, queue.heaviest]).toEqual([3, 2]);
    queue.putBack(['aaa', 'dd']);
    expect([queue.weight, queue.heaviest]).toEqual([8, 5]);
    queue.clear();
    expect(queue.take(100)).toEqual([]);
    expect([queue.weight, queue.heaviest]).toEqual([0, 0]);
  });

  test('gives a sample of heavy and light types alike, and the rest afterwards', () => {
    const weights = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`T${i}`, i < 100 ? 50 : 1]));
    const queue = createQueue((type) => weights[type] ?? 1);
    queue.add(Object.keys(weights));
    const sample = queue.takeSample(295);
    const heavy = sample.filter((type) => weights[type] === 50);
    expect(sample.length / 1000).toBeCloseTo(0.05, 2);
    expect(heavy.length / sample.length).toBeCloseTo(0.1, 1);
    const rest: string[] = [];
    while (queue.weight > 0) rest.push(...queue.take(500));
    expect([...sample, ...rest].sort()).toEqual(Object.keys(weights).sort());
  });

  test('gives something of the little that it has', () => {
    const queue = createQueue(() => 7);
    queue.add(['only']);
    expect(queue.takeSample(1)).toEqual(['only']);
    expect(queue.weight).toBe(0);
    queue.putBack(['only']);
    expect(queue.takeSample(1)).toEqual(['only']);
  });
});
