/** A connectome as one run asks it: each question is asked again where that may help, is counted, and tells how far away the source is. */
import type { Clock } from '../clock.ts';
import type { Answer, Ask, Connectome } from '../connectome/connectome.ts';
import type { Run } from '../report.ts';
import { createRetries, type Retries } from './retry.ts';

export interface Source {
  readonly connectome: Connectome;
  readonly retries: Retries;
  /** @param question names it in the report */
  ask<T>(question: string, put: (ask: Ask) => Promise<Answer<T>>, options?: AskOptions): Promise<T>;
  /**
   * What an empty question takes: the least of what answers took beyond the server's own time, where it tells that; 0
   * before any, and where nothing travels.
   */
  readonly rttMs: number;
}

export interface AskOptions {
  /** Who asks would rather ask for less at once. */
  isDivisible?: boolean;
}

export interface SourceParts {
  connectome: Connectome;
  clock: Clock;
  run: Run;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** A ping that is not answered by then is taken for a loss. */
const PING_MS = 10_000;

export function createSource({ connectome, clock, run, timeoutMs, signal }: SourceParts): Source {
  let rttMs = Infinity;
  const retries = createRetries(clock, {
    ping: (signal) => connectome.edit({ signal, timeoutMs: PING_MS }),
    onRetry: run.retried,
    onOutage: (reason) => run.tell(`The source went away and is waited for: ${reason}`),
  });
  return {
    connectome,
    retries,
    async ask(question, put, { isDivisible = false } = {}) {
      const timed = async (): ReturnType<typeof put> => {
        const startedMs = clock.now();
        const answer = await put({ signal, timeoutMs });
        const { serverMs, roundTrips } = answer;
        // A server that does not tell its time is no farther away than that: taken for near, it would be waited for.
        if (roundTrips === 1 && !connectome.isEmbedded)
          rttMs = Math.min(rttMs, clock.now() - startedMs - (serverMs ?? 0));
        return answer;
      };
      const answer = await retries.run(timed, { signal, final: isDivisible ? ['timeout'] : [] });
      run.answered(question, answer);
      return answer.value;
    },
    get rttMs() {
      return Number.isFinite(rttMs) ? Math.max(0, rttMs) : 0;
    },
  };
}
