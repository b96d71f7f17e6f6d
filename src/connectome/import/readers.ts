/** A file of rows (NDJSON, JSON, CSV, TSV or Parquet, gzip or not) as a relation in SQL, read by DuckDB's own readers. */
import { accessSync, constants, type Stats, statSync } from 'node:fs';
import { ConfigError, DecodeError } from '../../errors.ts';
import { bytesAt } from '../../files.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../file/database.ts';

export interface Relation {
  /** For messages. */
  file: string;
  columns: readonly string[];
  /** What follows FROM. Columns named as text arrive as text, whatever the file holds: "007" stays, 2^53+1 stays. */
  sql: string;
  /** A column's value as JSON text, be it an object, a struct or a text that should hold JSON. */
  jsonTextOf(column: string): string;
}

const FORMATS: ReadonlyMap<string, 'json' | 'csv' | 'parquet'> = new Map([
  ['ndjson', 'json'],
  ['jsonl', 'json'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['parquet', 'parquet'],
]);

/**
 * @param textColumns columns to be taken as text
 * @throws ConfigError if the file is missing or of an unknown kind; DecodeError if it cannot be read as its kind
 */
export async function readerOf(
  database: Database,
  file: string,
  textColumns: readonly string[],
  signal?: AbortSignal,
): Promise<Relation> {
  requireFile(file);
  if (statSync(file).size === 0) throw new DecodeError(`${file}: expected rows, found an empty file.`);
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  const format = FORMATS.get(extension);
  if (format === undefined) {
    throw new ConfigError(`${file}: expected a name ending in ${[...FORMATS.keys()].join(', ')}, with or without .gz.`);
  }
  const compression = `compression = '${isGzip(file) ? 'gzip' : 'uncompressed'}'`;
  const source = (reader: string, options: string[]): string => `${reader}(${[globSafe(file), ...options].join(', ')})`;
  const describe = async (sql: string): Promise<[string, string][]> => {
    try {
      return (await database.query(`DESCRIBE SELECT * FROM ${sql}`, [], { signal })) as [string, string][];
    } catch (cause) {
      signal?.throwIfAborted();
      const hint =
        format === 'csv'
          ? `; is it UTF-8 text with a ${extension === 'tsv' ? 'tab' : 'comma'} between columns, and every quote closed?`
          : '';
      throw new DecodeError(
        `${file}: cannot be read as ${extension}: ${(cause as Error).message.replace(/\.$/, '')}${hint || '.'}`,
        { cause },
      );
    }
  };

  if (format === 'parquet') {
    const columns = await describe(source('read_parquet', []));
    const kinds = new Map(columns);
    const select = columns.map(([name, kind]) => {
      const column = quoteIdentifier(name);
      if (!textColumns.includes(name)) return column;
      return `${kind.endsWith(']') ? `to_json(${column})` : column}::VARCHAR AS ${column}`;
    });
    const fields = await structFields(database, source('parquet_schema', []), signal);
    return {
      file,
      columns: columns.map(([name]) => name),
      sql: `(SELECT ${select.join(', ')} FROM ${source('read_parquet', [])})`,
      jsonTextOf: (name) => {
        const isText = textColumns.includes(name) || ['VARCHAR', 'JSON'].includes(kinds.get(name) ?? '');
        return isText ? quoteIdentifier(name) : structJson(name, fields.get(name) ?? []);
      },
    };
  }

  if (format === 'csv') {
    const dialect = [
      compression,
      'header = true',
      `delim = '${extension === 'tsv' ? '\\t' : ','}'`,
      `quote = '"'`,
      `escape = '"'`,
    ];
    const columns = (await describe(source('read_csv', [...dialect, 'all_varchar = true']))).map(([name]) => name);
    if (hasInventedNames(columns)) {
      const raw = source('read_csv', [...dialect, 'all_varchar = true']).replace('header = true', 'header = false');
      const [header = []] = await database.query(`SELECT * FROM ${raw} LIMIT 1`, [], { signal });
      refuseTwins(file, header.map(String));
    }
    const text = columns
      .filter((name) => name === 'roiInfo' || textColumns.includes(name))
      .map((name) => `${quoteLiteral(name)}: 'VARCHAR'`);
    const types = text.length > 0 ? [`types = {${text.join(', ')}}`] : [];
    return {
      file,
      columns,
      sql: source('read_csv', [...dialect, ...types, 'sample_size = -1']),
      jsonTextOf: quoteIdentifier,
    };
  }

  // The whole file is looked at: a property that first appears in row 20,481 is a column too. Types are not
  // left to the reader, which refuses objects with keys that differ in case only (the ROIs AL and aL).
  const found = await describe(source('read_json', [compression, 'sample_size = -1', 'maximum_depth = 1']));
  const names = found.map(([name]) => name);
  if (hasInventedNames(names)) {
    const raw = source('read_json_objects', [compression]);
    const keys = await database.query(`SELECT DISTINCT unnest(json_keys(json)) FROM ${raw}`, [], { signal });
    refuseTwins(
      file,
      keys.map(([key]) => String(key)),
    );
  }
  const others = names.filter((name) => name !== 'roiInfo' && !textColumns.includes(name));
  const readAs = (types: ReadonlyMap<string, string>): string => {
    const columns = names.map((name) => `${quoteLiteral(name)}: ${quoteLiteral(types.get(name) ?? 'JSON')}`);
    return source('read_json', [compression, `columns = {${columns.join(', ')}}`]);
  };
  const types = new Map(names.filter((name) => textColumns.includes(name)).map((name) => [name, 'VARCHAR']));
  if (others.length > 0) {
    const structures = others.map((name) => `json_group_structure(${quoteIdentifier(name)})::VARCHAR`);
    const [row = []] = await database.query(`SELECT ${structures.join(', ')} FROM ${readAs(types)}`, [], { signal });
    for (const [i, name] of others.entries()) types.set(name, JSON_TYPES[String(row[i])] ?? 'JSON');
  }
  return {
    file,
    columns: names,
    sql: readAs(types),
    jsonTextOf: (name) => {
      const column = quoteIdentifier(name);
      return `CASE TRY(json_type(${column})) WHEN 'VARCHAR' THEN ${column} ->> '$' ELSE ${column}::VARCHAR END`;
    },
  };
}

interface SchemaNode {
  name: string;
  children: SchemaNode[];
}

/** The names of a struct's fields as they stand in the file, by column. */
async function structFields(
  database: Database,
  schema: string,
  signal: AbortSignal | undefined,
): Promise<Map<string, string[]>> {
  const rows = (await database.query(`SELECT name, coalesce(num_children, 0)::DOUBLE FROM ${schema}`, [], {
    signal,
  })) as [string, number][];
  let next = 0;
  const take = (): SchemaNode => {
    const [name, count] = rows[next++] ?? ['', 0];
    return { name, children: Array.from({ length: count }, take) };
  };
  return new Map(take().children.map(({ name, children }) => [name, children.map((field) => field.name)]));
}

/** SQL's names ignore case: of the fields AL and aL DuckDB calls the second aL_1; by position each gets its own again. */
function structJson(name: string, fields: readonly string[]): string {
  const column = quoteIdentifier(name);
  const distinct = new Set(fields.map((field) => field.toLowerCase()));
  if (distinct.size === fields.length) return `to_json(${column})::VARCHAR`;
  const pairs = fields.map((field, i) => `${quoteLiteral(field)}, struct_extract_at(${column}, ${i + 1})`);
  return `json_object(${pairs.join(', ')})::VARCHAR`;
}

/** SQL's names ignore case: of "Class" and "class" DuckDB calls the second "class_1", which is in no file. */
function hasInventedNames(names: readonly string[]): boolean {
  const known = new Set(names.map((name) => name.toLowerCase()));
  return names.some((name) => known.has(name.replace(/_\d+$/, '').toLowerCase()) && /_\d+$/.test(name));
}

/** @throws DecodeError if two names are the same but for case */
export function refuseTwins(file: string, names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) {
      throw new DecodeError(`${file}: expected names that differ in more than case, found ${twin} and ${name}.`);
    }
    seen.set(name.toLowerCase(), name);
  }
}

