import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/connectome/connectome.ts';
import { QueryError } from '../../src/errors.ts';
import type { Lookup } from '../../src/lookup/batch.ts';
import { createLoader, type LoaderOptions } from '../../src/lookup/loader.ts';
import { createRetries } from '../../src/lookup/retry.ts';
import { createGate } from '../../src/pace/gate.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

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

/** A loader's parts, at a fixed pace. */
function partsOf(
  pinnedConcurrency: number,
  pinnedBatchWeight: number,
): Pick<LoaderOptions, 'gate' | 'retries' | 'weightOf'> {
  const clock = createVirtualClock();
  const gate = createGate({ totalWeight: 100, maxConcurrency: 20, pinnedConcurrency, pinnedBatchWeight }, clock);
  return { gate, retries: createRetries(clock), weightOf: one };
}

describe('a loader', () => {
  test('asks for the loads of one tick together, each type once', async () => {
    const { lookup, asked } = recording(lettersOf);
    const loader = createLoader(lookup, partsOf(4, 100));
    expect(await Promise.all(['ab', 'c', 'ab'].map((type) => loader.load(type)))).toEqual([[0, 1], [0], [0, 1]]);
    expect(asked).toEqual([['ab', 'c']]);
  });

  test('settles each load when its own batch lands, before others have', async () => {
    let land: (rows: Row[]) => void = () => undefined;
    const slow = new Promise<Row[]>((resolve) => {
      land = resolve;
    });
    const { lookup } = recording((types) => (types.includes('slow') ? slow : lettersOf(types)));
    const loader = createLoader(lookup, partsOf(2, 1));
    const last = loader.load('slow');
    expect(await loader.load('ab')).toEqual([0, 1]);
    land([{ type: 'slow', length: 7 }]);
    expect(await last).toEqual([7]);
  });

  test('gives a type without rows what no rows amount to', async () => {
    const { lookup } = recording(async () => []);
    const loader = createLoader(lookup, partsOf(1, 9));
    expect(await loader.load('none')).toEqual([]);
  });

  test('rejects the types of a batch that fails, no others, and asks again when asked again', async () => {
    let isBroken = true;
    const { lookup } = recording(async (types) => {
      if (isBroken && types.includes('bad')) throw new Error('broken');
      return lettersOf(types);
    });
    const loader = createLoader(lookup, partsOf(1, 1));
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
      ...partsOf(2, 100),
      onSplit: () => splits++,
    });
    const names = ['a', 'b', 'c', 'bad', 'd', 'e', 'f', 'g'];
    const outcomes = await Promise.allSettled(names.map((type) => loader.load(type)));
    expect(outcomes.map((outcome) => outcome.status === 'rejected')).toEqual(names.map((name) => name === 'bad'));
    expect(outcomes[3]).toMatchObject({ reason: { message: 'cannot read bad' } });
    expect(splits).toBe(3);
    expect(asked.length).toBe(1 + 2 * 3);
  });

  test.each(['timeout', 'memory'] as const)('asks a lone type that fails by %s once more', async (failure) => {
    let left = 1;
    const { lookup, asked } = recording(async (types) => {
      if (types.includes('late') && left-- > 0) throw new QueryError('no answer', { failure });
      if (types.includes('heavy')) throw new QueryError('no answer', { failure });
      return lettersOf(types);
    });
    let retries = 0;
    const loader = createLoader(lookup, { ...partsOf(1, 1), onRetry: () => retries++ });
    const outcomes = await Promise.allSettled(['ab', 'late', 'heavy', 'c'].map((type) => loader.load(type)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const times = (type: string): number => asked.filter(([first]) => first === type).length;
    expect(['ab', 'late', 'heavy', 'c'].map(times)).toEqual([1, 2, 2, 1]);
    expect(retries).toBe(2);
  });

  test('stops when two lone types fail for the same reason: it is the question', async () => {
    const { lookup, asked } = recording(async () => {
      throw new Error('no such property');
    });
    const loader = createLoader(lookup, partsOf(1, 1000));
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
    const loader = createLoader(lookup, partsOf(1, 1));
    for (let i = 0; i < 3; i++) await expect(loader.load('bad')).rejects.toThrow('broken');
    expect(await loader.load('ab')).toEqual([0, 1]);
  });

  test('takes a row of a type that it did not ask for as a fault of the source', async () => {
    const { lookup } = recording(async () => [{ type: 'other', length: 1 }]);
    const loader = createLoader(lookup, partsOf(1, 1));
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
    const loader = createLoader(lookup, { ...partsOf(1, 1), signal: stop.signal });
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
            ...partsOf(width, batchWeight),
            weightOf: (type) => type.length + 1,
          });
          const loads = Promise.all(names.map((name) => loader.load(name)));
          await s.waitFor(loads);
          expect(await loads).toEqual(names.map((name) => [...name].map((_, i) => i)));
          expect(widest()).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test('ends what is under way when the question turns out to be wrong', async () => {
    const signals: AbortSignal[] = [];
    const { lookup } = recording(lettersOf);
    const loader = createLoader(
      {
        ...lookup,
        ask: async (types, { signal }) => {
          if (types.includes('first')) throw new QueryError('syntax', { failure: 'question' });
          signals.push(signal as AbortSignal);
          await new Promise((_, failed) => signal?.addEventListener('abort', () => failed(signal.reason)));
          return lookup.ask(types, {});
        },
      },
      { ...partsOf(3, 1), weightOf: (type) => (type === 'first' ? 1 : 2), gate: partsOf(3, 2).gate },
    );
    const outcomes = await Promise.allSettled(['a', 'b', 'first'].map((type) => loader.load(type)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { message: 'syntax' } });
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true]);
  });

  test('marks types that alone take too long, and stops when five do: it is the server', async () => {
    const tooLong = (types: readonly string[], slow: readonly string[]): Promise<Row[]> =>
      types.some((type) => slow.includes(type))
        ? Promise.reject(new QueryError('no answer within 60 s', { failure: 'timeout' }))
        : lettersOf(types);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const statuses = async (slow: string[]): Promise<string[]> => {
      const { lookup } = recording((types) => tooLong(types, slow));
      const loader = createLoader(lookup, partsOf(1, 100));
      return (await Promise.allSettled(names.map((type) => loader.load(type)))).map(({ status }) => status);
    };
    const failed = (await statuses(['a', 'c', 'e', 'g'])).filter((status) => status === 'rejected');
    expect(failed).toHaveLength(4);
    expect(new Set(await statuses(names))).toEqual(new Set(['rejected']));
  });

  test('asks again where an answer was made of fewer cells than there are, and takes no part of it', async () => {
    const { lookup, asked } = recording(lettersOf);
    const short: Lookup<Row, number[]> = {
      ...lookup,
      ask: async (types, ask) => {
        const answer = await lookup.ask(types, ask);
        const isShort = asked.length === 1;
        return { ...answer, cells: new Map(types.map((type, i) => [type, isShort && i === 1 ? 2 : 3])) };
      },
    };
    const loader = createLoader(short, { ...partsOf(1, 100), cellsOf: () => 3 });
    expect(await Promise.all(['ab', 'c'].map((type) => loader.load(type)))).toEqual([[0, 1], [0]]);
    expect(asked).toHaveLength(2);
    const wrong = createLoader(short, { ...partsOf(1, 100), cellsOf: () => 4 });
    await expect(wrong.load('ab')).rejects.toThrow('letters of "ab": expected 4 cells, got 3');
  });
});
