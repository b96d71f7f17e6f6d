/** Connectome on a neuPrint database in Neo4j, over Bolt. */
import { ConfigError, DecodeError, QueryError } from '../errors.ts';
import type { Answer, Ask, CatalogueRow, Connectome, DatasetDescription, RoiCountRow } from './connectome.ts';
import { apocQuery, catalogueQuery, metaQuery, roiInfoQuery, roiSumsQuery } from './cypher.ts';
import { descriptionFromMeta, META_PROPERTIES } from './meta.ts';
import { connectNeo4j, type Neo4jAnswer, type Neo4jOptions, type Neo4jServer } from './neo4j.ts';
import { sumRoiInfo } from './roiInfo.ts';

export interface BoltOptions extends Neo4jOptions {
  /** name or name:tag; needed only where a database holds several. */
  dataset?: string | undefined;
}

/** @throws as connectNeo4j does */
export async function openBolt(options: BoltOptions, signal?: AbortSignal): Promise<Connectome> {
  return connectomeOnNeo4j(await connectNeo4j(options, signal), options);
}

function connectomeOnNeo4j(server: Neo4jServer, { uri, database = 'neo4j', dataset }: BoltOptions): Connectome {
  let label: string | null = null;

  /** The dataset's :Meta properties and the label of its neurons. */
  const askMeta = async (properties: readonly string[], ask?: Ask): Promise<{ meta: MetaRow; answer: Neo4jAnswer }> => {
    const answer = await server.read(metaQuery(properties), {}, ask);
    const meta = chosen(
      answer.rows.map((row) => metaRow(row, properties)),
      dataset,
    );
    label = meta.label;
    return { meta, answer };
  };
  /** A question of the dataset's label needs it described before; alone it asks for that itself. */
  const labelOf = async (ask?: Ask): Promise<string> => label ?? (await askMeta(['dataset', 'tag'], ask)).meta.label;

  return {
    id: `${uri}/${database}/${dataset ?? ''}`,
    bytesReceived: () => server.bytesReceived(),
    close: () => server.close(),

    async edit(ask) {
      const { meta, answer } = await askMeta(['dataset', 'tag', 'uuid', 'lastDatabaseEdit'], ask);
      return answered(editOf(meta.properties), answer);
    },

    async describe(ask) {
      const { meta, answer } = await askMeta(META_PROPERTIES, ask);
      const value: DatasetDescription = { ...descriptionFromMeta(meta.properties), edit: editOf(meta.properties) };
      return answered(value, answer);
    },

    async catalogue(properties, ask) {
      const answer = await server.read(catalogueQuery(await labelOf(ask), properties), {}, ask);
      const value = answer.rows.flatMap(([type, cells, pre, post, ...values]): CatalogueRow[] =>
        cells === 0n
          ? []
          : [
              {
                type: textOrNull(type),
                cells: Number(cells),
                pre: Number(pre),
                post: Number(post),
                values: values.map(textOrNull),
              },
            ],
      );
      return answered(value, answer);
    },

    async canSum(ask) {
      try {
        return answered(true, await server.read(apocQuery(), {}, ask));
      } catch (error) {
        if (!(error instanceof QueryError && error.isUnknownFunction)) throw error;
        return { value: false, serverMs: null, rows: 0, roundTrips: 1 };
      }
    },

    async roiCounts(types, rois, ask) {
      const neurons = await labelOf(ask);
      // UNWIND would count the cells of a type that is named twice twice.
      types = [...new Set(types)];
      if (ask?.sums === 'server') {
        const answer = await server.read(roiSumsQuery(neurons), { types, rois }, ask);
        const value = answer.rows.map(([type, roi, pre, post]) => ({
          type: type as string,
          roi: roi as string,
          pre: Number(pre),
          post: Number(post),
        }));
        return answered<RoiCountRow[]>(value, answer);
      }
      const answer = await server.read(roiInfoQuery(neurons), { types }, ask);
      return answered(sumRoiInfo(answer.rows as [string, string | null][], new Set(rois)), answer);
    },
  };
}

function answered<T>(value: T, { rows, serverMs }: Neo4jAnswer): Answer<T> {
  return { value, serverMs, rows: rows.length, roundTrips: 1 };
}

interface MetaRow {
  label: string;
  properties: Record<string, unknown>;
}

function metaRow([labels, ...values]: unknown[], properties: readonly string[]): MetaRow {
  // neuPrint labels a dataset's nodes `<dataset>_Meta`, `<dataset>_Neuron`; older loaders joined them by a dash.
  const own = (labels as string[]).find((label) => label !== 'Meta' && label.endsWith('Meta'));
  const label = own === undefined ? 'Neuron' : own.replace(/Meta$/, 'Neuron');
  return { label, properties: Object.fromEntries(properties.map((property, i) => [property, values[i]])) };
}

/** @throws DecodeError without :Meta; ConfigError where several datasets are there and none, or none of them, is named */
function chosen(rows: readonly MetaRow[], dataset: string | undefined): MetaRow {
  const nameOf = ({ properties: { dataset: name, tag } }: MetaRow): string => (tag ? `${name}:${tag}` : String(name));
  const [first, ...others] = rows;
  if (first === undefined)
    throw new DecodeError(
      'Expected a :Meta node, found none: this is no neuPrint database, or not the right --database.',
    );
  const matching =
    dataset === undefined ? rows : rows.filter((row) => row.properties.dataset === dataset || nameOf(row) === dataset);
  const [match, ...ambiguous] = matching;
  if (match !== undefined && ambiguous.length === 0) return match;
  // A single dataset of another name is for the build to judge, as with any source.
  if (others.length === 0) return first;
  const names = rows.map(nameOf).sort().join(', ');
  throw new ConfigError(
    `--dataset: expected one of the datasets ${names}; got ${dataset === undefined ? 'none' : JSON.stringify(dataset)}.`,
  );
}

/** Annotations change lastDatabaseEdit and not the uuid; a dataset that lacks either is never taken for unchanged. */
function editOf({ uuid, lastDatabaseEdit }: Record<string, unknown>): string | null {
  return uuid && lastDatabaseEdit ? JSON.stringify([uuid, lastDatabaseEdit]) : null;
}

function textOrNull(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  // As a file's lists are read.
  return Array.isArray(value) ? JSON.stringify(value) : String(value);
}
