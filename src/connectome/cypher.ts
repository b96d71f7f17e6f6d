/**
 * All Cypher text: one function a question, of the dataset's label. Values travel as parameters and the text of a
 * question never changes, so that the server plans it once (its plan cache is keyed by text).
 */

import type { TypeRange } from './connectome.ts';

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

/** Rows (type, roiInfo), one a cell: parsed and summed here. Parameters: types. */
export function roiInfoQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type}) RETURN type, n.roiInfo`;
}

/**
 * Rows (type, roi, pre, post, cells), summed by the server with APOC: few rows travel. The row without an ROI counts
 * all cells of the type, those without roiInfo too; it costs 8 % on 5.26 (22,704 cells: 485 ms for 448) and nothing that
 * shows on 4.4. Parameters: types, rois.
 */
export function roiSumsQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type})
WITH type, apoc.convert.fromJsonMap(n.roiInfo) AS info
UNWIND [null] + coalesce([roi IN keys(info) WHERE roi IN $rois], []) AS roi
WITH type, roi, info[roi] AS counts
RETURN type, roi, sum(coalesce(counts.pre, 0)) AS pre, sum(coalesce(counts.post, 0)) AS post, count(*) AS cells`;
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
