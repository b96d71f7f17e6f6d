import { expect, test } from 'vitest';
import type { Answer, Connectome } from '../../src/connectome/connectome.ts';
import { createSource, type Source } from '../../src/lookup/source.ts';
import { createRun } from '../../src/report.ts';
import { createVirtualClock } from '../support/virtualClock.ts';

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
