/** What ROIs are called in full: a table or a map in a file -> full name by name. */

import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../../errors.ts';

/** What is wrong with the file, at a line from 1 up where it has one. */
class Fault extends Error {
  readonly line: number | null;
  constructor(words: string, line: number | null = null) {
    super(words);
    this.line = line;
  }
}

interface Entry {
  name: string;
  fullName: string;
  line: number;
}

/** What a header may call the two columns, the surer words first; case, spaces and hyphens do not count. */
const NAME_HEADERS = [
  'roi',
  'abbreviation',
  'abbr',
  'acronym',
  'shortname',
  'short',
  'symbol',
  'region',
  'neuropil',
  'name',
];
const FULL_NAME_HEADERS = ['fullname', 'longname', 'full', 'long', 'description', 'meaning', 'label', 'title', 'name'];

const ENDINGS = ['.csv', '.tsv', '.yaml', '.yml', '.json'];

/** @throws ConfigError with the line where the file is not what it must be */
export function readRoiNames(file: string): Record<string, string> {
  try {
    const ending = extname(file).toLowerCase();
    if (!ENDINGS.includes(ending)) throw new Fault(`expected a file that ends in ${ENDINGS.join(', ')}`);
    const text = textOf(readFileSync(file));
    const entries =
      ending === '.csv' ? fromTable(text, ',') : ending === '.tsv' ? fromTable(text, '\t') : fromMap(text);
    return withoutConflict(entries);
  } catch (cause) {
    if (cause instanceof Fault) {
      const place = cause.line === null ? '' : `, line ${cause.line}`;
      throw new ConfigError(`--roi-names ${file}${place}: ${cause.message}.`, { cause });
    }
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const reason = code === 'ENOENT' ? 'there is none' : `it cannot be read (${code})`;
    throw new ConfigError(`--roi-names ${file}: expected a file of full names, but ${reason}.`, { cause });
  }
}

function withoutConflict(entries: readonly Entry[]): Record<string, string> {
  const known = new Map<string, Entry>();
  for (const entry of entries) {
    const first = known.get(entry.name);
    if (first !== undefined && first.fullName !== entry.fullName) {
      const [one, other] = [first.fullName, entry.fullName].map((fullName) => JSON.stringify(fullName));
      throw new Fault(
        `${JSON.stringify(entry.name)} is ${other} here and ${one} in line ${first.line}. Keep one`,
        entry.line,
      );
    }
    known.set(entry.name, first ?? entry);
  }
  return Object.fromEntries([...known.values()].map(({ name, fullName }) => [name, fullName]));
}

function textOf(bytes: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    const lines = Buffer.from(bytes).toString('latin1').split('\n');
    const at = lines.findIndex((line) => {
      try {
        decoder.decode(Buffer.from(line, 'latin1'));
        return false;
      } catch {
        return true;
      }
    });
    throw new Fault('expected UTF-8, found other bytes. Save the file as UTF-8', at + 1);
  }
}

interface Row {
  record: string[];
  info: { lines: number };
}

function fromTable(text: string, delimiter: string): Entry[] {
  const [head, ...rows] = rowsOf(text, delimiter);
  const headers = head?.record.map((header) => header.toLowerCase().replaceAll(/[\s_-]/g, '')) ?? [];
  const find = (words: readonly string[], taken = -1): number =>
    words.map((word) => headers.findIndex((header, at) => header === word && at !== taken)).find((at) => at >= 0) ?? -1;
  const name = find(NAME_HEADERS);
  const fullName = find(FULL_NAME_HEADERS, name);
  if (name === -1 || fullName === -1) {
    const found = head === undefined ? 'nothing' : head.record.map((header) => JSON.stringify(header)).join(', ');
    throw new Fault(
      `expected a header with a column of names (roi, abbreviation or name) and one of full names (full name, description or label), found ${found}`,
      1,
    );
  }
  return rows.flatMap(({ record, info: { lines: line } }) => {
    const [short, full] = [record[name]?.trim() ?? '', record[fullName]?.trim() ?? ''];
    if (short === '' && full !== '')
      throw new Fault(`expected the name of an ROI, found none for ${JSON.stringify(full)}`, line);
    // A glossary in the making has names without a meaning yet.
    return full === '' ? [] : [{ name: short, fullName: full, line }];
  });
}

function rowsOf(text: string, delimiter: string): Row[] {
  try {
    return parse(text, { bom: true, delimiter, info: true, skip_empty_lines: true }) as unknown as Row[];
  } catch (cause) {
    const { message, lines = null } = cause as Error & { lines?: number };
    throw new Fault(message.replace(/ (?:on|at) line \d+.*$/s, ''), lines);
  }
}

/** YAML; JSON is a part of it. */
function fromMap(text: string): Entry[] {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: false });
  const lineOf = (node: unknown): number =>
    counter.linePos((node as { range?: [number] } | null)?.range?.[0] ?? 0).line;
  const [error] = document.errors;
  if (error) throw new Fault(error.message.replace(/ at line \d+.*$/s, ''), counter.linePos(error.pos[0]).line);
  if (!isMap(document.contents)) throw new Fault('expected a map of NAME: full name', lineOf(document.contents));
  return document.contents.items.flatMap(({ key, value }) => {
    const line = lineOf(key);
    const [name, fullName] = [key, value].map((node) => (isScalar(node) ? node.value : node));
    if (fullName === null || fullName === '') return [];
    if (typeof fullName !== 'string') throw new Fault(`expected text as the full name of ${String(name)}`, line);
    return [{ name: String(name).trim(), fullName: fullName.trim(), line }];
  });
}
