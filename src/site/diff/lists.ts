/** A Difference in words: one list a kind, the same for the terminal and for the page. */
import { ANNOTATIONS, type CellCounts } from '../../catalog/catalog.ts';
import {
  type ChangeKind,
  type Difference,
  isEmpty,
  type LoneType,
  type RoiDataState,
  type TypeChange,
} from '../../catalog/difference.ts';
import { isMove, type Portion, type RoiChanges } from '../../catalog/roiChanges.ts';
import { counted, percent, thousands } from '../../text.ts';
import { ANNOTATION_LABELS } from '../labels.ts';
import { naturalOrder } from '../list/natural.ts';

/** A name from the data: hostile, and of its own direction. */
export interface Name {
  name: string;
}

/** Our words and names of the data, in the order in which they are read. */
export type Phrase = readonly (string | Name)[];

export interface DiffRow {
  /** The type; where it was renamed and changed, with its name before. */
  name: Phrase;
  phrases: Phrase[];
}

export interface DiffList {
  key: Exclude<ListKey, 'smaller'>;
  /** 12 types added. */
  title: string;
  /** In natural order of the names. */
  rows: DiffRow[];
}

type ListKey = 'added' | 'removed' | 'renamed' | ChangeKind;

/** The totals, in the order in which they are told. */
export const TOTALS = [
  { key: 'types', words: 'cell types' },
  { key: 'cells', words: 'typed cells' },
  { key: 'untyped', words: 'untyped cells' },
  { key: 'pre', words: 'output sites' },
  { key: 'post', words: 'input sites' },
] as const;

/** +12, or −9 with a true minus sign. */
export function signed(number: number): string {
  if (number === 0) return 'same';
  return number > 0 ? `+${thousands(number)}` : `\u2212${thousands(-number)}`;
}

const SIDES = ['left', 'right', 'middle', 'unknown'] as const;

/** What the lists are called after "12 types", in the order in which they are told. */
function wordsOf({ minShareChange }: Difference): Record<ListKey | 'unchanged', string> {
  const points = minShareChange === 1 ? 'point' : 'points';
  const moved = minShareChange === 0 ? 'moved' : `moved by ${minShareChange} ${points} or more`;
  return {
    added: 'added',
    removed: 'removed',
    renamed: 'renamed',
    cells: 'with other numbers of cells',
    region: 'with another main region',
    neurotransmitter: 'with another transmitter',
    rois: `whose ROIs came, went or ${moved}`,
    annotations: 'with other annotations',
    roiData: 'whose ROI data came, went or failed',
    synapses: 'with other numbers of synapses',
    smaller: 'with smaller changes in ROIs only',
    unchanged: 'unchanged',
  };
}

export interface CountView {
  key: ListKey | 'unchanged';
  /** A dash where it was not compared. */
  count: string;
  words: string;
}

export function countViews(difference: Difference): CountView[] {
  return Object.entries(wordsOf(difference)).map(([name, words]) => {
    const key = name as CountView['key'];
    const count = difference.counts[key];
    return count === null
      ? { key, count: '–', words: `types ${words}: not ${key === 'renamed' ? 'sought' : 'compared'}` }
      : { key, count: thousands(count), words: `${count === 1 ? 'type' : 'types'} ${words}` };
  });
}

/** Says that nothing differs; else the empty text. */
export function sameText(difference: Difference): string {
  const { types, cells } = difference.after.totals;
  return isEmpty(difference) ? `No difference: ${counted(types, 'type')}, ${counted(cells, 'cell')}.` : '';
}

/** The lists that hold something. */
export function diffLists(difference: Difference): DiffList[] {
  const { added, removed, renamed, changed, minShareChange } = difference;
  const words = wordsOf(difference);
  const renamedFrom = new Map(renamed.map(({ before, after }) => [after, before]));
  const list = (key: DiffList['key'], rows: [name: string, row: DiffRow][]): DiffList[] =>
    rows.length === 0
      ? []
      : [{ key, title: `${counted(rows.length, 'type')} ${words[key]}`, rows: inNaturalOrder(rows) }];
  const lone = (types: readonly LoneType[]): [string, DiffRow][] =>
    types.map((type) => [type.name, { name: [{ name: type.name }], phrases: lonePhrases(type) }]);
  const changes = (key: keyof typeof PHRASES): DiffList[] =>
    list(
      key,
      changed.flatMap((change): [string, DiffRow][] => {
        if (change[key] === undefined) return [];
        const was = renamedFrom.get(change.name);
        const name: Phrase = [{ name: change.name }, ...(was === undefined ? [] : [' (was ', { name: was }, ')'])];
        return [[change.name, { name, phrases: PHRASES[key](change, minShareChange) }]];
      }),
    );
  return [
    ...list('added', lone(added)),
    ...list('removed', lone(removed)),
    ...list(
      'renamed',
      renamed.map(({ before, after }) => [before, { name: [{ name: before }], phrases: [['now ', { name: after }]] }]),
    ),
    ...(Object.keys(PHRASES) as (keyof typeof PHRASES)[]).flatMap(changes),
  ];
}

function inNaturalOrder(rows: readonly [name: string, row: DiffRow][]): DiffRow[] {
  return naturalOrder(rows.map(([name]) => name)).map((position) => (rows[position] as [string, DiffRow])[1]);
}

