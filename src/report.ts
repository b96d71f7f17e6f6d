/** What a run did: counters and timings, the events it tells while it works, the report at its end. */
import type { Clock } from './clock.ts';

export type RunEvent =
  | { event: 'phase'; phase: string }
  | { event: 'progress'; phase: string; done: number; total: number; unit: string }
  | { event: 'note'; text: string };

export interface CacheStats {
  l1: { hits: number; misses: number };
  l2: { hits: number; misses: number; faults: number };
}

/** What became of the types of which an earlier run had kept an answer, and of those of which it had not. */
export interface KeptTypes {
  /** Taken from the cache. */
  unchanged: number;
  /** Asked for again, since the source tells that they changed. */
  changed: number;
  /** Not in the dataset before the edit. */
  added: number;
  /** Asked for since nothing was kept of them that could be compared. */
  asked: number;
  /** Not in the dataset any more. */
  gone: number;
}

/** At what pace a lookup was asked, as the controller left it. */
export interface Paced {
  lookup: string;
  /** The way of asking that was found to be faster. */
  way: string;
  batches: number;
  concurrency: number;
  /** What a batch cost, as far as any told: so much each, so much a cell, until so many at once slow the source down. */
  model: { aMs: number; bMsPerUnit: number; knee: number } | null;
}

export interface Report {
  command: string;
  dataset: string | null;
  mode: 'full' | 'quick' | null;
  totals: { types: number; cells: number; untyped: number; pre: number; post: number };
  /** Milliseconds by phase, in the order in which they first began. */
  phases: Record<string, number>;
  /** Request-response exchanges with the source after connecting. */
  roundTrips: number;
  /** The different questions among them. */
  queries: number;
  rows: number;
  /** Received over the wire; null where they cannot be counted (TLS). */
  bytes: number | null;
  retries: number;
  splits: number;
  pace: Paced[];
  /** Types that --verify asked for again, one by one. */
  verifiedTypes: number;
  cache: CacheStats;
  /** null where nothing was kept. */
  kept: KeptTypes | null;
  failedTypes: string[];
  /** What a reader of the numbers must know. */
  notes: string[];
  /** What befell the run, which is nobody's business but its owner's: these may name hosts and folders. */
  events: string[];
  filesWritten: string[];
  filesUnchanged: string[];
  peakRssBytes: number;
}

export interface Run {
  readonly report: Report;
  /** Runs a part of the work under a name and takes its time. */
  phase<T>(name: string, work: () => Promise<T> | T): Promise<T>;
  progress(done: number, total: number, unit: string): void;
  /** About the data: it is shown on the pages, too. */
  note(text: string): void;
  /** About the run. */
  tell(text: string): void;
  /** Counts a question that is asked again. */
  retried(): void;
  /** Counts a batch that is halved after it failed. */
  split(): void;
  /** Tells the pace of a lookup that is done. */
  paced(pace: Paced): void;
  /** Counts an answer of the source; `question` names what was asked. */
  answered(question: string, cost: { roundTrips: number; rows: number }): void;
}

export function createRun(
  command: string,
  now: Clock['now'],
  onEvent: (event: RunEvent) => void = () => undefined,
): Run {
  const questions = new Set<string>();
  let current = '';
  const report: Report = {
    command,
    dataset: null,
    mode: null,
    totals: { types: 0, cells: 0, untyped: 0, pre: 0, post: 0 },
    phases: {},
    roundTrips: 0,
    queries: 0,
    rows: 0,
    bytes: 0,
    retries: 0,
    splits: 0,
    pace: [],
    verifiedTypes: 0,
    cache: { l1: { hits: 0, misses: 0 }, l2: { hits: 0, misses: 0, faults: 0 } },
    kept: null,
    failedTypes: [],
    notes: [],
    events: [],
    filesWritten: [],
    filesUnchanged: [],
    peakRssBytes: 0,
  };
  return {
    report,
    async phase(name, work) {
      const startedMs = now();
      current = name;
      onEvent({ event: 'phase', phase: name });
      try {
        return await work();
      } finally {
        report.phases[name] = (report.phases[name] ?? 0) + Math.round(now() - startedMs);
      }
    },
    progress: (done, total, unit) => onEvent({ event: 'progress', phase: current, done, total, unit }),
    note(text) {
      report.notes.push(text);
      onEvent({ event: 'note', text });
    },
    tell(text) {
      report.events.push(text);
      onEvent({ event: 'note', text });
    },
    retried: () => {
      report.retries++;
      report.roundTrips++;
    },
    split: () => {
      report.splits++;
      report.roundTrips++;
    },
    paced: (pace) => void report.pace.push(pace),
    answered(question, { roundTrips, rows }) {
      if (roundTrips > 0) questions.add(question);
      report.queries = questions.size;
      report.roundTrips += roundTrips;
      report.rows += rows;
    },
  };
}
