/**
 * A property's value, however the server's client gives it, as a text that begins with a letter for what it is: so kept,
 * the columns' types can be told once all cells are there.
 */

/**
 * i: an integer. d: a text of so many digits that it may stand for one, as it does where JSON carries it. f, b, t: a
 * fraction, true or false, a text. Capitals: a list of such as JSON; E: a list of nothing.
 */
export type Kind = 'i' | 'd' | 'f' | 'b' | 't' | 'I' | 'D' | 'F' | 'B' | 'T' | 'E';

/** null stays null. */
export function keptValue(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const list = listIn(value);
  if (list === null) return `${scalarKind(value)}${scalarText(value)}`;
  if (list.some((item) => typeof item === 'object')) return `t${JSON.stringify(list, exactly)}`;
  const kinds = new Set(list.map(scalarKind));
  const kind = KINDS_OF_LISTS.find(([items]) => [...kinds].every((one) => items.includes(one)))?.[1] ?? 'T';
  return `${kind}${jsonList(list, kind)}`;
}

const KINDS_OF_LISTS: readonly (readonly [items: string, list: Kind])[] = [
  ['', 'E'],
  ['d', 'D'],
  ['id', 'I'],
  ['if', 'F'],
  ['b', 'B'],
];

/** A point is the list of its coordinates, as neuprint-python has it. */
function listIn(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'object' ? (listIn(item) ?? item) : item));
  if (typeof value !== 'object' || value === null) return null;
  const { coordinates, srid, x, y, z } = value as Record<string, unknown>;
  if (Array.isArray(coordinates)) return coordinates.map(wholeWhereItIs);
  if (srid === undefined) return null;
  return [x, y, z].filter((coordinate) => coordinate !== undefined).map(wholeWhereItIs);
}

/** Coordinates are floats in Neo4j and voxels in neuPrint; over HTTP they come as whole numbers. */
function wholeWhereItIs(coordinate: unknown): unknown {
  return typeof coordinate === 'number' && Number.isSafeInteger(coordinate) ? BigInt(coordinate) : coordinate;
}

function scalarKind(value: unknown): 'i' | 'd' | 'f' | 'b' | 't' {
  if (typeof value === 'bigint') return 'i';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'i' : 'f';
  if (typeof value === 'boolean') return 'b';
  return typeof value === 'string' && isLong(value) ? 'd' : 't';
}

function isLong(text: string): boolean {
  return /^-?[1-9]\d{15,18}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** What has a text of its own (dates, durations) is that. */
function scalarText(value: unknown): string {
  return typeof value === 'object' && String(value) === '[object Object]'
    ? JSON.stringify(value, exactly)
    : String(value);
}

function jsonList(list: readonly unknown[], kind: Kind): string {
  const isText = kind === 'T' || kind === 'D';
  return `[${list.map((item) => (isText ? JSON.stringify(scalarText(item)) : scalarText(item))).join(',')}]`;
}

function exactly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
