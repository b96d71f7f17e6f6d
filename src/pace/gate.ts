/** How many queries run at once: what does not fit waits its turn (p-limit). */
import pLimit from 'p-limit';

export interface Gate {
  /** Runs the job when there is room; a job whose signal has aborted by then never starts. */
  run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createGate(concurrency: number): Gate {
  const limit = pLimit(concurrency);
  return {
    run: (job, signal) =>
      limit(() => {
        signal?.throwIfAborted();
        return job();
      }),
  };
}
