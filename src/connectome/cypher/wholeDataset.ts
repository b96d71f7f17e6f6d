/** Everything that a neuPrint database holds of a dataset's cells and their connections, asked in ranges of bodyIds or in types. */
import { DecodeError } from '../../errors.ts';
import type { Answer, Ask, TypedAnswer } from '../connectome.ts';
import { chosen, editOf, neuronLabel } from './cypherMeta.ts';
import type { CypherCost, CypherParameters, CypherServer } from './cypherServer.ts';
import {
  bodyConnectionsQuery,
  bodyIdsQuery,
  cellPropertiesQuery,
  connectionCountsQuery,
  propertyNamesQuery,
  typeConnectionsQuery,
  untypedConnectionsQuery,
  wholeMetaQuery,
} from './cypherWhole.ts';

/** The cells from one bodyId to another, both in it; it is named by the first. */
export interface BodyRange {
  first: string;
  last: string;
}

/** A row of what was asked for; `type` names the range or the type that it belongs to. */
export interface WholeRow {
  type: string;
  values: readonly unknown[];
}

export interface WholeMeta {
  label: string;
  /** All that the :Meta node has. */
  properties: Record<string, unknown>;
  /** As Connectome.edit(). */
  edit: string | null;
}

export interface WholeDataset {
  /** Of all cells, typed or not, in order. */
  bodyIds(ask?: Ask): Promise<Answer<string[]>>;
  /** That some cell has a property of, those that mark its ROIs too. */
  propertyNames(ask?: Ask): Promise<Answer<string[]>>;
  /** Rows (bodyId, roiInfo, property …), one a cell. */
  cells(ranges: readonly BodyRange[], properties: readonly string[], ask?: Ask): Promise<TypedAnswer<WholeRow>>;
  /** Rows (null, connections, synapses): how many a range has to all cells; it has no row where it has none. */
  connectionCounts(ranges: readonly BodyRange[], ask?: Ask): Promise<TypedAnswer<WholeRow>>;
  /** Rows (bodyId, partner's bodyId, weight). `cells` of the answer count connections. */
  bodyConnections(ranges: readonly BodyRange[], ask?: Ask): Promise<TypedAnswer<WholeRow>>;
  /** Rows (partner's type, pairs, weight). */
  typeConnections(types: readonly string[], ask?: Ask): Promise<TypedAnswer<WholeRow>>;
  /** The same of the cells without a type. */
  untypedConnections(ranges: readonly BodyRange[], ask?: Ask): Promise<TypedAnswer<WholeRow>>;
}

/** @throws as connectomeOnCypher's describe() where the dataset is not there */
export async function wholeMeta(
  server: CypherServer,
  dataset: string | undefined,
  ask?: Ask,
): Promise<Answer<WholeMeta>> {
  const { rows, ...cost } = await server.read(wholeMetaQuery(), {}, ask);
  const metas = rows.map(([labels, properties]) => ({
    label: neuronLabel(labels),
    properties: properties as Record<string, unknown>,
  }));
  const meta = chosen(metas, dataset);
  return answered({ ...meta, edit: editOf(meta.properties) }, cost);
}

/** @param label of the dataset's neurons */
export function wholeDatasetOn(server: CypherServer, label: string): WholeDataset {
  const askRows = async (cypher: string, parameters: CypherParameters, ask?: Ask): Promise<Answer<WholeRow[]>> => {
    const value: WholeRow[] = [];
    const onRow = ([type, ...values]: unknown[]): void => void value.push({ type: type as string, values });
    return answered(value, await server.readEach(cypher, parameters, onRow, ask));
  };
  /** Whose every row is one of what is counted. */
  const askEach = async (...asked: Parameters<typeof askRows>): Promise<TypedAnswer<WholeRow>> => {
    const answer = await askRows(...asked);
    const cells = new Map<string, number>();
    for (const { type } of answer.value) cells.set(type, (cells.get(type) ?? 0) + 1);
    return { ...answer, cells };
  };
  /** Among whose rows those without a second value count cells in the third. */
  const askCounted = async (...asked: Parameters<typeof askRows>): Promise<TypedAnswer<WholeRow>> => {
    const answer = await askRows(...asked);
    const cells = new Map<string, number>();
    const value = answer.value.filter(({ type, values: [, pairs, count] }) => {
      if (pairs === null) cells.set(type, (cells.get(type) ?? 0) + Number(count));
      return pairs !== null;
    });
    return { ...answer, value, cells };
  };
  const bounds = (ranges: readonly BodyRange[]): CypherParameters => ({
    ranges: ranges.map(({ first, last }) => [BigInt(first), BigInt(last)]),
  });

  return {
    async bodyIds(ask) {
      const { value, ...answer } = await askRows(bodyIdsQuery(label), {}, ask);
      return { ...answer, value: inOrder(value.map(({ type }) => type)) };
    },
    async propertyNames(ask) {
      const { value, ...answer } = await askRows(propertyNamesQuery(label), {}, ask);
      return { ...answer, value: value.map(({ type }) => type) };
    },
    cells: (ranges, properties, ask) => askEach(cellPropertiesQuery(label, properties), bounds(ranges), ask),
    connectionCounts: (ranges, ask) => askCounted(connectionCountsQuery(label), bounds(ranges), ask),
    bodyConnections: (ranges, ask) => askEach(bodyConnectionsQuery(label), bounds(ranges), ask),
    typeConnections: (types, ask) => askCounted(typeConnectionsQuery(label), { types }, ask),
    untypedConnections: (ranges, ask) => askCounted(untypedConnectionsQuery(label), bounds(ranges), ask),
  };
}

/** @throws DecodeError where a bodyId is none, or two cells have the same: by it a cell is found */
function inOrder(bodyIds: readonly (string | null)[]): string[] {
  const odd = bodyIds.find((bodyId) => bodyId === null || !/^\d{1,19}$/.test(bodyId));
  if (odd !== undefined)
    throw new DecodeError(`Expected the bodyId of each cell to be a whole number, got ${JSON.stringify(odd)}.`);
  // As numbers, which have no leading zeros.
  const sorted = (bodyIds as string[]).toSorted((a, b) => a.length - b.length || (a < b ? -1 : Number(a > b)));
  const twice = sorted.find((bodyId, i) => bodyId === sorted[i + 1]);
  if (twice !== undefined) throw new DecodeError(`Expected each bodyId once, got ${twice} twice.`);
  return sorted;
}

function answered<T>(value: T, { received, serverMs }: CypherCost): Answer<T> {
  return { value, serverMs, rows: received, roundTrips: 1 };
}
