/**
 * All Cypher text: one function a question, of the dataset's label. Values travel as parameters and the text of a
 * question never changes, so that the server plans it once (its plan cache is keyed by text).
 */

import type { TypeRange } from '../connectome.ts';
import type { FingerprintForm } from '../fingerprint.ts';

/** A label or property name in backticks, whatever it holds. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** One row a dataset: the labels of its :Meta node and its properties, in the given order. */
export function metaQuery(properties: readonly string[]): string {
  return `MATCH (m:Meta) RETURN labels(m)${properties.map((property) => `, m.${quoteName(property)}`).join('')}`;
}

/** Whether APOC can parse roiInfo; a query that names an unknown function fails as a whole, so it is asked apart. */
export function apocQuery(): string {
  return `RETURN apoc.convert.fromJsonMap('{"a":1}').a = 1`;
}

/** Rows (type, cells), read off the index on type: no cell is looked at. */
export function typeSizesQuery(label: string): string {
  return `MATCH (n:${quoteName(label)}) WHERE n.type IS NOT NULL RETURN n.type, count(*)`;
}

/**
 * Rows (type, cells, pre, post, property …): the typed cells grouped by type and properties, the untyped in one.
 * Parameters: from, below, as far as the range has them; the untyped come where it has no `from`.
 */
export function catalogueQuery(
  label: string,
  properties: readonly string[],
  range: TypeRange = { from: null, below: null },
): string {
  const counts = 'count(*) AS cells, sum(coalesce(n.pre, 0)) AS pre, sum(coalesce(n.post, 0)) AS post';
  const names = properties.map((_, i) => `p${i}`);
  const values = properties.map((property, i) => `, n.${quoteName(property)} AS ${names[i]}`).join('');
  const nulls = names.map((name) => `, null AS ${name}`).join('');
  const match = `MATCH (n:${quoteName(label)})`;
  const bounds = [range.from !== null && 'n.type >= $from', range.below !== null && 'n.type < $below'].filter(Boolean);
  const typed = `${match} WHERE ${bounds.join(' AND ') || 'n.type IS NOT NULL'} RETURN n.type AS type, ${counts}${values}`;
  if (range.from !== null) return typed;
  return `${typed}
UNION ALL
${match} WHERE n.type IS NULL RETURN null AS type, ${counts}${nulls}`;
}

/** How many connections the database holds, of any dataset: the server counts them as they are made. */
export function connectionsQuery(): string {
  return 'MATCH ()-[c:ConnectsTo]->() RETURN count(c)';
}

/** What a cell's ROI counts are read from, and what else tells that it is another cell: bodyId/pre/post/roiInfo. */
const CELL_TEXT =
  "coalesce(toString(n.bodyId), '') + '/' + coalesce(toString(n.pre), '') + '/' + coalesce(toString(n.post), '') + '/' + coalesce(n.roiInfo, '')";

/**
 * A number of a cell that changes with anything that its ROI counts are made of; added up over a type's cells, in any
 * order, it is the type's fingerprint. Cypher has no hash: `digest` takes the first 40 bits of APOC's SHA-1, so that
 * 8 million cells add up within 63 bits (toFloat reads hexadecimals, toInteger does not). Without APOC, `sums` mixes
 * bodyId, pre, post and the length of roiInfo; large primes, so that no small changes cancel each other.
 */
const PRINTS: Readonly<Record<FingerprintForm, string>> = {
  digest: `toInteger(toFloat('0x' + left(apoc.util.sha1([${CELL_TEXT}]), 10) + 'p0'))`,
  sums: `(coalesce(n.bodyId, 1) % 2147483629 * (1 + (coalesce(n.pre, 0) * 998244353 + coalesce(n.post, 0) * 1000003
    + size(coalesce(n.roiInfo, '')) * 1234567891) % 2147483587)) % 2147483647`,
};

/** Rows (type, cells, print): 155 ms for 22,704 cells, a third of what adding up their ROI counts takes. */
export function fingerprintsQuery(label: string, form: FingerprintForm): string {
  return `MATCH (n:${quoteName(label)}) WHERE n.type IS NOT NULL RETURN n.type, count(*), sum(${PRINTS[form]})`;
}

/** Rows (type, cell text, print), one a cell: parsed and summed here, where a digest takes less time too. Parameters: types. */
export function roiInfoQuery(label: string, form: FingerprintForm): string {
  const print = form === 'digest' ? 'null' : PRINTS[form];
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type}) RETURN type, ${CELL_TEXT}, ${print}`;
}

/**
 * Rows (type, roi, pre, post, cells, print), summed by the server with APOC: few rows travel. The row without an ROI is
 * about all cells of the type, those without roiInfo too: it costs 8 % on 5.26 (22,704 cells: 485 ms for 448) and
 * nothing that shows on 4.4; prints cost 25 % (640 ms for 527), and are told in that row alone: 14 digits in each of
 * 51,082 rows are 0.7 MB of neuPrint's JSON. Parameters: types, rois.
 */
export function roiSumsQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type})
WITH type, apoc.convert.fromJsonMap(n.roiInfo) AS info, ${PRINTS.digest} AS print
UNWIND [null] + coalesce([roi IN keys(info) WHERE roi IN $rois], []) AS roi
WITH type, roi, info[roi] AS counts, CASE WHEN roi IS NULL THEN print ELSE 0 END AS print
RETURN type, roi, sum(coalesce(counts.pre, 0)) AS pre, sum(coalesce(counts.post, 0)) AS post, count(*) AS cells,
sum(print) AS print`;
}

/** Rows (type, bodyId, instance), one a cell; bodyIds as text, since they exceed what a double holds. Parameters: types. */
export function cellsQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type}) RETURN type, toString(n.bodyId), n.instance`;
}

/**
 * Rows (type, direction, partner, pairs, weight) and, under the direction null, (type, null, null, cells, 0).
 * neuPrint keeps pairs that only a lower confidence connects, with weight 0. Parameters: types.
 */
export function partnersQuery(label: string): string {
  const name = quoteName(label);
  const cells = `UNWIND $types AS type MATCH (n:${name} {type: type})`;
  const sums = (direction: string, arrow: string): string =>
    `${cells}${arrow}(m:${name}) WHERE c.weight >= 1
RETURN type, '${direction}' AS direction, m.type AS partner, count(*) AS pairs, sum(c.weight) AS weight`;
  return [
    sums('upstream', '<-[c:ConnectsTo]-'),
    sums('downstream', '-[c:ConnectsTo]->'),
    `${cells} RETURN type, null AS direction, null AS partner, count(*) AS pairs, 0 AS weight`,
  ].join('\nUNION ALL\n');
}
