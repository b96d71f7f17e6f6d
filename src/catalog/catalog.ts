/** The answer of a build: every cell type of a dataset with its numbers. Types only; the rules live beside it. */

/** Annotation properties of neuPrint that an entry lists, in the order in which they are written. */
export const ANNOTATIONS = [
  'superclass',
  'class',
  'subclass',
  'supertype',
  'somaNeuromere',
  'itoleeHl',
  'trumanHl',
  'hemilineage',
  'cellBodyFiber',
  'dimorphism',
  'hemibrainType',
  'mancType',
  'flywireType',
  'synonyms',
] as const;

export type Annotation = (typeof ANNOTATIONS)[number];

/** Where a transmitter was read from, best source first. */
export const TRANSMITTER_SOURCES = ['consensusNt', 'celltypePredictedNt', 'predictedNt'] as const;

export type TransmitterSource = (typeof TRANSMITTER_SOURCES)[number];

/** Number of cells by side of the soma (or of the root, as the preset says). */
export interface CellCounts {
  total: number;
  left: number;
  right: number;
  middle: number;
  unknown: number;
}

/** Synapse counts: `pre` are output sites (T-bars), `post` are input sites. */
export interface SynapseCounts {
  pre: number;
  post: number;
}

/** An ROI or a region with a type's synapses in it; percentages are of `primary`, rounded to 2 decimals. */
export interface Share extends SynapseCounts {
  name: string;
  prePercent: number;
  postPercent: number;
}

/** What is known of a type's place; null throughout means not asked or not answered, never zero. */
export interface RoiSummary {
  /** Sums over the primary ROIs; what a type has outside of them is `synapses` less this. */
  primary: SynapseCounts;
  /** Listed ROIs with left and right halves merged, most synapses first. */
  rois: Share[];
  regions: Share[];
  /** The first of `regions`; null if the type has no synapse in a primary ROI. */
  region: string | null;
}

export interface TypeEntry {
  name: string;
  cells: CellCounts;
  /** Totals over the cells, inside and outside the primary ROIs. */
  synapses: SynapseCounts;
  /** Distinct non-blank values as stored, by code point; a property without values is absent. */
  annotations: Partial<Record<Annotation, string[]>>;
  neurotransmitter: { name: string; source: TransmitterSource } | null;
  primary: SynapseCounts | null;
  rois: Share[] | null;
  regions: Share[] | null;
  region: string | null;
  /** Why this type's ROI data is missing, where it was asked for. */
  failed?: string;
}

export interface Cell {
  /** Digits. */
  bodyId: string;
  instance: string | null;
}

/** The cells of each type, by bodyId as a number; or why they could not be had. */
export type CellsByType = ReadonlyMap<string, readonly Cell[] | Error>;

/** Which types of a dataset a catalogue holds, where it is not all. */
export interface Selection {
  /** By name; null where any name will do. */
  types: string[] | null;
  /** The source of a regular expression; null where any name will do. */
  match: string | null;
  /** How many types the dataset has. */
  of: number;
}

export interface Catalog {
  dataset: { name: string; tag: string | null; uuid: string | null; lastDatabaseEdit: string | null };
  mode: 'full' | 'quick';
  /** Absent where every type is there. */
  selection?: Selection;
  /** `types`, `cells`, `pre`, `post` count the typed cells; `untyped` the cells without a type. */
  totals: { types: number; cells: number; untyped: number; pre: number; post: number };
  /** By code point of the name. */
  types: TypeEntry[];
  /** Of every type in `types`; absent where nobody asked for them. */
  cells?: CellsByType;
}
