/** Reads data/index.json back, as data.ts writes it; fields that are not known are passed over. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ANNOTATIONS, type Annotation, TRANSMITTER_SOURCES } from '../catalog/catalog.ts';
import type { BuiltIndex } from '../catalog/difference.ts';
import { ConfigError, DecodeError } from '../errors.ts';
import { INDEX_PATH, INDEX_SCHEMA } from './data.ts';

const count = z.int().min(0);
const synapses = z.object({ pre: count, post: count });
const shares = z.array(
  z.object({ name: z.string(), pre: count, post: count, prePercent: z.number(), postPercent: z.number() }),
);
const values = z.array(z.string()).optional();

const entry = z.object({
  name: z.string(),
  cells: z.object({ total: count, left: count, right: count, middle: count, unknown: count }),
  synapses,
  annotations: z.object(
    Object.fromEntries(ANNOTATIONS.map((annotation) => [annotation, values])) as Record<Annotation, typeof values>,
  ),
  neurotransmitter: z.object({ name: z.string(), source: z.enum(TRANSMITTER_SOURCES) }).nullable(),
  primary: synapses.nullable(),
  rois: shares.nullable(),
  regions: shares.nullable(),
  region: z.string().nullable(),
  failed: z.string().optional(),
});

const index = z.object({
  dataset: z.object({
    name: z.string(),
    tag: z.string().nullable(),
    uuid: z.string().nullable(),
    lastDatabaseEdit: z.string().nullable(),
  }),
  mode: z.enum(['full', 'quick']),
  selection: z.object({ types: z.array(z.string()).nullable(), match: z.string().nullable(), of: count }).optional(),
  generated: z.string(),
  totals: z.object({ types: count, cells: count, untyped: count, pre: count, post: count }),
  types: z.array(entry),
});

/**
 * @param path an index.json, or the folder of a site
 * @throws ConfigError if there is no file that can be read; DecodeError if it is not a whole index of this version
 */
export function readIndex(path: string): BuiltIndex {
  const file = isFolder(path) ? join(path, INDEX_PATH) : path;
  const json = parsed(file, textOf(file, path));
  const { schema } = Object(json) as { schema?: unknown };
  if (schema !== INDEX_SCHEMA) {
    const isOther = typeof schema === 'string' && schema.startsWith('neurodex.index/');
    throw new DecodeError(
      isOther
        ? `${file}: expected ${INDEX_SCHEMA}, got ${schema}, which another version of neurodex wrote: build that site again, or use that version.`
        : `${file}: expected the ${INDEX_PATH} of a neurodex site, got ${schema === undefined ? 'JSON without a schema' : JSON.stringify(schema).slice(0, 60)}.`,
    );
  }
  const { data, error } = index.safeParse(json);
  if (error) {
    const [issue] = error.issues;
    throw new DecodeError(
      `${file}: expected ${INDEX_SCHEMA}; ${issue?.path.join('.')} is not as it must be (${issue?.message}). Build that site again.`,
    );
  }
  requireDistinct(data, file);
  return data;
}

function requireDistinct({ types }: BuiltIndex, file: string): void {
  const names = new Set<string>();
  for (const { name } of types) {
    if (names.has(name)) {
      throw new DecodeError(
        `${file}: expected each type once, found ${JSON.stringify(name)} twice. Build that site again.`,
      );
    }
    names.add(name);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // What keeps it from being looked at keeps it from being read, which says so.
    return false;
  }
}

function textOf(file: string, path: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const found = code !== 'ENOENT' ? `cannot be read (${code})` : path === file ? 'nothing is there' : 'it has none';
    throw new ConfigError(
      path === file
        ? `${file}: expected the ${INDEX_PATH} of a neurodex site, or its folder; ${found}.`
        : `${path}: expected the folder of a neurodex site, with its ${INDEX_PATH}; ${found}.`,
      { cause },
    );
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The parser's own message repeats what stands around the fault, which may be anything.
    throw new DecodeError(
      text.startsWith(`{"schema":"${INDEX_SCHEMA}"`)
        ? `${file}: is cut short or damaged. Build that site again.`
        : `${file}: expected the ${INDEX_PATH} of a neurodex site; this is no JSON.`,
      { cause },
    );
  }
}
