/** Whether a file holds what its source says of itself. */
import type { CatalogueRow } from '../connectome/connectome.ts';
import type { Database } from '../connectome/file/database.ts';
import { connectomeOn } from '../connectome/file/duckdb.ts';
import { sum } from '../sum.ts';
import { thousands } from '../text.ts';
import type { ConnectionTable, ConnectionTotals } from './connections.ts';

type Comparison = readonly [what: string, source: number, file: number];

/**
 * @param catalogue of the source
 * @param totals of the source; null where no connections were taken
 * @returns the first number that differs; null: none does
 */
export async function differenceOf(
  database: Database,
  catalogue: readonly CatalogueRow[],
  table: ConnectionTable | null,
  totals: ConnectionTotals | null,
): Promise<string | null> {
  // Not closed: the database is not its own.
  const file = await connectomeOn(database, { id: '', edit: '' });
  const held = (await file.catalogue([])).value;
  const differing = [
    ...cellComparisons(catalogue, held),
    ...(table === null || totals === null ? [] : connectionComparisons(totals, await totalsIn(database, table))),
  ].find(([, source, file]) => source !== file);
  if (differing === undefined) return null;
  const [what, expected, got] = differing;
  return `the source counts ${thousands(expected)} ${what}, in what came there are ${thousands(got)}`;
}

function* cellComparisons(source: readonly CatalogueRow[], file: readonly CatalogueRow[]): Iterable<Comparison> {
  const held = new Map(file.map((row) => [row.type, row]));
  yield ['cells', sum(source.map(({ cells }) => cells)), sum(file.map(({ cells }) => cells))];
  yield ['types', source.length, held.size];
  for (const { type, cells, pre, post } of source) {
    const of = type === null ? 'cells without a type' : `cells of type ${JSON.stringify(type)}`;
    const own = held.get(type);
    yield [of, cells, own?.cells ?? 0];
    yield [`pre of the ${of}`, pre, own?.pre ?? 0];
    yield [`post of the ${of}`, post, own?.post ?? 0];
  }
}

function connectionComparisons(source: ConnectionTotals, file: ConnectionTotals): readonly Comparison[] {
  return [
    ['connections', source.connections, file.connections],
    ['synapses of connections', source.synapses, file.synapses],
  ];
}

const TOTALS: Readonly<Record<ConnectionTable, string>> = {
  bodies: 'SELECT count(*)::DOUBLE, coalesce(sum(weight), 0)::DOUBLE FROM connection',
  types: 'SELECT coalesce(sum(pairs), 0)::DOUBLE, coalesce(sum(weight), 0)::DOUBLE FROM type_connection',
};

async function totalsIn(database: Database, table: ConnectionTable): Promise<ConnectionTotals> {
  const [[connections, synapses] = []] = await database.query(TOTALS[table]);
  return { connections: Number(connections), synapses: Number(synapses) };
}
