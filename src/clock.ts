/** Time and chance, handed in from outside, so that a test or a library's user may hold both in hand. */
import { setTimeout } from 'node:timers/promises';

export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Rejects with the signal's reason if that comes first. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  async wait(ms, signal) {
    signal?.throwIfAborted();
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
  },
  random: Math.random,
};

/** Ms since 1970 as ISO 8601, UTC. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** Ms since 1970 of a date as HTTP writes it; NaN: it is none. */
export function wallMsOf(date: string): number {
  return Date.parse(date);
}
