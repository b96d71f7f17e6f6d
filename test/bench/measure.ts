/** Runs cases in turn, A B C A B C, so that a machine that slows down slows all of them; medians and their spread. */

/** What one run of a case cost, beside its time. */
export interface Cost {
  roundTrips?: number | undefined;
  rows?: number | undefined;
  bytes?: number | null | undefined;
  peakBytes?: number | undefined;
}

export interface Case {
  name: string;
  /** Not timed. */
  prepare?: () => Promise<void> | void;
  /** Timed; may give its own time where only a part of it counts. */
  run: () => Promise<Cost & { ms?: number }>;
}

export interface Result extends Cost {
  name: string;
  /** Ascending. */
  runsMs: number[];
}

export async function measureInTurn(cases: readonly Case[], runs: number): Promise<Result[]> {
  const results = new Map<string, Result>(cases.map(({ name }) => [name, { name, runsMs: [] }]));
  for (let turn = 0; turn < runs; turn++) {
    for (const { name, prepare, run } of cases) {
      await prepare?.();
      const startedMs = performance.now();
      const { ms, ...cost } = await run();
      const result = results.get(name) as Result;
      result.runsMs.push(ms ?? performance.now() - startedMs);
      Object.assign(result, cost);
    }
  }
  for (const { runsMs } of results.values()) runsMs.sort((a, b) => a - b);
  return [...results.values()];
}

export function medianMs({ runsMs }: Result): number {
  return runsMs[runsMs.length >> 1] ?? Number.NaN;
}

/** A Markdown table. */
export function tableOf(results: readonly Result[]): string {
  const head = ['case', 'median s', 'min to max', 'round trips', 'rows', 'MB received', 'peak MB'];
  const lines = results.map((result) => [
    result.name,
    seconds(medianMs(result)),
    result.runsMs.length > 1 ? `${seconds(result.runsMs[0])} to ${seconds(result.runsMs.at(-1))}` : '',
    whole(result.roundTrips),
    whole(result.rows),
    result.bytes ? (result.bytes / 1e6).toFixed(1) : '',
    result.peakBytes ? whole(result.peakBytes / 1e6) : '',
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function seconds(ms: number | undefined): string {
  return ((ms ?? Number.NaN) / 1000).toFixed(2);
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en-US');
}
