import { describe, expect, test } from 'vitest';
import { ConnectError, QueryError, type QueryFailure } from '../../src/errors.ts';
import { createRetries } from '../../src/lookup/retry.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

const passing = (): QueryError => new QueryError('try again', { failure: 'passing' });
const lost = (): ConnectError => new ConnectError('the connection was lost', { isOutage: true });

/** Fails so often, then answers. */
function failing(times: number, error: () => Error): { work: () => Promise<string>; tries(): number } {
  let tries = 0;
  return {
    tries: () => tries,
    work: async () => {
      if (++tries <= times) throw error();
      return 'answer';
    },
  };
}

describe('retries', () => {
  test('ask again what failed for a passing reason, after a wait that grows, and count it', async () => {
    const clock = createVirtualClock();
    let counted = 0;
    const { work } = failing(2, passing);
    expect(await createRetries(clock, { onRetry: () => counted++ }).run(work)).toBe('answer');
    expect(counted).toBe(2);
    expect(clock.now()).toBeGreaterThan(0.5 * 1200);
    expect(clock.now()).toBeLessThan(1.5 * 1200);
  });

  test('tell the failure after three tries', async () => {
    const { work, tries } = failing(99, passing);
    await expect(createRetries(createVirtualClock()).run(work)).rejects.toThrow('try again');
    expect(tries()).toBe(3);
  });

  test.each<QueryFailure>(['data', 'question', 'unknownFunction', 'memory'])(
    'do not ask the same again that failed by its %s',
    async (failure) => {
      const { work, tries } = failing(99, () => new QueryError('no', { failure }));
      await expect(createRetries(createVirtualClock()).run(work)).rejects.toThrow('no');
      expect(tries()).toBe(1);
    },
  );

  test('ask once more what took too long, whatever else befell it', async () => {
    const failures: (QueryFailure | undefined)[] = ['passing', 'timeout', 'passing'];
    const work = async (): Promise<string> => {
      const failure = failures.shift();
      if (failure !== undefined) throw new QueryError('no', { failure });
      return 'answer';
    };
    expect(await createRetries(createVirtualClock()).run(work)).toBe('answer');
    const { work: late, tries } = failing(99, () => new QueryError('late', { failure: 'timeout' }));
    await expect(createRetries(createVirtualClock()).run(late)).rejects.toThrow('late');
    expect(tries()).toBe(2);
  });

  test.each<QueryFailure>(['timeout', 'busy', 'passing'])(
    'leave what failed by its %s to who would rather ask for less',
    async (failure) => {
      const { work, tries } = failing(99, () => new QueryError('no', { failure }));
      await expect(createRetries(createVirtualClock()).run(work, { final: [failure] })).rejects.toThrow('no');
      expect(tries()).toBe(1);
    },
  );

  test('stop when more than a tenth, and 20, would be asked again', async () => {
    const retries = createRetries(createVirtualClock());
    for (let i = 0; i < 100; i++) await retries.run(async () => 1);
    const { work: broken } = failing(Infinity, passing);
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i++) outcomes.push(await retries.run(broken).catch((error: Error) => error.message));
    const gaveUp = outcomes.findIndex((message) => message.startsWith('Gave up'));
    // 20 + 11 retries are granted, two for each question.
    expect(gaveUp).toBe(15);
    expect(outcomes[gaveUp]).toContain('The last reason: try again');
  });

  test('wait for a source that went away, once for all that it hits, and ask again what was lost', async () => {
    const clock = createVirtualClock();
    const outages: string[] = [];
    let pings = 0;
    const retries = createRetries(clock, {
      ping: async () => {
        pings++;
        if (clock.now() < 20_000) throw lost();
      },
      onOutage: (reason) => outages.push(reason),
    });
    const works = Array.from({ length: 8 }, () => failing(1, lost));
    expect(await Promise.all(works.map(({ work }) => retries.run(work)))).toEqual(works.map(() => 'answer'));
    expect(outages).toEqual(['the connection was lost']);
    expect(works.map(({ tries }) => tries())).toEqual(works.map(() => 2));
    expect(pings).toBeLessThan(20);
    // Nobody waits much longer than it was away.
    expect(clock.now()).toBeLessThan(30_000);
  });

  test('let a question that comes during an outage wait as well', async () => {
    const clock = createVirtualClock();
    const retries = createRetries(clock, {
      ping: async () => {
        if (clock.now() < 5_000) throw lost();
      },
    });
    const first = retries.run(failing(1, lost).work);
    await clock.wait(1_000);
    await retries.run(async () => expect(clock.now()).toBeGreaterThanOrEqual(5_000));
    await first;
  });

  test('give up a source that is not back after a minute, and say so', async () => {
    const clock = createVirtualClock();
    const retries = createRetries(clock, { ping: () => Promise.reject(lost()) });
    const outcomes = await Promise.allSettled([1, 2].map(() => retries.run(failing(1, lost).work)));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: 'the connection was lost (It was waited for 60 s.)' },
      });
    }
    expect(clock.now()).toBeGreaterThanOrEqual(60_000);
    expect(clock.now()).toBeLessThan(70_000);
  });

  test('take a question that loses each connection, while the source is there, for the reason', async () => {
    const { work, tries } = failing(Infinity, lost);
    await expect(createRetries(createVirtualClock(), { ping: async () => 1 }).run(work)).rejects.toThrow(
      new QueryError('the connection was lost (4 times)'),
    );
    expect(tries()).toBe(4);
  });

  test('end their waits with the signal', async () => {
    const stop = new AbortController();
    const clock = createVirtualClock();
    const retries = createRetries(clock, { ping: () => Promise.reject(lost()) });
    const run = retries.run(failing(1, lost).work, { signal: stop.signal });
    await clock.wait(3_000);
    stop.abort(new Error('interrupted'));
    await expect(run).rejects.toThrow('interrupted');
  });
});
