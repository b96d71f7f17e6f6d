/** Results as a person reads them at the end of a run, or a program that takes them from stdout. */
import { isRedis } from './cache/stores.ts';
import type { PartnerList } from './catalog/partners.ts';
import type { ListedDataset } from './commands/datasets.ts';
import { type Config, shownValue } from './config.ts';
import { CELLS } from './lookup/keptForms.ts';
import type { KeptTypes, Report } from './report.ts';
import { SETTINGS, type SettingKey, type Settings, variablesOf } from './settings.ts';
import { csvText } from './site/csv.ts';
import { counted, day, percent, thousands } from './text.ts';

export function reportText(report: Report, { output, cache: kept }: Pick<Settings, 'output' | 'cache'>): string {
  const { phases, cache, failedTypes, filesWritten, filesUnchanged, totals } = report;
  const totalMs = Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  const lines = [
    `${printable(report.dataset ?? '')}: ${counted(totals.types, 'type')}, ${counted(totals.cells, 'cell')}, ${counted(totals.untyped, 'cell')} without a type${report.mode === 'quick' ? ' (quick: no ROI analysis)' : ''}`,
    `time   ${seconds(totalMs)}: ${phaseTexts(phases)}; peak memory ${Math.round(report.peakRssBytes / 1e6)} MB`,
    `asked  ${counted(report.roundTrips, 'round trip')} for ${counted(report.queries, 'question')}; ${counted(report.rows, 'row')}, ${report.bytes === null ? 'an unknown number of bytes' : megabytes(report.bytes)} over the wire`,
    ...report.pace.map(
      ({ lookup, way, batches, concurrency }) =>
        `pace   ${lookup} in ${counted(batches, 'pack')}, up to ${concurrency} at once${lookup === CELLS ? '' : `, added up by the ${way}`}`,
    ),
    ...(report.kept ? [`kept   ${keptText(report.kept)}`] : []),
    ...(kept === 'none' ? [] : [`cache  ${cacheText(cache, kept)}`]),
  ];
  if (report.verifiedTypes > 0)
    lines.push(`check  verified ${counted(report.verifiedTypes, 'type')} one by one: the same answers`);
  if (failedTypes.length > 0)
    lines.push(
      `failed ${counted(failedTypes.length, 'type')}: ${failedTypes
        .slice(0, 5)
        .map((name) => JSON.stringify(name))
        .join(', ')}${failedTypes.length > 5 ? ', …' : ''}`,
    );
  if (filesWritten.length + filesUnchanged.length > 0) {
    lines.push(
      `wrote  ${counted(filesWritten.length, 'file')}, ${filesUnchanged.length} unchanged`,
      `open   ${output}/index.html`,
    );
  }
  return lines.join('\n');
}

function cacheText({ l2: { hits, misses, faults } }: Report['cache'], kept: string): string {
  const parts = [`${thousands(hits)} read`, `${thousands(misses)} not there`];
  if (faults > 0) parts.push(counted(faults, 'fault'));
  return `${isRedis(kept) ? 'Redis' : 'disk'}: ${parts.join(', ')}`;
}

function keptText({ unchanged, changed, added, asked, gone }: KeptTypes): string {
  const others = Object.entries({ changed, new: added, gone, 'asked for': asked }).filter(([, count]) => count > 0);
  const counts = [
    `${counted(unchanged, 'type')} unchanged`,
    ...others.map(([what, count]) => `${thousands(count)} ${what}`),
  ];
  return counts.join(', ');
}

interface FileCounts {
  cells: number;
  typed: number;
  types: number;
  roiCounts: number;
  connections: number;
}

export function importText({ connections, ...counts }: FileCounts, into: string): string {
  return `${cellsText(counts, into)}, ${counted(connections, 'connection')}`;
}

function cellsText({ cells, typed, types, roiCounts }: Omit<FileCounts, 'connections'>, into: string): string {
  return `${into}: ${counted(cells, 'cell')}, ${counted(typed, 'cell')} with a type, ${counted(types, 'type')}, ${counted(roiCounts, 'ROI count')}`;
}

