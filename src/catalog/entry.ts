/** Catalogue rows -> what an entry says of a type but for its ROIs: cells by side, totals, annotations, transmitter. */
import type { CatalogueRow } from '../connectome/connectome.ts';
import { ANNOTATIONS, type CellCounts, type SynapseCounts, TRANSMITTER_SOURCES, type TypeEntry } from './catalog.ts';
import { compareCodePoints } from './codePoint.ts';

/** Where a cell's side is read from: a property, or what the first group of `pattern` finds in it. */
export interface SideRule {
  property: string;
  pattern?: RegExp | undefined;
}

type Side = Exclude<keyof CellCounts, 'total'>;

const SIDES: Readonly<Record<string, Side>> = {
  L: 'left',
  LEFT: 'left',
  LHS: 'left',
  R: 'right',
  RIGHT: 'right',
  RHS: 'right',
  M: 'middle',
  C: 'middle',
  MIDDLE: 'middle',
  MIDLINE: 'middle',
  CENTER: 'middle',
};

/** The first rule that gives a known side wins. `values` holds a cell's value for each rule. */
export function sideOf(rules: readonly SideRule[], values: readonly (string | null)[]): Side {
  for (const [i, { pattern }] of rules.entries()) {
    const value = values[i];
    const text = value && pattern ? pattern.exec(value)?.[1] : value;
    const side = text ? SIDES[text.trim().toUpperCase()] : undefined;
    if (side) return side;
  }
  return 'unknown';
}

/** A type counts as one if its name is more than white space; the name is kept as stored. */
export function isTyped(type: string | null): type is string {
  return type !== null && type.trim() !== '';
}

/** The neuron properties that entries are made of, each once: to be asked of Connectome.catalogue(). */
export function entryProperties(rules: readonly SideRule[]): string[] {
  return [...new Set([...rules.map((rule) => rule.property), ...TRANSMITTER_SOURCES, ...ANNOTATIONS])];
}

export interface TypedRows {
  /** Rows of each type, types by code point. */
  types: Map<string, CatalogueRow[]>;
  untyped: number;
}

export function groupByType(rows: readonly CatalogueRow[]): TypedRows {
  const byName = new Map<string, CatalogueRow[]>();
  let untyped = 0;
  for (const row of rows) {
    if (!isTyped(row.type)) {
      untyped += row.cells;
      continue;
    }
    const known = byName.get(row.type);
    if (known) known.push(row);
    else byName.set(row.type, [row]);
  }
  return { types: new Map([...byName].sort(([a], [b]) => compareCodePoints(a, b))), untyped };
}

/** What the catalogue alone tells of a type; its ROIs are unknown until they are asked for. */
export type BareEntry = Omit<TypeEntry, 'primary' | 'rois' | 'regions' | 'region' | 'failed'>;

/** @param properties the names of the rows' values, from entryProperties() */
export function entryOf(
  name: string,
  rows: readonly CatalogueRow[],
  properties: readonly string[],
  rules: readonly SideRule[],
): BareEntry {
  const cells: CellCounts = { total: 0, left: 0, right: 0, middle: 0, unknown: 0 };
  const synapses: SynapseCounts = { pre: 0, post: 0 };
  const sideColumns = rules.map((rule) => properties.indexOf(rule.property));
  for (const row of rows) {
    const side = sideOf(
      rules,
      sideColumns.map((column) => row.values[column] ?? null),
    );
    cells.total += row.cells;
    cells[side] += row.cells;
    synapses.pre += row.pre;
    synapses.post += row.post;
  }
  const annotations: BareEntry['annotations'] = {};
  for (const annotation of ANNOTATIONS) {
    const values = [...votesOf(rows, properties.indexOf(annotation)).keys()].sort(compareCodePoints);
    if (values.length > 0) annotations[annotation] = values;
  }
  return { name, cells, synapses, annotations, neurotransmitter: transmitterOf(rows, properties) };
}

/** Cells by non-blank value of a column. */
function votesOf(rows: readonly CatalogueRow[], column: number): Map<string, number> {
  const votes = new Map<string, number>();
  for (const row of rows) {
    const value = row.values[column];
    if (value && value.trim() !== '') votes.set(value, (votes.get(value) ?? 0) + row.cells);
  }
  return votes;
}

/** The best source that says anything decides; in it "unclear" loses against any other vote. */
function transmitterOf(rows: readonly CatalogueRow[], properties: readonly string[]): TypeEntry['neurotransmitter'] {
  for (const source of TRANSMITTER_SOURCES) {
    const votes = votesOf(rows, properties.indexOf(source));
    if (votes.size === 0) continue;
    if (votes.size > 1) votes.delete('unclear');
    const [winner] = [...votes].sort(([a, x], [b, y]) => y - x || compareCodePoints(a, b));
    return winner ? { name: winner[0], source } : null;
  }
  return null;
}
