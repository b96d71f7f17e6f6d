/** Kept values -> the columns of a table: each as what all its values are. */
import type { Kind } from './values.ts';

/** The first type all of whose kinds a property's values are of; where none is, they are texts. */
const TYPES: readonly (readonly [kinds: string, type: string])[] = [
  ['b', 'BOOLEAN'],
  ['i', 'BIGINT'],
  ['if', 'DOUBLE'],
  ['id', 'BIGINT'],
  ['E', 'VARCHAR[]'],
  ['BE', 'BOOLEAN[]'],
  ['IE', 'BIGINT[]'],
  ['IFE', 'DOUBLE[]'],
  ['IDE', 'BIGINT[]'],
  ['TDE', 'VARCHAR[]'],
];

/**
 * @param kinds of its values; empty where no cell has one
 * @param declared what the dataset's neuronProperties say that it is: JSON tells neither 1.0 from 1 nor a long integer from a text of its
 * digits, which is taken for one unless the dataset says otherwise, whatever carried it
 */
export function columnType(kinds: readonly Kind[], declared: string | undefined): string {
  const type = TYPES.find(([known]) => kinds.every((kind) => known.includes(kind)))?.[1] ?? 'VARCHAR';
  if (type === 'BIGINT' && /^(float|double)$/i.test(declared ?? '')) return 'DOUBLE';
  const isAllDigits = kinds.length > 0 && kinds.every((kind) => 'dDE'.includes(kind));
  return isAllDigits && /^string/i.test(declared ?? '') ? type.replace('BIGINT', 'VARCHAR') : type;
}

/** @param value SQL of a kept value */
export function columnSql(value: string, type: string): string {
  const text = `substr(${value}, 2)`;
  if (type === 'VARCHAR') return text;
  if (type.endsWith('[]')) return `from_json(${text}, '["${type.slice(0, -2)}"]')`;
  return `${text}::${type}`;
}

/**
 * The names that properties have as columns, which differ in more than case.
 * @returns by property, in the given order
 */
export function columnNames(properties: readonly string[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(
    properties.map((property) => {
      let name = property;
      for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${property}_${n}`;
      taken.add(name.toLowerCase());
      return [property, name];
    }),
  );
}
