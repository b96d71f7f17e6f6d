/** Two built indexes -> what changed from one to the other. Pure; what is not known in one of them is never a change to or from zero. */
import {
  ANNOTATIONS,
  type Annotation,
  type Catalog,
  type CellCounts,
  type Share,
  type SynapseCounts,
  type TypeEntry,
} from './catalog.ts';
import { renamedTypes } from './renames.ts';
import { type RoiChanges, roiChanges, sameRoiNumbers } from './roiChanges.ts';
import { selectedBy } from './selection.ts';

/** A catalogue as data/index.json holds it; `generated` is when it was first built (ISO 8601, UTC). */
export interface BuiltIndex extends Catalog {
  generated: string;
}

export interface Change<T> {
  before: T;
  after: T;
}

/** Whether a type has ROI data; `notAsked` in quick mode, and where the dataset names no primary ROIs. */
export type RoiDataState = { state: 'known' } | { state: 'notAsked' } | { state: 'failed'; reason: string };

/** In what a type can differ, in the order in which it is told. */
export const CHANGE_KINDS = [
  'cells',
  'region',
  'neurotransmitter',
  'rois',
  'annotations',
  'roiData',
  'synapses',
  'smaller',
] as const;

/** Of which nothing can be said where an index has no ROI data. */
const ROI_KINDS = ['region', 'rois', 'smaller'] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** What differs of a type that is in both indexes; what does not is absent. At least one kind is there. */
export interface TypeChange {
  /** As it is called in the index after. */
  name: string;
  cells?: Change<CellCounts>;
  /** The main region. Like `rois` and `smaller`: only where both indexes know the type's ROIs. */
  region?: Change<string | null>;
  neurotransmitter?: Change<TypeEntry['neurotransmitter']>;
  rois?: RoiChanges;
  annotations?: Partial<Record<Annotation, Change<string[]>>>;
  roiData?: Change<RoiDataState>;
  synapses?: Change<SynapseCounts>;
  /** Numbers of ROIs or regions differ, but no ROI came, went or moved by minShareChange. */
  smaller?: true;
}

/** A type that only one of the indexes has. */
export type LoneType = Pick<TypeEntry, 'name' | 'cells' | 'region' | 'neurotransmitter'> & { roiData: RoiDataState };

export type IndexFacts = Pick<BuiltIndex, 'dataset' | 'mode' | 'selection' | 'generated' | 'totals'>;

/** What `neurodex diff --format json` gives, after `"schema":"neurodex.diff/1"`. Types are by code point of the name. */
export interface Difference {
  before: IndexFacts;
  after: IndexFacts;
  /** Percentage points of input or output from which on a share is listed as moved. */
  minShareChange: number;
  /** What a reader must know to judge the rest, a sentence each. */
  notes: string[];
  /** Types, by what became of them; one that changed in several ways counts in each of these. null: not compared. */
  counts: Record<'unchanged' | 'added' | 'removed' | 'renamed' | ChangeKind, number | null>;
  added: LoneType[];
  removed: LoneType[];
  /** By renames.ts; what else changed of such a type is in `changed`. */
  renamed: Change<string>[];
  changed: TypeChange[];
}

