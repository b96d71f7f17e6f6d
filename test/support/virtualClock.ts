/** A clock whose time passes only when nothing else is left to do: waits take no time, and run in their order. */
import type { Clock } from '../../src/clock.ts';
import { mulberry32 } from '../simulation/random.ts';

export function createVirtualClock(seed = 1): Clock {
  const waits: { atMs: number; done: () => void }[] = [];
  let nowMs = 0;
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled || waits.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      waits.sort((a, b) => a.atMs - b.atMs);
      const next = waits.shift();
      if (next) {
        nowMs = next.atMs;
        next.done();
      }
      schedule();
    });
  };

  return {
    now: () => nowMs,
    random: mulberry32(seed),
    wait: (ms, signal) =>
      new Promise((done, failed) => {
        if (signal?.aborted) return failed(signal.reason);
        const over = new AbortController();
        signal?.addEventListener('abort', () => failed(signal.reason), { signal: over.signal });
        waits.push({
          atMs: nowMs + ms,
          done() {
            over.abort();
            done();
          },
        });
        schedule();
      }),
  };
}
