/**
 * Asks again what failed for a passing reason, and waits for a source that went away. The drivers' own retries are off:
 * these are the only ones. What failed for good reaches the caller as it came.
 */
import type { Clock } from '../clock.ts';
import { ConnectError, QueryError, type QueryFailure } from '../errors.ts';

/**
 * Waits before the second try, the third, …: a source that has too much to do is given about a minute, as one that is
 * away; what took too long, and is the least that can be asked, has cost a whole time limit and gets one more.
 */
const DELAYS_MS = { passing: [200, 1_000], busy: [200, 1_000, 3_000, 8_000, 16_000, 32_000], timeout: [200] };

/** Of all questions, so many may be asked again, or a server in trouble would be asked ever more. */
const BUDGET_BASE = 20;
const BUDGET_SHARE = 0.1;

/** For how long a source that went away is waited for, and how often it is looked for: ever less often. */
const OUTAGE_MS = 60_000;
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 5_000;

/** A question that loses its connection more often, while the source is there, is the reason itself. */
const MOST_LOSSES = 3;

const COOL_MS = 500;

export interface RetryOptions {
  /** Cheap, and answered only if the source is there; without it a source is taken to be back after a moment. */
  ping?: ((signal?: AbortSignal) => Promise<unknown>) | undefined;
  /** A question is asked again. */
  onRetry?: (() => void) | undefined;
  /** The source went away: everything waits. */
  onOutage?: ((reason: string) => void) | undefined;
}

/** One for all that is asked of a source: the budget is one, and an outage is one event however many questions it hits. */
export interface Retries {
  /**
   * Runs the work until it succeeds, fails for good, or has been tried often enough.
   * @throws ConnectError if the source does not come back, or too much had to be asked again
   */
  run<T>(work: () => Promise<T>, options?: RunOptions): Promise<T>;
  /** Waits until a source that had too much to do may be asked again; one wait for all that it refused together. */
  cool(reason: QueryError, signal?: AbortSignal): Promise<void>;
}

export interface RunOptions {
  signal?: AbortSignal | undefined;
  /** Told of each try that failed. */
  onFailure?: ((error: unknown) => void) | undefined;
  /** Failures after which who asks would rather ask for less at once: the same is not asked again. */
  final?: readonly QueryFailure[];
}

export function createRetries(clock: Clock, { ping, onRetry, onOutage }: RetryOptions = {}): Retries {
  let asked = 0;
  let retried = 0;
  /** While the source is away, and while it is let cool. */
  let outage: SharedWait | null = null;
  let cooling: SharedWait | null = null;

  /** Up to half as much more or less, so that what failed together is not asked again together. */
  const wait = (ms: number, signal?: AbortSignal): Promise<void> => clock.wait(ms * (0.5 + clock.random()), signal);

  const spend = (cause: Error): void => {
    retried++;
    if (retried <= BUDGET_BASE + BUDGET_SHARE * asked) return;
    throw new ConnectError(
      `Gave up: after ${asked} questions, ${retried} would have been asked again. The last reason: ${cause.message}`,
      { cause },
    );
  };

  const waitOut = async (reason: ConnectError, signal: AbortSignal): Promise<void> => {
    spend(reason);
    onOutage?.(reason.message);
    const endMs = clock.now() + OUTAGE_MS;
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(2 * lookMs, LAST_LOOK_MS)) {
      await wait(lookMs, signal);
      try {
        await ping?.(signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        // Another failure is an answer too: it is there. A ping that took too long is none.
        if (!isOutage(error) && !isTimeout(error)) return;
        if (clock.now() >= endMs) {
          const { message } = error as Error;
          throw new ConnectError(`${message} (It was waited for ${OUTAGE_MS / 1000} s.)`, { cause: error });
        }
      }
    }
  };

  return {
    async cool(reason, signal) {
      cooling ??= sharedWait(
        async (until) => {
          spend(reason);
          await wait(COOL_MS, until);
        },
        () => {
          cooling = null;
        },
      );
      await cooling.join(signal);
      onRetry?.();
    },

    async run(work, { signal, onFailure, final = [] } = {}) {
      asked++;
      let losses = 0;
      const failures = { passing: 0, busy: 0, timeout: 0 };
      for (;;) {
        await outage?.join(signal);
        signal?.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          signal?.throwIfAborted();
          onFailure?.(error);
          if (isOutage(error)) {
            losses++;
            if (losses > MOST_LOSSES) throw new QueryError(`${error.message} (${losses} times)`, { cause: error });
            outage ??= sharedWait(
              (until) => waitOut(error, until),
              () => {
                outage = null;
              },
            );
            await outage.join(signal);
          } else {
            if (!mayPass(error) || final.includes(error.failure)) throw error;
            const delayMs = DELAYS_MS[error.failure][failures[error.failure]++];
            if (delayMs === undefined) throw error;
            spend(error);
            await wait(delayMs, signal);
          }
          onRetry?.();
        }
      }
    },
  };
}

/** One wait that many share: each leaves it with its own signal, and when all have left it ends. */
interface SharedWait {
  join(signal?: AbortSignal): Promise<void>;
}

function sharedWait(wait: (signal: AbortSignal) => Promise<void>, onOver: () => void): SharedWait {
  const stop = new AbortController();
  const over = wait(stop.signal).finally(onOver);
  // It fails for those who wait; when all have left, nobody is told.
  over.catch(() => undefined);
  let waiting = 0;
  return {
    async join(signal) {
      signal?.throwIfAborted();
      waiting++;
      const left = new AbortController();
      try {
        await new Promise<void>((done, failed) => {
          signal?.addEventListener('abort', () => failed(signal.reason), { signal: left.signal });
          over.then(done, failed);
        });
      } finally {
        left.abort();
        waiting--;
        if (waiting === 0) stop.abort();
      }
    },
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof QueryError && error.failure === 'timeout';
}

function isOutage(error: unknown): error is ConnectError {
  return error instanceof ConnectError && error.isOutage;
}

function mayPass(error: unknown): error is QueryError & { failure: keyof typeof DELAYS_MS } {
  return error instanceof QueryError && Object.hasOwn(DELAYS_MS, error.failure);
}
