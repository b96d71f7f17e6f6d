/** Asks again what failed for a passing reason. The driver's own retries are off: these are the only ones. */
import { setTimeout } from 'node:timers/promises';
import { isTransient } from '../errors.ts';

/** Waits before the second and the third try. */
const DELAYS_MS = [200, 1000];

export interface RetryOptions {
  signal?: AbortSignal | undefined;
  onRetry?: (() => void) | undefined;
}

export async function withRetries<T>(work: () => Promise<T>, { signal, onRetry }: RetryOptions): Promise<T> {
  for (const delayMs of DELAYS_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error)) throw error;
      await setTimeout(delayMs, undefined, { signal });
      onRetry?.();
    }
  }
  return await work();
}
