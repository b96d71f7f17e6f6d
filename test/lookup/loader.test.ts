import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/connectome/connectome.ts';
import type { Lookup } from '../../src/lookup/batch.ts';
import { createLoader } from '../../src/lookup/loader.ts';
import { packByWeight } from '../../src/lookup/pack.ts';
import { createGate } from '../../src/pace/gate.ts';

interface Row {
  type: string;
  length: number;
}

interface Recorded {
  lookup: Lookup<Row, number[]>;
  asked: string[][];
  /** The most questions that were open at once. */
  widest(): number;
}

/** A source that knows one row for each letter of a type, and records what it is asked. */
function recording(answer: (types: readonly string[]) => Promise<Row[]>): Recorded {
  const asked: string[][] = [];
  let open = 0;
  let widest = 0;
  return {
    asked,
    widest: () => widest,
    lookup: {
      name: 'letters',
      async ask(types): Promise<Answer<Row[]>> {
        asked.push([...types]);
        widest = Math.max(widest, ++open);
        const value = await answer(types).finally(() => open--);
        return { value, serverMs: null, rows: value.length, roundTrips: 1 };
      },
      valueOf: (rows) => rows.map((row) => row.length),
    },
  };
}

const lettersOf = async (types: readonly string[]): Promise<Row[]> =>
  types.flatMap((type) => [...type].map((_, i) => ({ type, length: i })));
const one = (): number => 1;

describe('a loader', () => {
  test('asks for the loads of one tick together, each type once', async () => {
    const { lookup, asked } = recording(lettersOf);
    const loader = createLoader(lookup, { gate: createGate(4), weightOf: one, batchWeight: 100 });
    expect(await Promise.all(['ab', 'c', 'ab'].map((type) => loader.load(type)))).toEqual([[0, 1], [0], [0, 1]]);
    expect(asked).toEqual([['ab', 'c']]);
  });

  test('settles each load when its own batch lands, before others have', async () => {
    let land: (rows: Row[]) => void = () => undefined;
    const slow = new Promise<Row[]>((resolve) => {
      land = resolve;
    });
    const { lookup } = recording((types) => (types.includes('slow') ? slow : lettersOf(types)));
    const loader = createLoader(lookup, { gate: createGate(2), weightOf: one, batchWeight: 1 });
    const last = loader.load('slow');
    expect(await loader.load('ab')).toEqual([0, 1]);
    land([{ type: 'slow', length: 7 }]);
    expect(await last).toEqual([7]);
  });

  test('gives a type without rows what no rows amount to', async () => {
    const { lookup } = recording(async () => []);
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 9 });
    expect(await loader.load('none')).toEqual([]);
  });

  test('rejects the types of a batch that fails, no others, and asks again when asked again', async () => {
    let isBroken = true;
    const { lookup } = recording(async (types) => {
      if (isBroken && types.includes('bad')) throw new Error('broken');
      return lettersOf(types);
    });
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 1 });
    const outcomes = await Promise.allSettled(['bad', 'ok'].map((type) => loader.load(type)));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled']);
    isBroken = false;
    expect(await loader.load('bad')).toEqual([0, 1, 2]);
  });

  test('halves a batch that fails until what fails is alone: one bad type takes no other with it', async () => {
    const { lookup, asked } = recording(async (types) => {
      if (types.includes('bad')) throw new Error(`cannot read ${types.join()}`);
      return lettersOf(types);
    });
    let splits = 0;
    const loader = createLoader(lookup, {
      gate: createGate(2),
      weightOf: one,
      batchWeight: 100,
      onSplit: () => splits++,
    });
    const names = ['a', 'b', 'c', 'bad', 'd', 'e', 'f', 'g'];
    const outcomes = await Promise.allSettled(names.map((type) => loader.load(type)));
    expect(outcomes.map((outcome) => outcome.status === 'rejected')).toEqual(names.map((name) => name === 'bad'));
    expect(outcomes[3]).toMatchObject({ reason: { message: 'cannot read bad' } });
    expect(splits).toBe(3);
    expect(asked.length).toBe(1 + 2 * 3);
  });

  test('stops when two lone types fail for the same reason: it is the question', async () => {
    const { lookup, asked } = recording(async () => {
      throw new Error('no such property');
    });
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 1000 });
    const names = Array.from({ length: 500 }, (_, i) => `T${i}`);
    const outcomes = await Promise.allSettled(names.map((type) => loader.load(type)));
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(asked.length).toBeLessThan(40);
  });

  test('forgets what failed: the same failure of a later load is no reason to stop', async () => {
    const { lookup } = recording(async (types) => {
      if (types.includes('bad')) throw new Error('broken');
      return lettersOf(types);
    });
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 1 });
    for (let i = 0; i < 3; i++) await expect(loader.load('bad')).rejects.toThrow('broken');
    expect(await loader.load('ab')).toEqual([0, 1]);
  });

  test('takes a row of a type that it did not ask for as a fault of the source', async () => {
    const { lookup } = recording(async () => [{ type: 'other', length: 1 }]);
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 1 });
    await expect(loader.load('mine')).rejects.toThrow(
      'letters: asked for 1 types, got a row of "other", which is none of them',
    );
  });

  test('asks nothing more once its signal has aborted', async () => {
    const stop = new AbortController();
    const { lookup, asked } = recording(async (types) => {
      stop.abort(new Error('stop'));
      return lettersOf(types);
    });
    const loader = createLoader(lookup, { gate: createGate(1), weightOf: one, batchWeight: 1, signal: stop.signal });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((type) => loader.load(type)));
    expect(asked).toHaveLength(1);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  });

  test('any types, weights, widths and delays: the same as one by one, and never more in flight than allowed', async () => {
    const types = fc.uniqueArray(fc.string({ maxLength: 5 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        types,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.scheduler(),
        async (names, batchWeight, width, s) => {
          const { lookup, widest } = recording((asked) => s.schedule(lettersOf(asked)));
          const loader = createLoader(lookup, {
            gate: createGate(width),
            weightOf: (type) => type.length + 1,
            batchWeight,
          });
          const loads = Promise.all(names.map((name) => loader.load(name)));
          await s.waitFor(loads);
          expect(await loads).toEqual(names.map((name) => [...name].map((_, i) => i)));
          expect(widest()).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('packs', () => {
  test('hold each type once, and no more weight than allowed unless a type alone is more', () => {
    const weights = fc.dictionary(fc.string(), fc.integer({ min: 1, max: 100 }));
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 200 }), (weightOf, packWeight) => {
        const packs = packByWeight(Object.keys(weightOf), (type) => weightOf[type] ?? 1, packWeight);
        expect(packs.flat().sort()).toEqual(Object.keys(weightOf).sort());
        for (const pack of packs) {
          const weight = pack.reduce((sum, type) => sum + (weightOf[type] ?? 1), 0);
          expect(weight <= packWeight || pack.length === 1).toBe(true);
        }
      }),
    );
  });

  test('go heaviest first, so that the giants do not end last', () => {
    const weightOf: Record<string, number> = { small: 1, giant: 90, middle: 30, other: 20 };
    expect(packByWeight(Object.keys(weightOf), (type) => weightOf[type] ?? 1, 50)).toEqual([
      ['giant'],
      ['middle', 'other'],
      ['small'],
    ]);
  });
});
