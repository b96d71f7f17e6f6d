/** The one interface to connectome data, whatever holds it: a few questions, answered in rows of scalars. */

/** A node of the ROI hierarchy; leaves have no `children`. */
export interface RoiNode {
  name: string;
  children?: RoiNode[];
}

/** What a dataset says of itself (neuPrint's :Meta node). null where the dataset is silent. */
export interface DatasetDescription {
  name: string;
  tag: string | null;
  uuid: string | null;
  /** Free text, as stored. It changes with annotation-only edits, when the uuid does not. */
  lastDatabaseEdit: string | null;
  /** The ROIs that tile the dataset without overlap, as stored ("ME(R)"). */
  primaryRois: string[] | null;
  roiHierarchy: RoiNode | null;
  /** A digest of the ROI lists and of the dataset's totals in them: what makes ROI counts incomparable if it changes. */
  roisDigest: string;
  /** What edit() answers as long as the data stay as they are. */
  edit: string | null;
}

/** Cells of one type that agree in every property that was asked for. `type` is null for the cells without one. */
export interface CatalogueRow {
  type: string | null;
  cells: number;
  pre: number;
  post: number;
  /** One value for each property asked for, in that order; null where absent. */
  values: (string | null)[];
}

/** How many cells have a type: the work that a question about it is. */
export interface TypeSize {
  type: string;
  cells: number;
}

/** The types from `from` (itself too) up to `below` (not itself), in the source's own order of texts; null: no bound. */
export interface TypeRange {
  from: string | null;
  below: string | null;
}

/** Synapses of a type's cells in one ROI, summed over the cells. */
export interface RoiCountRow {
  type: string;
  roi: string;
  pre: number;
  post: number;
}

/**
 * What a type is connected to, summed over its cells and those of one partner type. A pair is two cells with at least
 * one synapse from the one to the other; weight counts synapses. The partner type null is all cells without a type.
 */
export interface PartnerRow {
  type: string;
  /** upstream: the partner's cells speak to the type's; downstream: the other way. */
  direction: 'upstream' | 'downstream';
  partner: string | null;
  pairs: number;
  weight: number;
}

/** A cell of a type. */
export interface CellRow {
  type: string;
  /** Its digits: ids exceed 2^53. */
  bodyId: string;
  /** As stored; null where it has none. */
  instance: string | null;
}

export interface Ask {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}

export interface CatalogueAsk extends Ask {
  /** All types if left out. */
  range?: TypeRange | undefined;
}

export interface RoiAsk extends Ask {
  /** client if left out. */
  sums?: Sums | undefined;
}

/** An answer and what it cost. */
export interface Answer<T> {
  value: T;
  /** Time spent by the server, where it tells. */
  serverMs: number | null;
  /** Rows that were received, which may be more than the rows in `value`. */
  rows: number;
  roundTrips: number;
}

/** An answer about types, and how many cells of each it was made of; a type of which there are none may be left out. */
export interface TypedAnswer<Row> extends Answer<Row[]> {
  cells: ReadonlyMap<string, number>;
  /** Of the very cells that it was made of; left out where the source has none of them. */
  fingerprints?: Fingerprints | undefined;
}

/** By type, what its ROI counts are made of in a short text: a type whose fingerprint did not change has the same counts. */
export type Fingerprints = ReadonlyMap<string, string>;

/** Who adds up the cells' ROI counts: the server, so that few rows travel, or the client. */
export type Sums = 'server' | 'client';

/**
 * Names come and go exactly as stored; every type is asked for by its exact name. A call rejects with
 * ConnectError, QueryError or DecodeError, or with the signal's reason.
 */
export interface Connectome {
  /** Names server and dataset in a cache key; holds no secret. */
  readonly id: string;
  /** Runs in this process: it adds up by itself, whatever a question says. */
  readonly isEmbedded: boolean;
  /** The most questions that it is fit to be asked at once. */
  readonly maxInFlight: number;
  /** What changes whenever the data do, from as cheap a question as the source allows; null: cannot be told. */
  edit(ask?: Ask): Promise<Answer<string | null>>;
  describe(ask?: Ask): Promise<Answer<DatasetDescription>>;
  /** Every type with its number of cells, far cheaper than the catalogue. */
  typeSizes(ask?: Ask): Promise<Answer<TypeSize[]>>;
  /**
   * The types, all or those in a range, grouped by the given neuron properties; a property that the dataset lacks is
   * null throughout. The cells without a type come with the range that has no `from`.
   */
  catalogue(properties: readonly string[], ask?: CatalogueAsk): Promise<Answer<CatalogueRow[]>>;
  /** Of every type, far cheaper than its ROI counts; null: the source has none, what it holds changes as a whole. */
  fingerprints(ask?: Ask): Promise<Answer<Fingerprints | null>>;
  /** ROI counts of the given types in the given ROIs only. A type without synapses there has no row. */
  roiCounts(types: readonly string[], rois: readonly string[], ask?: RoiAsk): Promise<TypedAnswer<RoiCountRow>>;
  /** Partners of the given types among all cells of the dataset (neuPrint's :Neuron), upstream and downstream. */
  partners(types: readonly string[], ask?: Ask): Promise<TypedAnswer<PartnerRow>>;
  /** Every cell of the given types, in no order. */
  cells(types: readonly string[], ask?: Ask): Promise<TypedAnswer<CellRow>>;
  /** Whether it can add up ROI counts itself; asked before roiCounts(), it spares that a question. */
  canSum(ask?: Ask): Promise<Answer<boolean>>;
  /** Bytes received over a wire so far; null where they cannot be counted. */
  bytesReceived(): number | null;
  close(): Promise<void>;
}
