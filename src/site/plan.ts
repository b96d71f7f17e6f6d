/** Catalog -> every file of the site, before anything is written; the long ones are made piece by piece as they are written. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { bytesAt, holds, pieces } from '../files.ts';
import { INDEX_PATH, indexJsonParts, neuronsJson, typesCsv } from './data.ts';
import type { PageOptions, PlannedFile } from './pages.ts';
import { renderPages } from './render.ts';

const TIME_LENGTH = '2026-11-21T08:00:00Z'.length;

/** The time of the build, and whether data/index.json with it stands in the output folder already. */
export interface Generated {
  time: string;
  isThere: boolean;
}

/** Given what data/index.json holds before and after the time. */
export type GeneratedFrom = (before: string, after: Iterable<string>) => Generated;

export function planSite(
  catalog: Catalog,
  options: Omit<PageOptions, 'generated'>,
  generatedFrom: GeneratedFrom,
): PlannedFile[] {
  const [before, after] = indexJsonParts(catalog);
  const { time: generated, isThere } = generatedFrom(before, after);
  return [
    { path: INDEX_PATH, content: indexJson(before, generated, after), isThere },
    { path: 'data/neurons.json', content: neuronsJson(catalog, generated, options.pages) },
    { path: 'data/types.csv', content: typesCsv(catalog) },
    ...renderPages(catalog, { ...options, generated }),
  ];
}

/** A time that is given, whatever stands in the output folder. */
export function generatedAt(time: string): GeneratedFrom {
  return () => ({ time, isThere: false });
}

/**
 * When these data were first built: the time that the site in `folder` gives if its data are the same, else `now`.
 * So a build of unchanged data writes the same bytes.
 */
export function generatedBefore(folder: string, now: string): GeneratedFrom {
  return (before, after) => {
    const file = join(folder, INDEX_PATH);
    const time = timeIn(file, Buffer.byteLength(before));
    const isThere = time !== null && holds(file, indexJson(before, time, after));
    return isThere ? { time, isThere } : { time: now, isThere };
  };
}

/** What may be a time at a position of a file. */
function timeIn(file: string, position: number): string | null {
  if (!existsSync(file)) return null;
  const text = bytesAt(file, position, TIME_LENGTH).toString('latin1');
  return /^[0-9TZ:-]+$/.test(text) ? text : null;
}

function indexJson(before: string, generated: string, after: Iterable<string>): Iterable<string> {
  return pieces(function* () {
    yield before + generated;
    yield* after;
  });
}