/** What a change is in words; given only changes that have it. */
const PHRASES: Record<Exclude<ChangeKind, 'smaller'>, (change: TypeChange, minShareChange: number) => Phrase[]> = {
  cells: ({ cells }) => (cells ? cellPhrases(cells.before, cells.after) : []),
  region: ({ region }) =>
    region ? [[nameOr(region.before, 'no main region'), ' → ', nameOr(region.after, 'no main region')]] : [],
  neurotransmitter: ({ neurotransmitter }) => (neurotransmitter ? [transmitterPhrase(neurotransmitter)] : []),
  rois: ({ rois }, minShareChange) => (rois ? roiPhrases(rois, minShareChange) : []),
  annotations: ({ annotations }) => (annotations ? annotationPhrases(annotations) : []),
  roiData: ({ roiData }) =>
    roiData ? [[...roiDataPhrase(roiData.before), ' → ', ...roiDataPhrase(roiData.after)]] : [],
  synapses: ({ synapses }) => {
    const sites = [
      ['output sites', synapses?.before.pre, synapses?.after.pre],
      ['input sites', synapses?.before.post, synapses?.after.post],
    ] as [string, number, number][];
    return sites
      .filter(([, before, after]) => before !== after)
      .map(([what, ...counts]) => [`${what} ${arrow(counts)}`]);
  },
};

function arrow([before, after]: readonly number[]): string {
  return `${thousands(before ?? 0)} → ${thousands(after ?? 0)}`;
}

/** With commas between. */
function joined(phrases: readonly Phrase[]): Phrase {
  return phrases.flatMap((phrase, i) => (i === 0 ? phrase : [', ', ...phrase]));
}

function nameOr(name: string | null, words: string): string | Name {
  return name === null ? words : { name };
}

function lonePhrases({ cells, region, neurotransmitter, roiData }: LoneType): Phrase[] {
  const sides = SIDES.filter((side) => cells[side] > 0).map((side) => `${thousands(cells[side])} ${sideWord(side)}`);
  const place = roiData.state === 'known' ? [nameOr(region, 'no main region')] : roiDataPhrase(roiData);
  return [
    [`${counted(cells.total, 'cell')}${sides.length > 0 ? ` (${sides.join(', ')})` : ''}`],
    place,
    [nameOr(neurotransmitter?.name ?? null, 'no known transmitter')],
  ];
}

function sideWord(side: (typeof SIDES)[number]): string {
  return side === 'unknown' ? 'of unknown side' : side;
}

function cellPhrases(before: CellCounts, after: CellCounts): Phrase[] {
  const total =
    before.total === after.total ? counted(after.total, 'cell') : `${arrow([before.total, after.total])} cells`;
  const sides = SIDES.filter((side) => before[side] !== after[side]);
  return [
    [total],
    ...sides.map(
      (side): Phrase => [`${side === 'unknown' ? 'side unknown' : side} ${arrow([before[side], after[side]])}`],
    ),
  ];
}

/** The source is told only where it alone differs. */
function transmitterPhrase({ before, after }: NonNullable<TypeChange['neurotransmitter']>): Phrase {
  const source = before !== null && before.name === after?.name;
  const told = (transmitter: typeof before): Phrase => [
    nameOr(transmitter?.name ?? null, 'none known'),
    source ? ` (${transmitter?.source})` : '',
  ];
  return [...told(before), ' → ', ...told(after)];
}

function roiPhrases({ came, went, moved }: RoiChanges, minShareChange: number): Phrase[] {
  const listed = (word: string, shares: RoiChanges['came']): Phrase[] =>
    shares.length === 0
      ? []
      : [[word, ...joined(shares.map(({ name, ...portion }) => [{ name }, ` (${portionText(portion)})`]))]];
  return [
    ...listed('came: ', came),
    ...listed('went: ', went),
    ...moved.map(({ name, before, after }): Phrase => [{ name }, `: ${moveText(before, after, minShareChange)}`]),
  ];
}

function portionText({ prePercent, postPercent }: Portion): string {
  return `input ${percent(postPercent, 100)}, output ${percent(prePercent, 100)}`;
}

function moveText(before: Portion, after: Portion, minShareChange: number): string {
  const shares: [string, number, number][] = [
    ['input', before.postPercent, after.postPercent],
    ['output', before.prePercent, after.prePercent],
  ];
  return shares
    .filter(([, from, to]) => isMove(from, to, minShareChange))
    .map(([what, ...moved]) => `${what} ${movedText(moved)}`)
    .join(', ');
}

/** With two decimals where one would show no move. */
function movedText([from, to]: [number, number]): string {
  const [shown, then] = [percent(from, 100), percent(to, 100)];
  return shown === then ? `${from.toFixed(2)} → ${to.toFixed(2)}\u00a0%` : `${shown} → ${then}`;
}

function annotationPhrases(annotations: NonNullable<TypeChange['annotations']>): Phrase[] {
  const valuesOf = (values: readonly string[]): Phrase =>
    values.length === 0 ? ['none'] : joined(values.map((name) => [{ name }]));
  return ANNOTATIONS.flatMap((annotation): Phrase[] => {
    const change = annotations[annotation];
    if (change === undefined) return [];
    return [[`${ANNOTATION_LABELS[annotation]}: `, ...valuesOf(change.before), ' → ', ...valuesOf(change.after)]];
  });
}

function roiDataPhrase(data: RoiDataState): Phrase {
  if (data.state === 'failed') return ['failed: ', { name: data.reason }];
  return [data.state === 'known' ? 'ROI data' : 'no ROI data'];
}
