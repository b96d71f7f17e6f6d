/** Runs cases in turn, A B C A B C, so that a machine that slows down slows all of them; medians and their spread. */

/** What one run of a case cost, beside its time. */
export interface Cost {
  roundTrips?: number | undefined;
  rows?: number | undefined;
  bytes?: number | null | undefined;
  peakBytes?: number | undefined;
  /** Of entries of the cache: found in memory, found below it. */
  hits?: readonly [memory: number, disk: number] | undefined;
  /** Of types: their answer was kept and held. */
  kept?: number | undefined;
  fileBytes?: number | undefined;
}

export interface Case {
  name: string;
  /** One of several settings of which only the best matters: it is dropped once it is hopeless. */
  isInGrid?: boolean;
  /** Not timed. */
  prepare?: () => Promise<void> | void;
  /** Timed; may give its own time where only a part of it counts. */
  run: () => Promise<Cost & { ms?: number }>;
}

export interface Result extends Cost {
  name: string;
  isInGrid: boolean;
  /** Ascending. */
  runsMs: number[];
}

/** A setting this many times slower than the best one, in a first run, will not be the best one. */
const HOPELESS = 3;

export async function measureInTurn(cases: readonly Case[], runs: number): Promise<Result[]> {
  const results = new Map<string, Result>(
    cases.map(({ name, isInGrid = false }) => [name, { name, isInGrid, runsMs: [] }]),
  );
  let left = cases;
  for (let turn = 0; turn < runs; turn++) {
    for (const { name, prepare, run } of left) {
      await prepare?.();
      const startedMs = performance.now();
      const { ms, ...cost } = await run();
      const result = results.get(name) as Result;
      result.runsMs.push(ms ?? performance.now() - startedMs);
      Object.assign(result, cost);
    }
    if (turn > 0) continue;
    const firstMs = (name: string): number => results.get(name)?.runsMs[0] ?? Infinity;
    const bestMs = Math.min(...cases.flatMap(({ name, isInGrid }) => (isInGrid ? [firstMs(name)] : [])));
    left = cases.filter(({ name, isInGrid }) => !isInGrid || firstMs(name) <= HOPELESS * bestMs);
  }
  for (const { runsMs } of results.values()) runsMs.sort((a, b) => a - b);
  return [...results.values()];
}

export function medianMs({ runsMs }: Result): number {
  return runsMs[runsMs.length >> 1] ?? Number.NaN;
}

/** A Markdown table; of a grid, its best setting and how many there were. */
export function tableOf(results: readonly Result[]): string {
  const head = [
    'case',
    'median s',
    'min to max',
    'round trips',
    'rows',
    'types kept',
    'hits memory + disk',
    'MB received',
    'MB on disk',
    'peak MB',
  ];
  const lines = shown(results).map((result) => [
    result.name,
    seconds(medianMs(result)),
    result.runsMs.length > 1 ? `${seconds(result.runsMs[0])} to ${seconds(result.runsMs.at(-1))}` : '',
    whole(result.roundTrips),
    whole(result.rows),
    whole(result.kept),
    result.hits?.join(' + ') ?? '',
    result.bytes ? (result.bytes / 1e6).toFixed(1) : '',
    result.fileBytes ? (result.fileBytes / 1e6).toFixed(1) : '',
    result.peakBytes ? whole(result.peakBytes / 1e6) : '',
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown(results: readonly Result[]): Result[] {
  const grid = results.filter(({ isInGrid }) => isInGrid).sort((a, b) => medianMs(a) - medianMs(b));
  const most = Math.max(...grid.map(({ runsMs }) => runsMs.length));
  // What was dropped after one run is no candidate, however lucky that run.
  const best = grid.find(({ runsMs }) => runsMs.length === most);
  const others = results.filter(({ isInGrid }) => !isInGrid);
  return best ? [{ ...best, name: `${best.name} (best of ${grid.length})` }, ...others] : others;
}

function seconds(ms: number | undefined): string {
  // A key of a page takes a few milliseconds.
  return ((ms ?? Number.NaN) / 1000).toFixed(ms !== undefined && ms < 95 ? 4 : 2);
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en-US');
}
