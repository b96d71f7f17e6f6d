/** Which connections a snapshot takes, and what a source counts of them. */

/** Summed by the types of the cells, or each between two bodies. */
export const CONNECTION_TABLES = ['types', 'bodies'] as const;
export type ConnectionTable = (typeof CONNECTION_TABLES)[number];

/** Connections between the dataset's cells, and the synapses of them. */
export interface ConnectionTotals {
  connections: number;
  synapses: number;
}
