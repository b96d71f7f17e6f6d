/** What a cache holds and what went from it, as a person reads it. */
import type { SetAside } from './cache/sqliteFile.ts';
import type { Removal } from './commands/cacheRemove.ts';
import type { CacheContents } from './commands/cacheStats.ts';
import type { VerifiedCache } from './commands/cacheVerify.ts';
import type { Amount, Group } from './commands/contents.ts';
import type { LastRun } from './commands/lastRun.ts';
import type { Warmed } from './commands/warm.ts';
import { printable } from './summary.ts';
import { counted, thousands } from './text.ts';
import type { VerifiedPart } from './verifyKept.ts';

/** @param nowMs since 1970 */
export function cacheStatsText(contents: CacheContents, nowMs: number): string {
  const { name, diskBytes, groups, lastRun, setAside } = contents;
  const what = contents.entries === 0 ? 'nothing is kept there' : amountText(contents);
  const parts = [`${printable(name)}: ${what}${onDisk(diskBytes)}${setAsideText(setAside)}`];
  if (groups.length > 0) parts.push(contentsTable(groups, nowMs));
  const run = groups.find(({ kind }) => kind === 'run');
  if (lastRun && run) parts.push(lastRunText(lastRun, nowMs - run.newestMs, diskBytes === null ? 'Redis' : 'disk'));
  return parts.join('\n\n');
}

/** So many differences are shown, each side with so many characters. */
const SHOWN_DIFFERENCES = 5;
const SHOWN_CHARACTERS = 100;

export function verifiedText({ dataset, parts, earlier }: VerifiedCache): string {
  if (parts.length === 0) return `${printable(dataset)}: ${earlierText(earlier)}`;
  const rows = parts.map(({ part, kept, asked, wrong, failed }) => [
    ...[kept, asked, wrong.length, failed.length].map(thousands),
    part,
  ]);
  const isRight = parts.every(({ wrong }) => wrong.length === 0);
  const verdict = isRight
    ? 'All that was answered again is as it was kept.'
    : 'The source was edited and its edit marker is what it was: build or warm once with --fresh.';
  return [
    printable(dataset),
    table('rrrrl', [['kept', 'asked', 'differ', 'failed', 'what'], ...rows]),
    ...parts.flatMap(differencesText),
    ...(earlier > 0 ? [earlierText(earlier)] : []),
    verdict,
  ].join('\n\n');
}

function earlierText(answers: number): string {
  if (answers === 0) return 'what is kept is of an earlier edit; the next build asks for it again.';
  const isOne = answers === 1;
  return `${counted(answers, 'kept answer')} ${isOne ? 'is' : 'are'} of an earlier edit; the next build asks for ${isOne ? 'it' : 'them'} again.`;
}

function differencesText({ part, wrong }: VerifiedPart): string[] {
  const shortened = (text: string): string =>
    text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)} …` : text;
  return wrong
    .slice(0, SHOWN_DIFFERENCES)
    .map(({ type, kept, source }) =>
      [`${part} of ${JSON.stringify(type)}`, `  kept    ${shortened(kept)}`, `  source  ${shortened(source)}`]
        .map(printable)
        .join('\n'),
    );
}

export function removalText({ name, diskBytes, removed, left, setAside }: Removal, done: 'cleared' | 'pruned'): string {
  const went =
    removed === null ? `${done} all` : removed.entries === 0 ? `nothing ${done}` : `${done} ${amountText(removed)}`;
  const stays = left.entries === 0 ? 'nothing is left' : `${amountText(left)} left`;
  const { files, bytes } = setAside;
  const damaged = files.length === 0 ? '' : `; removed ${counted(files.length, 'damaged file')}, ${sizeText(bytes)}`;
  return `${printable(name)}: ${went}; ${stays}${onDisk(diskBytes)}${damaged}`;
}

function setAsideText({ files, bytes }: SetAside): string {
  if (files.length === 0) return '';
  return `\nset aside as damaged: ${files.map(printable).join(', ')}, ${sizeText(bytes)}; "cache clear" removes ${files.length === 1 ? 'it' : 'them'}`;
}

/** A line for the end of a report. */
export function warmedText({ name, kept }: Warmed): string {
  return `kept   ${amountText(kept)} of this dataset in ${printable(name)}`;
}

function contentsTable(groups: readonly Group[], nowMs: number): string {
  const rows = groups.map(({ kind, dataset, source, lookup, entries, bytes, oldestMs, newestMs }) => [
    thousands(entries),
    sizeText(bytes),
    ageText(nowMs - oldestMs),
    ageText(nowMs - newestMs),
    printable(lookup ?? kindText(kind)),
    printable(dataset ?? ''),
    printable(source ?? ''),
  ]);
  // Names come last, so that columns stay in line whatever letters they are made of.
  return table('rrrrlll', [['entries', 'size', 'oldest', 'newest', 'kind', 'dataset', 'source'], ...rows]);
}

function kindText(kind: Group['kind']): string {
  if (kind === null) return 'older versions';
  return kind === 'run' ? 'last run' : kind;
}

function lastRunText({ command, stats: { l1, l2 } }: LastRun, ageMs: number, far: 'Redis' | 'disk'): string {
  const rows = [
    ['', 'hits', 'misses', 'faults'],
    ['memory', thousands(l1.hits), thousands(l1.misses)],
    [far, thousands(l2.hits), thousands(l2.misses), thousands(l2.faults)],
  ];
  return `last run: ${printable(command)}, ${ageText(ageMs)} ago\n${table('lrrr', rows)}`;
}

/** @param sides where the cells of each column stand: l or r */
function table(sides: string, rows: readonly (readonly string[])[]): string {
  const widths = [...sides].map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const padded = (cell: string, i: number): string =>
    sides[i] === 'r' ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0);
  return rows.map((row) => `  ${row.map(padded).join('  ')}`.trimEnd()).join('\n');
}

function amountText({ entries, bytes }: Amount): string {
  return `${thousands(entries)} ${entries === 1 ? 'entry' : 'entries'}, ${sizeText(bytes)}`;
}

function onDisk(bytes: number | null): string {
  return bytes ? `; ${sizeText(bytes)} on disk` : '';
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const step = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(1)} ${['B', 'KB', 'MB', 'GB', 'TB'][step]}`;
}

const MINUTE = 60_000;

/** To the unit that a person would take; another machine's clock may be ahead. */
function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE));
  if (minutes < 1) return '< 1 minute';
  if (minutes < 2 * 60) return counted(minutes, 'minute');
  return minutes < 2 * 24 * 60 ? counted(Math.floor(minutes / 60), 'hour') : counted(Math.floor(minutes / 1440), 'day');
}
