/** The values of Neo4j as neuPrintHTTP writes them: its own form of points and nodes, in the JSON of Go. */
import neo4j, { type Point } from 'neo4j-driver';

const TWO_TO_63 = 2 ** 63;

/** @throws RangeError for a number that JSON has not, which fails the reply as a whole */
export function replyText(columns: readonly string[], rows: readonly unknown[][], debug: string): string {
  const data = rows.map((row) => `[${row.map(valueText).join(',')}]`).join(',');
  return `{"columns":${goJson([...columns])},"data":[${data}],"debug":${textOf(debug)}}\n`;
}

/** Of a value that is JSON already; keys stay in their order, as a Go struct's do. */
export function goJson(value: unknown): string {
  return escaped(JSON.stringify(value));
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (neo4j.isNode(value)) return mapText(value.properties);
  if (neo4j.isRelationship(value)) {
    const { identity: id, type, start: startNodeId, end: endNodeId, properties } = value;
    return mapText({ id, type, startNodeId, endNodeId, ...properties });
  }
  if (neo4j.isPoint(value) && value.z !== undefined) return pointText(value);
  // Dates, durations, points of a plane: Go prints them as it would in a log.
  if (Object.getPrototypeOf(value) !== Object.prototype) return textOf(String(value));
  return mapText(value as Record<string, unknown>);
}

/** Whatever is a whole number is written as one: 1.0 comes as 1. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`JSON has no ${value}.`);
  return Number.isInteger(value) && value >= -TWO_TO_63 && value < TWO_TO_63 ? String(BigInt(value)) : String(value);
}

/** Go sorts the keys of a map. */
function mapText(map: Record<string, unknown>): string {
  const entries = Object.keys(map).sort();
  return `{${entries.map((key) => `${textOf(key)}:${valueText(map[key])}`).join(',')}}`;
}

function pointText({ srid, x, y, z }: Point): string {
  const href = `http://spatialreference.org/ref/sr-org/${srid}/ogcwkt/`;
  return mapText({
    coordinates: [x, y, z],
    crs: { name: 'cartesian-3d', properties: { href, type: 'ogcwkt' }, srid, type: 'link' },
    type: 'Point',
  });
}

function textOf(text: string): string {
  return escaped(JSON.stringify(text));
}

const ESCAPED = /[<>&\u2028\u2029]/g;

/** Go writes JSON that may stand in a web page. */
function escaped(json: string): string {
  return json.replace(ESCAPED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