export function compareIndexes(before: BuiltIndex, after: BuiltIndex, minShareChange: number): Difference {
  const [old, young] = [before, after].map(({ types }) => new Map(types.map((type) => [type.name, type]))) as [
    Map<string, TypeEntry>,
    Map<string, TypeEntry>,
  ];
  // What a selection lacks may be there: nobody can say that it came or went.
  const areAlikeSelected = isSame(before.selection ?? null, after.selection ?? null);
  const isAddedKnown = areAlikeSelected || before.selection === undefined;
  const isRemovedKnown = areAlikeSelected || after.selection === undefined;
  const areRenamesKnown = isSameDataset(before, after) && isAddedKnown && isRemovedKnown;
  const renames = areRenamesKnown ? renamedTypes(before.types, after.types) : new Map<string, string>();
  const newNames = new Set(renames.values());
  const pairs = after.types.flatMap((type) => {
    const known = old.get(type.name);
    return known === undefined ? [] : [{ before: known, after: type }];
  });
  for (const [from, to] of renames) {
    pairs.push({ before: old.get(from) as TypeEntry, after: young.get(to) as TypeEntry });
  }
  const compare = typeComparison(before, after, minShareChange);
  const order = new Map(after.types.map(({ name }, position) => [name, position]));
  const changed = pairs
    .flatMap((pair) => compare(pair) ?? [])
    .sort((a, b) => (order.get(a.name) as number) - (order.get(b.name) as number));
  const added = isAddedKnown ? after.types.filter(({ name }) => !old.has(name) && !newNames.has(name)) : [];
  const removed = isRemovedKnown ? before.types.filter(({ name }) => !young.has(name) && !renames.has(name)) : [];
  const renamed = [...renames].map(([from, to]) => ({ before: from, after: to }));
  const areRoisKnown = hasRoiData(before) && hasRoiData(after);
  const ofKind = (kind: ChangeKind): number | null => {
    if (!areRoisKnown && (ROI_KINDS as readonly ChangeKind[]).includes(kind)) return null;
    return changed.filter((change) => change[kind] !== undefined).length;
  };
  const counts = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, ofKind(kind)])) as Record<
    ChangeKind,
    number | null
  >;
  const unchanged = pairs.length - new Set([...newNames, ...changed.map(({ name }) => name)]).size;
  return {
    before: factsOf(before),
    after: factsOf(after),
    minShareChange,
    notes: notesOf(before, after, unchanged < Math.max(before.types.length, after.types.length)),
    counts: {
      unchanged,
      added: isAddedKnown ? added.length : null,
      removed: isRemovedKnown ? removed.length : null,
      renamed: areRoisKnown && areRenamesKnown ? renamed.length : null,
      ...counts,
    },
    added: added.map(loneType),
    removed: removed.map(loneType),
    renamed,
    changed,
  };
}

/** Whether both say the same of everything but when they were built. */
export function isEmpty({ before, after, counts }: Difference): boolean {
  const { unchanged: _, ...others } = counts;
  const said = ({ dataset, mode, selection, totals }: IndexFacts): string =>
    JSON.stringify([
      selection,
      ...[dataset.name, dataset.tag, dataset.uuid, dataset.lastDatabaseEdit, mode],
      ...[totals.types, totals.cells, totals.untyped, totals.pre, totals.post],
    ]);
  return Object.values(others).every((count) => !count) && said(before) === said(after);
}

type Compare = (pair: Change<TypeEntry>) => TypeChange | null;

function typeComparison(before: BuiltIndex, after: BuiltIndex, minShareChange: number): Compare {
  const [isOldBare, isYoungBare] = [!hasRoiData(before), !hasRoiData(after)];
  /** That an index has no ROI data at all is said once, not of each type. */
  const isSaidOnce = ({ before, after }: Change<RoiDataState>): boolean =>
    (isOldBare && before.state === 'notAsked' && after.state === 'known') ||
    (isYoungBare && after.state === 'notAsked' && before.state === 'known');
  return ({ before: old, after: young }) => {
    const change: TypeChange = { name: young.name };
    if (!isSame(old.cells, young.cells)) change.cells = { before: old.cells, after: young.cells };
    const transmitters = { before: old.neurotransmitter, after: young.neurotransmitter };
    if (!isSame(transmitters.before, transmitters.after)) change.neurotransmitter = transmitters;
    const annotations = annotationChanges(old.annotations, young.annotations);
    if (annotations !== null) change.annotations = annotations;
    if (!isSame(old.synapses, young.synapses)) change.synapses = { before: old.synapses, after: young.synapses };

    const states = { before: roiDataOf(old), after: roiDataOf(young) };
    const isKnown = states.before.state === 'known' && states.after.state === 'known';
    if (isKnown) {
      if (old.region !== young.region) change.region = { before: old.region, after: young.region };
      const rois = roiChanges(old.rois as Share[], young.rois as Share[], minShareChange);
      if (rois !== null) change.rois = rois;
      else if (!sameRoiNumbers(old, young)) change.smaller = true;
    } else if (!isSame(states.before, states.after) && !isSaidOnce(states)) {
      change.roiData = states;
    }
    return Object.keys(change).length > 1 ? change : null;
  };
}

