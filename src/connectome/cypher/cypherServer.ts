/** A database that is asked in Cypher, whatever carries the questions to it. */
import type { Ask } from '../connectome.ts';

/** What an answer cost. */
export interface CypherCost {
  received: number;
  /** Time spent by the server, where it tells. */
  serverMs: number | null;
}

export interface CypherAnswer extends CypherCost {
  rows: unknown[][];
}

/** What a parameter may be; a number is a whole one. */
export type CypherValue = string | number | bigint | boolean | null | readonly CypherValue[];
export type CypherParameters = Readonly<Record<string, CypherValue>>;

/** An integer in a row: a bigint, a number, or the digits of one that exceeds 2^53. */
export type CypherInteger = bigint | number | string;

export type OnRow = (row: unknown[]) => void;

export interface CypherServer {
  /** All rows of a read query, a CypherInteger for each integer. */
  read(cypher: string, parameters: CypherParameters, ask?: Ask): Promise<CypherAnswer>;
  /** The same, each row as it arrives and none held. What `onRow` throws ends the query and is what the call rejects with. */
  readEach(cypher: string, parameters: CypherParameters, onRow: OnRow, ask?: Ask): Promise<CypherCost>;
  /** What to say where there is no :Meta of the dataset that was named; left out: the server knows of no others. */
  unknownDataset?(ask: Ask): Promise<Error>;
  /** Bytes received so far; null where they cannot be counted. */
  bytesReceived(): number | null;
  close(): Promise<void>;
}

/** A server that is asked in Cypher, and what a Connectome on it is to know. */
export interface OpenCypher {
  server: CypherServer;
  /** As Connectome.id. */
  id: string;
  maxInFlight: number;
}
