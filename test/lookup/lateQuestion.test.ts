import { describe, expect, test } from 'vitest';
import type { Answer, Connectome } from '../../src/connectome/connectome.ts';
import { QueryError } from '../../src/errors.ts';
import { createSource } from '../../src/lookup/source.ts';
import { createRun, type Report } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

/** A question that fails for some time before it is answered. */
async function asked(
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
    expect(await asked(['timeout'])).toMatchObject({ outcome: 'told', times: 2, report: { retries: 1 } });
    expect(await asked(['passing', 'timeout', 'passing'])).toMatchObject({ outcome: 'told', times: 4 });
  });

  test('that takes too long again ends with that', async () => {
    const { outcome, times } = await asked(['timeout', 'timeout', 'timeout']);
    expect(outcome).toMatchObject({ failure: 'timeout' });
    expect(times).toBe(2);
  });

  test('is not asked again as it was by who can ask for less', async () => {
    const { outcome, times } = await asked(['timeout'], true);
    expect(outcome).toMatchObject({ failure: 'timeout' });
    expect(times).toBe(1);
  });

  test('that is wrong is asked once', async () => {
    expect((await asked(['question'])).times).toBe(1);
    expect((await asked(['data'])).times).toBe(1);
  });
});