function annotationChanges(
  before: TypeEntry['annotations'],
  after: TypeEntry['annotations'],
): NonNullable<TypeChange['annotations']> | null {
  const changes: NonNullable<TypeChange['annotations']> = {};
  for (const annotation of ANNOTATIONS) {
    const values = { before: before[annotation] ?? [], after: after[annotation] ?? [] };
    if (JSON.stringify(values.before) !== JSON.stringify(values.after)) changes[annotation] = values;
  }
  return Object.keys(changes).length > 0 ? changes : null;
}

/** Of flat records, whatever the order of their fields. */
function isSame(a: object | null, b: object | null): boolean {
  if (a === null || b === null) return a === b;
  const [one, other] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

function roiDataOf({ rois, failed }: TypeEntry): RoiDataState {
  if (rois !== null) return { state: 'known' };
  return failed === undefined ? { state: 'notAsked' } : { state: 'failed', reason: failed };
}

function hasRoiData({ types }: Catalog): boolean {
  return types.some(({ rois }) => rois !== null);
}

function loneType(type: TypeEntry): LoneType {
  const { name, cells, region, neurotransmitter } = type;
  return { name, cells, region, neurotransmitter, roiData: roiDataOf(type) };
}

function factsOf({ dataset, mode, selection, generated, totals }: BuiltIndex): IndexFacts {
  return { dataset, mode, ...(selection && { selection }), generated, totals };
}

function isSameDataset(before: Catalog, after: Catalog): boolean {
  return before.dataset.name === after.dataset.name;
}

function notesOf(before: BuiltIndex, after: BuiltIndex, isAnyChanged: boolean): string[] {
  const notes: string[] = [];
  if (!isSameDataset(before, after)) {
    notes.push(
      `These are two datasets, ${before.dataset.name} and ${after.dataset.name}: types of one name need not be one type, and renamed types are not sought.`,
    );
  }
  if (!isSame(before.selection ?? null, after.selection ?? null)) {
    for (const [which, { selection }] of Object.entries({ before, after })) {
      if (selection === undefined) continue;
      notes.push(
        `The index ${which} holds a selection of the types (${selectedBy(selection)}): what it lacks is not told as ${which === 'before' ? 'added' : 'removed'}.`,
      );
    }
  }
  const { uuid, lastDatabaseEdit } = before.dataset;
  if (isSame(before.dataset, after.dataset) && (uuid ?? lastDatabaseEdit) !== null && isAnyChanged) {
    notes.push(
      'Both were built from the same edit of the dataset: what differs comes from the settings, the source or the version of neurodex.',
    );
  }
  const bare = [before, after].filter((index) => !hasRoiData(index));
  if (bare.length > 0) {
    const why = bare.every(({ mode }) => mode === 'quick') ? ' (quick mode)' : '';
    const which =
      bare.length === 2 ? 'Neither index has' : `The index ${bare[0] === before ? 'before' : 'after'} has no`;
    notes.push(`${which} ROI data${why}: ROIs and regions are not compared, and renamed types are not sought.`);
  } else if (hasRegions(before) !== hasRegions(after)) {
    const which = hasRegions(before) ? 'after' : 'before';
    notes.push(
      `The index ${which} lists no regions, as rois.rule: quickpage has it: ROIs and regions were found by two rules.`,
    );
  }
  return notes;
}

function hasRegions({ types }: Catalog): boolean {
  return types.some(({ regions }) => regions !== null && regions.length > 0);
}
