/** The dataset's :Meta from a file, or made of its name and the ROIs of the data. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ConfigError, DecodeError } from '../../errors.ts';
import type { RoiNode } from '../connectome.ts';
import { requireDataset } from '../dataset.ts';
import { type Database, quoteIdentifier } from '../file/database.ts';
import { descriptionFromMeta } from '../meta.ts';
import { fromPython } from './pythonText.ts';
import { isGzip, readerOf, refuseTwins, requireFile } from './readers.ts';

export type Meta = Record<string, unknown>;

/**
 * The properties of a :Meta node as one object, or in what an answer to "MATCH (m:Meta) RETURN m" wraps them in; JSON, a
 * dict that Python printed, or a CSV with one of them in it.
 */
export async function readMeta(database: Database, file: string, dataset: string | undefined): Promise<Meta> {
  requireFile(file);
  let meta: unknown;
  try {
    meta = await parsed(database, await textOf(database, file));
  } catch (cause) {
    throw new DecodeError(
      `${file}: expected the properties of a :Meta node as one JSON object: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (!isObject(meta)) {
    throw new DecodeError(`${file}: expected the properties of a :Meta node as one JSON object.`);
  }
  refuseTwins(file, Object.keys(meta));
  requireDataset(descriptionFromMeta(meta), dataset);
  return meta;
}

async function textOf(database: Database, file: string): Promise<string> {
  if (/\.[ct]sv(\.gz)?$/i.test(file)) {
    const relation = await readerOf(database, file, []);
    const column = quoteIdentifier(relation.columns.at(-1) ?? '');
    const [row, ...others] = await database.query(`SELECT ${column}::VARCHAR FROM ${relation.sql} LIMIT 2`);
    return others.length === 0 ? String(row?.[0]) : '';
  }
  const bytes = readFileSync(file);
  // Windows editors put a byte order mark in front.
  return (isGzip(file) ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
}

async function parsed(database: Database, text: string): Promise<unknown> {
  try {
    return unwrapped(JSON.parse(text));
  } catch (cause) {
    const [[json] = []] = await database.query(`SELECT ${fromPython('t')} FROM (SELECT $1::VARCHAR AS t)`, [text]);
    try {
      return unwrapped(JSON.parse(String(json)));
    } catch {
      // What is wrong with the text is told in its own words.
      throw cause;
    }
  }
}

/** {"columns": ["m"], "data": [[{…}]]} of a server; [{"m": {…}}] and {"m": {"0": {…}}} of a DataFrame. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? unwrapped(value[0]) : value;
  if (!isObject(value) || 'dataset' in value) return value;
  if ('columns' in value && 'data' in value) return unwrapped(value.data);
  const [inner, ...others] = Object.values(value);
  return others.length === 0 && typeof inner === 'object' ? unwrapped(inner) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws ConfigError unless it is name:tag */
export function namedDataset(dataset: string | undefined): { dataset: string; tag: string } {
  const [, name, tag] = /^([^:]+):(.+)$/.exec(dataset ?? '') ?? [];
  if (name !== undefined && tag !== undefined) return { dataset: name, tag };
  throw new ConfigError(
    `--dataset: expected name:tag, since there is no --meta that would say it, got ${dataset === undefined ? 'none' : JSON.stringify(dataset)}.`,
  );
}

/** Meta of the ROIs in roi_count, under the regions that hold them. */
export async function metaOfData(
  database: Database,
  named: { dataset: string; tag: string },
  hierarchy: Readonly<Record<string, readonly string[]>>,
): Promise<Meta> {
  const found = await database.queryAs(([roi]) => roi as string, 'SELECT DISTINCT roi FROM roi_count ORDER BY roi');
  const held = new Set(found);
  const regions: RoiNode[] = [];
  for (const [name, rois] of Object.entries(hierarchy)) {
    const children = rois.filter((roi) => roi !== name && held.has(roi)).map((roi) => ({ name: roi }));
    if (children.length > 0) regions.push({ name, children });
  }
  const isRegion = new Set(regions.map(({ name }) => name));
  const primaryRois = found.filter((roi) => !isRegion.has(roi));
  const inRegion = new Set(regions.flatMap(({ children = [] }) => children.map(({ name }) => name)));
  const others = primaryRois.filter((roi) => !inRegion.has(roi)).map((name) => ({ name }));
  return {
    ...named,
    ...(primaryRois.length > 0 && { primaryRois }),
    ...(regions.length > 0 && { roiHierarchy: { name: named.dataset, children: [...regions, ...others] } }),
  };
}