export function snapshotText(
  result: FileCounts & { dataset: string; typeConnections: number; bytes: number; isHeld: boolean },
  { roundTrips, bytes, phases, peakRssBytes }: Report,
  into: string,
): string {
  const { dataset, typeConnections, connections } = result;
  const totalMs = Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  const byType = typeConnections > 0 ? `, ${counted(typeConnections, 'connection')} of types` : '';
  const byBody = connections > 0 ? `, ${counted(connections, 'connection')}` : '';
  const size = megabytes(result.bytes);
  return [
    `${cellsText(result, into)}${byType}${byBody}`,
    result.isHeld
      ? `size   ${size}; nothing was fetched: it holds ${printable(dataset)} as it was last edited (remove it to take it anew)`
      : `size   ${size}; the numbers of cells, pre, post and connections are those that ${printable(dataset)} counts`,
    `asked  ${counted(roundTrips, 'round trip')}, ${bytes === null ? 'an unknown number of bytes' : megabytes(bytes)} over the wire`,
    `time   ${seconds(totalMs)}: ${phaseTexts(phases)}; peak memory ${Math.round(peakRssBytes / 1e6)} MB`,
  ].join('\n');
}

export function loadText(result: { dataset: string; cells: number; connections: number }, into: string): string {
  const { dataset, cells, connections } = result;
  return `${into}: ${dataset}, ${counted(cells, 'cell')}, ${counted(connections, 'connection')}`;
}

export function datasetsText(datasets: readonly ListedDataset[]): string {
  if (datasets.length === 0) return 'no dataset: there is none, or none that may be read without a token.';
  const rows = datasets.map(({ name, tag, lastDatabaseEdit, preset, isHidden, info }) =>
    [
      name,
      tag ?? '',
      day(lastDatabaseEdit ?? ''),
      preset,
      [isHidden ? '(hidden)' : '', info ?? ''].join(' ').trim(),
    ].map(printable),
  );
  const head = ['dataset', 'version', 'last edit', 'preset', 'info'];
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const PARTNER_FORMATS = ['table', 'json', 'csv'] as const;

export function partnersText(lists: readonly PartnerList[], format: (typeof PARTNER_FORMATS)[number]): string {
  if (format === 'table') return lists.map(partnerTable).join('\n\n');
  const rows = lists.flatMap(({ type, direction, partners }) =>
    partners.map(({ name, ...counts }) => ({ type, direction, partner: name, ...counts })),
  );
  if (format === 'json') return escapedJson(JSON.stringify(rows, null, 2));
  const header = ['type', 'direction', 'partner', 'pairs', 'weight', 'percent'];
  return csvText([header, ...rows.map((row) => Object.values(row))]);
}

/** Names come last, so that columns stay in line whatever letters they are made of. */
function partnerTable({ type, direction, totals, partners }: PartnerList): string {
  const title = `${printable(type)} ${direction}: ${counted(totals.weight, 'synapse')}, ${counted(totals.partners, 'partner type')}`;
  const hidden = totals.partners - partners.length;
  if (partners.length === 0) return hidden === 0 ? title : `${title} (none shown)`;
  const rows = partners.map(({ name, pairs, weight }) => [
    thousands(weight),
    percent(weight, totals.weight),
    thousands(pairs),
    name === null ? '(no type)' : printable(name),
  ]);
  const head = ['weight', 'share', 'pairs', 'partner'];
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `  ${row.map((cell, i) => (i === head.length - 1 ? cell : cell.padStart(widths[i] ?? 0))).join('  ')}`;
  const rest = hidden === 0 ? [] : [`  … and ${thousands(hidden)} more`];
  return [title, line(head), ...rows.map(line), ...rest].join('\n');
}

/** What would move the cursor, recolour the screen or turn the text around. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name as a terminal may show it. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => `\\u{${hex(character.codePointAt(0) ?? 0)}}`);
}

/** The same JSON for a program, harmless on a terminal. */
export function escapedJson(json: string): string {
  const units = (character: string): string =>
    character
      .split('')
      .map((unit) => `\\u${hex(unit.charCodeAt(0))}`)
      .join('');
  // JSON itself escapes those within texts; what is left separates its lines.
  return json.replaceAll(UNPRINTABLE, (character) => (character === '\n' ? character : units(character)));
}

/** What --json tells: one value a line. */
export function jsonLine(value: unknown): string {
  return `${escapedJson(JSON.stringify(value))}\n`;
}

function hex(code: number): string {
  return code.toString(16).padStart(4, '0');
}

export function configText({ settings, origins }: Config): string {
  return (Object.keys(SETTINGS) as SettingKey[])
    .map((key) => {
      const variables = variablesOf(key).join(', ');
      return `# ${SETTINGS[key].help}${variables ? ` (${variables})` : ''}\n${key}: ${shownValue(key, settings[key])}  # ${origins[key]}`;
    })
    .join('\n\n');
}

function phaseTexts(phases: Report['phases']): string {
  return Object.entries(phases)
    .map(([name, ms]) => `${name} ${seconds(ms)}`)
    .join(', ');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
