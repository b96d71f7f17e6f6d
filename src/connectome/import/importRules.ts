/** What the columns of others are called here and how their values are read: a file of rows in neuPrint's names. */
import { DecodeError } from '../../errors.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../file/database.ts';
import { listSeparator } from '../listText.ts';
import { jsonOfPython, listOfPython } from './pythonText.ts';
import { type Relation, readerOf } from './readers.ts';

export interface ImportRules {
  /** The name of a column in the files -> the neuPrint property that it is. */
  columns: Readonly<Record<string, string>>;
  /** Columns of the files whose text names several things, told apart by commas. */
  lists: readonly string[];
  /** By property, a value of the files -> the one to be kept; null: none. */
  values: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  /** Regions and the ROIs in each, where no Meta says so. */
  hierarchy: Readonly<Record<string, readonly string[]>>;
  /** Which preset knows columns of these names, for the message where they are not understood. */
  presetFor(columns: readonly string[]): string | null;
}

export const NO_RULES: ImportRules = { columns: {}, lists: [], values: {}, hierarchy: {}, presetFor: () => null };

/** Rows as they are wanted: columns named, lists as one text, values as the rules say. */
export interface Rows {
  /** For messages. */
  file: string;
  columns: readonly string[];
  /** What follows FROM; roiInfo is JSON text, or a text that is none and will be refused. */
  sql: string;
}

export interface FileRows extends Rows {
  /** What the file itself calls its columns, for messages. */
  found: readonly string[];
}

export interface RowsWanted {
  /** Properties to be kept as text, whatever they look like. */
  text: readonly string[];
  /** Those of them that may hold a list. */
  lists?: readonly string[];
  rules: ImportRules;
}

/**
 * @throws ConfigError if the file is missing or of an unknown kind; DecodeError if it cannot be read as its kind, or
 * two of its columns are one property
 */
export async function rowsOf(
  database: Database,
  file: string,
  { text, lists = [], rules }: RowsWanted,
  signal?: AbortSignal,
): Promise<FileRows> {
  const nameOf = (column: string): string => (Object.hasOwn(rules.columns, column) && rules.columns[column]) || column;
  const isText = (name: string): boolean => text.includes(name) || Object.hasOwn(rules.values, name);
  const sources = Object.keys(rules.columns).filter((column) => isText(nameOf(column)));
  const texts = [...text, ...Object.keys(rules.values), ...sources, ...rules.lists];
  const relation = await readerOf(database, file, [...new Set(texts)], signal);
  // A leading underscore marks a remark of whoever made the file, no neuPrint property; an unnamed first column is
  // the row number that pandas writes.
  const kept = relation.columns.filter((column) => !/^_|^column0+$|^Unnamed: 0$/.test(nameOf(column)));
  refuseTwoOfAName(file, kept, nameOf);
  const select = kept.map((column) => {
    const name = nameOf(column);
    return `${valueSql(column, name, { relation, isList: lists.includes(name), rules })} AS ${quoteIdentifier(name)}`;
  });
  return {
    file,
    columns: kept.map(nameOf),
    found: relation.columns,
    sql: `(SELECT ${select.join(', ')} FROM ${relation.sql})`,
  };
}

function valueSql(
  column: string,
  name: string,
  { relation, isList, rules }: { relation: Relation; isList: boolean; rules: ImportRules },
): string {
  if (name === 'roiInfo') return jsonOfPython(relation.jsonTextOf(column));
  const sql = quoteIdentifier(column);
  const listed = isList || rules.lists.includes(column) ? listSql(sql, name, rules.lists.includes(column)) : sql;
  const values = Object.entries((Object.hasOwn(rules.values, name) && rules.values[name]) || {});
  if (values.length === 0) return listed;
  const cases = values.map(
    ([from, to]) => `WHEN ${quoteLiteral(from)} THEN ${to === null ? 'NULL' : quoteLiteral(to)}`,
  );
  return `CASE ${listed} ${cases.join(' ')} ELSE ${listed} END`;
}

/** A comma within brackets is part of a name: hemibrain has a type (PLP191,PLP192)a. */
const BETWEEN_COMMAS = String.raw`(?:\([^()]*\)|[^,])+`;

function listSql(sql: string, name: string, hasCommas: boolean): string {
  const joined = (items: string): string => {
    const trimmed = `list_filter(list_transform(${items}, lambda i: trim(i)), lambda i: i <> '')`;
    return `nullif(array_to_string(${trimmed}, ${quoteLiteral(listSeparator(name))}), '')`;
  };
  const plain = hasCommas ? joined(`regexp_extract_all(${sql}, ${quoteLiteral(BETWEEN_COMMAS)})`) : sql;
  const list = listOfPython(sql);
  return `CASE WHEN starts_with(${sql}, '[') AND ${list} IS NOT NULL THEN ${joined(list)} ELSE ${plain} END`;
}

/** SQL's names ignore case. */
function refuseTwoOfAName(file: string, columns: readonly string[], nameOf: (column: string) => string): void {
  const seen = new Map<string, string>();
  for (const column of columns) {
    const key = nameOf(column).toLowerCase();
    const first = seen.get(key);
    if (first !== undefined) {
      throw new DecodeError(
        `${file}: expected one column for ${nameOf(column)}, found ${first} and ${column}; leave one out of the file, or give it another name in import.columns.`,
      );
    }
    seen.set(key, column);
  }
}

/** @throws DecodeError that names what is missing, what there is, and the preset that knows it, if one does */
export function requireColumns(rows: FileRows, required: readonly string[], rules: ImportRules): void {
  const missing = required.filter((name) => !rows.columns.includes(name));
  if (missing.length === 0) return;
  const named = required.map((name) => {
    const others = Object.keys(rules.columns).filter((column) => rules.columns[column] === name);
    return others.length === 0 ? name : `${name} (or ${others.join(', ')})`;
  });
  const preset = rules.presetFor(rows.found);
  throw new DecodeError(
    `${rows.file}: expected the columns ${named.join(', ')}; ${missing.join(', ')} missing, found ${rows.found.join(', ')}.${
      preset === null ? '' : ` These are columns that --preset ${preset} knows.`
    }`,
  );
}
