import { describe, expect, test } from 'vitest';
import type { Answer, Connectome } from '../../src/connectome/connectome.ts';
import { QueryError } from '../../src/errors.ts';
import { createSource, type Source } from '../../src/lookup/source.ts';
import { createRun, type Report } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

/** A question that fails for some time before it is answered. */
async function failing(
  failures: readonly QueryError['failure'][],
  isDivisible?: boolean,
): Promise<{ outcome: unknown; times: number; report: Report }> {
  const clock = createVirtualClock();
  const run = createRun('test', clock.now);
  const source = createSource({ connectome: {} as Connectome, clock, run, timeoutMs: 1000 });
  let times = 0;
  const put = async (): Promise<Answer<string>> => {
    const failure = failures[times++];
    if (failure !== undefined) throw new QueryError(`it fails by ${failure}`, { failure });
    return { value: 'told', rows: 1, serverMs: null, roundTrips: 1 };
  };
  const outcome = await source.ask('describe', put, { isDivisible: isDivisible ?? false }).catch((error) => error);
  return { outcome, times, report: run.report };
}

describe('a question of its own', () => {
  test('that takes too long is asked once more, and counted', async () => {
    expect(await failing(['timeout'])).toMatchObject({ outcome: 'told', times: 2, report: { retries: 1 } });
    expect(await failing(['passing', 'timeout', 'passing'])).toMatchObject({ outcome: 'told', times: 4 });
  });

  test('that takes too long again ends with that', async () => {
    const { outcome, times } = await failing(['timeout', 'timeout', 'timeout']);
    expect(outcome).toMatchObject({ failure: 'timeout' });
    expect(times).toBe(2);
  });

  test('is not asked again as it was by who can ask for less', async () => {
    const { outcome, times } = await failing(['timeout'], true);
    expect(outcome).toMatchObject({ failure: 'timeout' });
    expect(times).toBe(1);
  });

  test('that is wrong is asked once', async () => {
    expect((await failing(['question'])).times).toBe(1);
    expect((await failing(['data'])).times).toBe(1);
  });
});

/** Asks questions that take so long, of which the server says that so much was its own. */
async function asked(
  questions: readonly [tookMs: number, serverMs: number | null, roundTrips?: number][],
  isEmbedded = false,
): Promise<Source> {
  const clock = createVirtualClock();
  const connectome = { id: 'test', isEmbedded } as Connectome;
  const source = createSource({ connectome, clock, run: createRun('test', clock.now), timeoutMs: 60_000 });
  for (const [tookMs, serverMs, roundTrips = 1] of questions) {
    await source.ask('question', async (): Promise<Answer<null>> => {
      await clock.wait(tookMs);
      return { value: null, serverMs, rows: 0, roundTrips };
    });
  }
  return source;
}

test('what an answer took beyond the time that the server tells is the round trip', async () => {
  expect((await asked([[250, 50]])).rttMs).toBe(200);
});

test('a server that does not tell its time is no farther away than its quickest answer', async () => {
  expect(
    (
      await asked([
        [400, null],
        [230, null],
        [900, null],
      ])
    ).rttMs,
  ).toBe(230);
});

test('an answer of several round trips tells nothing of one', async () => {
  expect((await asked([[30, null, 2]])).rttMs).toBe(0);
});

test('a file is not far away, however long an answer takes', async () => {
  expect((await asked([[300, null]], true)).rttMs).toBe(0);
});
