/** Cypher text of the questions that take a dataset home as a whole: as in cypher.ts, one function a question. */
import { quoteName } from './cypher.ts';
import { literalOf } from './cypherLiterals.ts';

/** One row a dataset: the labels of its :Meta node, and all its properties. */
export function wholeMetaQuery(): string {
  return 'MATCH (m:Meta) RETURN labels(m), properties(m)';
}

/** One row a cell: its bodyId as text, null where it has none. */
export function bodyIdsQuery(label: string): string {
  return `MATCH (n:${quoteName(label)}) RETURN toString(n.bodyId)`;
}

/** One row a name that some cell has a property of: 0.2 to 0.7 s for 27,478 cells. */
export function propertyNamesQuery(label: string): string {
  return `MATCH (n:${quoteName(label)}) UNWIND keys(n) AS name RETURN DISTINCT name`;
}

/** Cells by ranges [first, last] of bodyIds, each found by the index on bodyId. */
function inRanges(label: string): string {
  return `UNWIND $ranges AS range MATCH (n:${quoteName(label)}) WHERE n.bodyId >= range[0] AND n.bodyId <= range[1]`;
}

/** Rows (range, bodyId, roiInfo, property …), one a cell; a range is named by its first bodyId. Parameters: ranges. */
export function cellPropertiesQuery(label: string, properties: readonly string[]): string {
  const values = properties.map((property) => `, ${propertyOf(property)}`).join('');
  return `${inRanges(label)} RETURN toString(range[0]), toString(n.bodyId), n.roiInfo${values}`;
}

/** neuPrint replaces labels (":Neuron") by plain search, within names too: a name that has a colon is given as a text. */
function propertyOf(name: string): string {
  return name.includes(':') ? `n[${literalOf(name)}]` : `n.${quoteName(name)}`;
}

/** To cells of the dataset only; neuPrint keeps pairs that only a lower confidence connects, with weight 0. */
function outputs(label: string): string {
  return `MATCH (n)-[c:ConnectsTo]->(m:${quoteName(label)}) WHERE c.weight >= 1`;
}

/** Rows (range, null, connections, synapses) and, with connections null, (range, null, null, cells). Parameters: ranges. */
export function connectionCountsQuery(label: string): string {
  const cells = inRanges(label);
  return `${cells} ${outputs(label)} RETURN toString(range[0]) AS first, null AS partner, count(*) AS pairs, sum(c.weight) AS weight
UNION ALL
${cells} RETURN toString(range[0]) AS first, null AS partner, null AS pairs, count(*) AS weight`;
}

/** Rows (range, bodyId, partner's bodyId, weight). Parameters: ranges. */
export function bodyConnectionsQuery(label: string): string {
  return `${inRanges(label)} ${outputs(label)} RETURN toString(range[0]), toString(n.bodyId), toString(m.bodyId), c.weight`;
}

/** Rows (type, partner's type, pairs, synapses) and, with pairs null, (type, null, null, cells). Parameters: types. */
export function typeConnectionsQuery(label: string): string {
  const cells = `UNWIND $types AS type MATCH (n:${quoteName(label)} {type: type})`;
  return `${cells} ${outputs(label)} RETURN type, m.type AS partner, count(*) AS pairs, sum(c.weight) AS weight
UNION ALL
${cells} RETURN type, null AS partner, null AS pairs, count(*) AS weight`;
}

/** As typeConnectionsQuery, of the cells without a type, by ranges. Parameters: ranges. */
export function untypedConnectionsQuery(label: string): string {
  const cells = `${inRanges(label)} AND n.type IS NULL`;
  return `${cells} ${outputs(label)} RETURN toString(range[0]) AS first, m.type AS partner, count(*) AS pairs, sum(c.weight) AS weight
UNION ALL
${cells} RETURN toString(range[0]) AS first, null AS partner, null AS pairs, count(*) AS weight`;
}
