/** What changed between two indexes, as a person reads it on a terminal and a program reads it from stdout. */
import type { Difference, IndexFacts } from './catalog/difference.ts';
import { diffJson } from './site/diff/json.ts';
import {
  countViews,
  type DiffList,
  type DiffRow,
  diffLists,
  type Phrase,
  sameText,
  signed,
  TOTALS,
} from './site/diff/lists.ts';
import { escapedJson, printable } from './summary.ts';
import { thousands } from './text.ts';

/** @param limit at most so many rows of each list */
export function diffText(difference: Difference, limit: number): string {
  const { before, after, notes } = difference;
  const parts = [`before  ${factsText(before, after)}\nafter   ${factsText(after, before)}`];
  if (notes.length > 0) parts.push(notes.map((note) => `note: ${printable(note)}`).join('\n'));
  const same = sameText(difference);
  if (same !== '') parts.push(same);
  else {
    parts.push(totalsText(before, after), columns(countViews(difference).map(({ count, words }) => [count, words])));
    parts.push(...diffLists(difference).map((list) => listText(list, limit)));
  }
  return parts.join('\n\n');
}

/** The whole difference, whatever is printed of it. */
export function diffJsonText(difference: Difference): string {
  return escapedJson(diffJson(difference));
}

/** The uuid is long, and says something only where the other is not the same. */
function factsText({ dataset, mode, generated }: IndexFacts, other: IndexFacts): string {
  const { name, tag, uuid, lastDatabaseEdit } = dataset;
  const facts = [
    tag === null ? name : `${name}:${tag}`,
    lastDatabaseEdit === null ? 'edit not recorded' : `edited ${lastDatabaseEdit}`,
    ...(uuid === null || uuid === other.dataset.uuid ? [] : [`uuid ${uuid}`]),
    `built ${generated}`,
    ...(mode === 'quick' ? ['quick: no ROI analysis'] : []),
  ];
  return printable(facts.join(', '));
}

function totalsText(before: IndexFacts, after: IndexFacts): string {
  const rows = TOTALS.map(({ key, words }) => {
    const [from, to] = [before.totals[key], after.totals[key]];
    return [thousands(from), '→', thousands(to), signed(to - from), words];
  });
  return columns(rows);
}

/** All but the last to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padStart(widths[i] ?? 0))).join('  ')}`)
    .join('\n');
}

function listText({ title, rows }: DiffList, limit: number): string {
  const hidden = rows.length - limit;
  const rest = hidden > 0 ? [`  … and ${thousands(hidden)} more`] : [];
  return [title, ...rows.slice(0, limit).map(rowText), ...rest].join('\n');
}

function rowText({ name, phrases }: DiffRow): string {
  return `  ${phraseText(name)}: ${phrases.map(phraseText).join('; ')}`;
}

function phraseText(phrase: Phrase): string {
  return phrase.map((part) => (typeof part === 'string' ? part : printable(part.name))).join('');
}
