/**
 * All Cypher text: one function a question, of the dataset's label. Values travel as parameters and the text of a
 * question never changes, so that the server plans it once (its plan cache is keyed by text).
 */

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

/** Rows (type, cells, pre, post, property …): the typed cells grouped by type and properties, the untyped in one. */
export function catalogueQuery(label: string, properties: readonly string[]): string {
  const counts = 'count(*) AS cells, sum(coalesce(n.pre, 0)) AS pre, sum(coalesce(n.post, 0)) AS post';
  const names = properties.map((_, i) => `p${i}`);
  const values = properties.map((property, i) => `, n.${quoteName(property)} AS ${names[i]}`).join('');
  const nulls = names.map((name) => `, null AS ${name}`).join('');
  const match = `MATCH (n:${quoteName(label)})`;
  return `${match} WHERE n.type IS NOT NULL RETURN n.type AS type, ${counts}${values}
UNION ALL
${match} WHERE n.type IS NULL RETURN null AS type, ${counts}${nulls}`;
}

/** Rows (type, roiInfo), one a cell: parsed and summed here. Parameters: types. */
export function roiInfoQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type}) RETURN type, n.roiInfo`;
}

/** Rows (type, roi, pre, post), summed by the server with APOC: few rows travel. Parameters: types, rois. */
export function roiSumsQuery(label: string): string {
  return `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type})
WITH type, apoc.convert.fromJsonMap(n.roiInfo) AS info
UNWIND [roi IN keys(info) WHERE roi IN $rois] AS roi
WITH type, roi, info[roi] AS counts
RETURN type, roi, sum(coalesce(counts.pre, 0)) AS pre, sum(coalesce(counts.post, 0)) AS post`;
}
