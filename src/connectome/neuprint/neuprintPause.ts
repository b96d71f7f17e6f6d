/** The rest that a server asks for by Retry-After: it is not asked anything before. */
import { setTimeout } from 'node:timers/promises';
import { wallMsOf } from '../../clock.ts';

/** A server that wants more is taken to be away. */
const MOST_SECONDS = 60;

export interface Pause {
  /** Takes in what a reply says, whatever it is. */
  heed(status: number, headers: Readonly<Record<string, unknown>>): void;
  /**
   * Waits until the server may be asked.
   * @throws the signal's reason
   */
  over(signal?: AbortSignal): Promise<void>;
  /** Nobody waits any more: no timer holds the process. */
  close(): void;
}

export function createPause(): Pause {
  const closed = new AbortController();
  let pause: Promise<unknown> = Promise.resolve();
  return {
    heed(status, headers) {
      const seconds = secondsOf(headers);
      if ((status !== 429 && status !== 503) || !(seconds > 0)) return;
      const ms = Math.min(seconds, MOST_SECONDS) * 1000;
      const rest = setTimeout(ms, undefined, { signal: closed.signal }).catch(() => undefined);
      // What is said later of a shorter rest does not end a longer one.
      pause = Promise.all([pause, rest]);
    },
    async over(signal) {
      signal?.throwIfAborted();
      const left = new AbortController();
      try {
        await new Promise((done, failed) => {
          signal?.addEventListener('abort', () => failed(signal.reason), { signal: left.signal });
          pause.then(done);
        });
      } finally {
        left.abort();
      }
    },
    close: () => closed.abort(),
  };
}

/** In seconds, or as a date, which is held against the server's own clock: the one here may be wrong. */
function secondsOf({ 'retry-after': retryAfter, date }: Readonly<Record<string, unknown>>): number {
  const seconds = Number(retryAfter);
  return Number.isNaN(seconds) ? (wallMsOf(String(retryAfter)) - wallMsOf(String(date))) / 1000 : seconds;
}
