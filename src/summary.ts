/** Results as a person reads them at the end of a run. */
import { type Config, shownValue } from './config.ts';
import type { Report } from './report.ts';
import { SETTINGS, type SettingKey } from './settings.ts';
import { counted } from './site/text.ts';

/** @param output the folder of the site */
export function reportText(report: Report, output: string): string {
  const { phases, cache, failedTypes, filesWritten, filesUnchanged, totals } = report;
  const totalMs = Object.values(phases).reduce((sum, ms) => sum + ms, 0);
  const lines = [
    `${report.dataset}: ${counted(totals.types, 'type')}, ${counted(totals.cells, 'cell')}, ${counted(totals.untyped, 'cell')} without a type${report.mode === 'quick' ? ' (quick: no ROI analysis)' : ''}`,
    `time   ${seconds(totalMs)}: ${Object.entries(phases)
      .map(([name, ms]) => `${name} ${seconds(ms)}`)
      .join(', ')}; peak memory ${Math.round(report.peakRssBytes / 1e6)} MB`,
    `asked  ${counted(report.roundTrips, 'round trip')} for ${counted(report.queries, 'question')}; ${counted(report.rows, 'row')}, ${report.bytes === null ? 'an unknown number of bytes' : megabytes(report.bytes)} over the wire`,
    ...report.pace.map(
      ({ lookup, way, batches, concurrency }) =>
        `pace   ${lookup} in ${counted(batches, 'pack')}, up to ${concurrency} at once, added up by the ${way}`,
    ),
    `cache  memory ${cache.l1.hits} hits, ${cache.l1.misses} misses; disk ${cache.l2.hits} hits, ${cache.l2.misses} misses, ${counted(cache.l2.faults, 'fault')}`,
  ];
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

export function importText(
  result: { cells: number; typed: number; types: number; roiCounts: number; connections: number },
  into: string,
): string {
  const { cells, typed, types, roiCounts, connections } = result;
  return `${into}: ${counted(cells, 'cell')}, ${counted(typed, 'cell')} with a type, ${counted(types, 'type')}, ${counted(roiCounts, 'ROI count')}, ${counted(connections, 'connection')}`;
}

export function loadText(result: { dataset: string; cells: number; connections: number }, into: string): string {
  const { dataset, cells, connections } = result;
  return `${into}: ${dataset}, ${counted(cells, 'cell')}, ${counted(connections, 'connection')}`;
}

export function configText({ settings, origins }: Config): string {
  return (Object.keys(SETTINGS) as SettingKey[])
    .map((key) => {
      const { help, env } = SETTINGS[key] as { help: string; env?: string };
      return `# ${help}${env ? ` (${env})` : ''}\n${key}: ${shownValue(key, settings[key])}  # ${origins[key]}`;
    })
    .join('\n\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
