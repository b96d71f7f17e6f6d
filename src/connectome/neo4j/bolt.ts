/** A neuPrint database in Neo4j, over Bolt. */
import type { OpenCypher } from '../cypher/cypherServer.ts';
import { boltId } from '../identity.ts';
import { connectNeo4j, type Neo4jOptions } from './neo4j.ts';

export interface BoltOptions extends Neo4jOptions {
  /** name or name:tag; needed only where a database holds several. */
  dataset?: string | undefined;
}

/** A server of one's own: what it bears is measured, below this. */
const MOST_IN_FLIGHT = 64;

/** @throws as connectNeo4j does */
export async function openBolt(options: BoltOptions, signal?: AbortSignal): Promise<OpenCypher> {
  const { uri, database, dataset, maxInFlight = MOST_IN_FLIGHT } = options;
  const server = await connectNeo4j({ ...options, maxInFlight }, signal);
  return { server, id: boltId(uri, database, dataset), maxInFlight };
}
