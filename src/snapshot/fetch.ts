/** Fetches the parts of a dataset that are not there yet: at the pace that the source bears, none missing. */
import type { WholeDataset } from '../connectome/cypher/wholeDataset.ts';
import { loadAll } from '../lookup/loadAll.ts';
import { type TunedParts, withTunedLoader } from '../lookup/tunedLoader.ts';
import { counted } from '../text.ts';
import type { ConnectionTable, ConnectionTotals } from './connections.ts';
import { landing, type PartLookup, partLookups } from './lookups.ts';
import { type Part, type Parts, type Plan, rowsSql, type SizedRange } from './parts.ts';

export interface Fetching extends TunedParts {
  whole: WholeDataset;
  parts: Parts;
  signal: AbortSignal;
}

export async function fetchCells({ properties, ranges }: Plan, fetching: Fetching): Promise<void> {
  // The bodyId is asked for in any case.
  const others = properties.filter((name) => name !== 'bodyId');
  const { cells } = lookupsOf(ranges, fetching);
  await fetchParts(cells(others), new Map(ranges.map((range) => [range.first, range.cells])), fetching);
}

/**
 * To be called once all cells are there.
 * @returns what the source itself counts
 */
export async function fetchConnections(
  table: ConnectionTable,
  { ranges }: Plan,
  fetching: Fetching,
): Promise<ConnectionTotals> {
  const { counts, bodies, types, untyped } = lookupsOf(ranges, fetching);
  const { parts } = fetching;
  await fetchParts(counts, new Map(ranges.map((range) => [range.first, range.cells])), fetching);
  const numbers = await parts.query(`SELECT key, v[1]::DOUBLE, v[2]::DOUBLE FROM ${rowsSql('connection_count')}`);
  if (table === 'bodies') {
    const some = numbers.filter(([, connections]) => Number(connections) > 0);
    await fetchParts(bodies, new Map(some.map(([key, connections]) => [String(key), Number(connections)])), fetching);
  } else {
    const { typed, others } = await cellsByType(parts);
    await fetchParts(types, typed, fetching);
    await fetchParts(untyped, others, fetching);
  }
  const totals = { connections: 0, synapses: 0 };
  for (const [, connections, synapses] of numbers) {
    totals.connections += Number(connections);
    totals.synapses += Number(synapses);
  }
  return totals;
}

function lookupsOf(ranges: readonly SizedRange[], { whole }: Fetching): ReturnType<typeof partLookups> {
  const byFirst = new Map(ranges.map((range) => [range.first, range]));
  return partLookups(whole, (key) => byFirst.get(key) as SizedRange);
}

/** How many cells each type has, and each range without one, as they came. */
async function cellsByType(parts: Parts): Promise<{ typed: Map<string, number>; others: Map<string, number> }> {
  const counts = await parts.query(
    `SELECT type, CASE WHEN type IS NULL THEN key END, count(*)::DOUBLE
     FROM (SELECT key, substr(v[3], 2) AS type FROM ${rowsSql('cell')}) GROUP BY ALL`,
  );
  const typed = new Map<string, number>();
  const others = new Map<string, number>();
  for (const [type, key, cells] of counts) {
    if (type === null) others.set(String(key), Number(cells));
    else typed.set(String(type), Number(cells));
  }
  return { typed, others };
}

/**
 * @param weights what each key counts
 * @throws Error of a part that cannot be had
 */
async function fetchParts(
  lookup: PartLookup,
  weights: ReadonlyMap<string, number>,
  { parts, run, signal, ...tuned }: Fetching,
): Promise<void> {
  const landed = await parts.keys(lookup.table);
  const rest = new Map([...weights].filter(([key]) => !landed.has(`${lookup.prefix}${key}`)));
  if (rest.size === 0) return;
  const broken = new AbortController();
  const stop = AbortSignal.any([signal, broken.signal]);
  const land = async (landed: readonly Part[]): Promise<void> => {
    try {
      await parts.land(lookup.table, landed);
    } catch (error) {
      // Asking again would not make room on the disk.
      broken.abort(error);
      throw error;
    }
  };
  await run.phase(lookup.name, async () => {
    const outcomes = await withTunedLoader(
      landing(lookup, rest, land),
      rest,
      { ...tuned, run, signal: stop },
      (loader) => loadAll(loader, rest, stop),
    );
    const failed = [...outcomes.values()].filter((outcome) => outcome instanceof Error);
    const [first] = failed;
    if (first === undefined) return;
    first.message = `${counted(failed.length, 'part')} of the ${lookup.name} could not be had: ${first.message}`;
    throw first;
  });
}