/** What DuckDB finds in a JSON property -> the column that holds it; whatever is not here stays JSON. */
const JSON_TYPES: Readonly<Record<string, string>> = {
  '"VARCHAR"': 'VARCHAR',
  '"UBIGINT"': 'BIGINT',
  '"BIGINT"': 'BIGINT',
  '"DOUBLE"': 'DOUBLE',
  '"BOOLEAN"': 'BOOLEAN',
  '["VARCHAR"]': 'VARCHAR[]',
  '["UBIGINT"]': 'BIGINT[]',
  '["BIGINT"]': 'BIGINT[]',
  '["DOUBLE"]': 'DOUBLE[]',
};

/** Table functions take globs: what is special in one is put in brackets. */
function globSafe(file: string): string {
  return quoteLiteral(file.replaceAll(/[*?[\]]/g, (char) => `[${char}]`));
}

export function isGzip(file: string): boolean {
  return bytesAt(file, 0, 2).readUInt16BE() === 0x1f8b;
}

/** @throws ConfigError if there is no file of that name, or it may not be read */
export function requireFile(file: string): void {
  const stat = readableStat(file);
  if (stat === undefined) throw new ConfigError(`${file}: no such file.`);
  if (!stat.isFile()) throw new ConfigError(`${file}: expected a file, found a directory.`);
}

function readableStat(file: string): Stats | undefined {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat !== undefined) accessSync(file, constants.R_OK);
    return stat;
  } catch (cause) {
    throw new ConfigError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}).`, { cause });
  }
}
