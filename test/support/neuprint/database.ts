/** The Neo4j behind a neuPrint server, asked as the server's two engines ask it. */
import { setTimeout } from 'node:timers/promises';
import neo4j, { type Neo4jError } from 'neo4j-driver';

export interface DatabaseOptions {
  bolt: string;
  /** bolt has no time limit of its own: what ends a query is Neo4j's. neo4j, the older, has one. */
  engine?: 'bolt' | 'neo4j' | undefined;
  /** The limit of the engine neo4j. */
  timeoutMs?: number | undefined;
  /** For how long a query is tried again that failed for a passing reason, or for want of a connection. */
  retryMs?: number | undefined;
}

export interface Answered {
  columns: string[];
  rows: unknown[][];
}

/** As a store lists it; the spelling of the keys is neuPrint's. */
export interface DatasetInfo {
  'last-mod': string;
  uuid: string;
  ROIs: string[];
  superLevelROIs: string[];
  info: string;
  hidden: boolean;
  logo: string;
  description: string;
}

export interface NeuprintDatabase {
  /** @throws Error whose message is the server's `error` */
  ask(cypher: string): Promise<Answered>;
  /** By name:tag, sorted. */
  datasets(): Promise<[string, DatasetInfo][]>;
  close(): Promise<void>;
}

const TIMEOUT_TEXT =
  'Timeout experienced.  This could be due to database traffic or to non-optimal database queries. If the latter, please consult neuPrint documentation or post a question at https://groups.google.com/forum/#!forum/neuprint to understand other options.';

/** As in the driver that neuPrint uses. */
const RETRY_MS = 30_000;
const CONNECTIONS = 50;

export function openNeuprintDatabase(options: DatabaseOptions): NeuprintDatabase {
  const { bolt, engine = 'bolt', timeoutMs = 60_000, retryMs = RETRY_MS } = options;
  const driver = neo4j.driver(bolt, undefined, {
    useBigInt: true,
    maxConnectionPoolSize: CONNECTIONS,
    maxTransactionRetryTime: retryMs,
    telemetryDisabled: true,
  });
  const limitMs = engine === 'neo4j' ? timeoutMs : null;

  const run = async (cypher: string, timeout: number | null): Promise<Answered> => {
    const config = timeout === null ? {} : { transactionConfig: { timeout } };
    const { keys, records } = await driver.executeQuery(cypher, {}, config);
    return { columns: keys as string[], rows: records.map((record) => [...record.values()]) };
  };

  return {
    async ask(cypher) {
      const over = new AbortController();
      try {
        // Neo4j looks at a limit now and then; the engine hangs up at once.
        const late = limitMs === null ? [] : [setTimeout(limitMs, null, { signal: over.signal, ref: false })];
        const answered = await Promise.race([run(cypher, limitMs), ...late]);
        if (answered !== null) return answered;
      } catch (cause) {
        const isLate = limitMs !== null && /TimedOut/.test((cause as Neo4jError).code);
        const text = `failed to execute query: ${goText(cause as Neo4jError, retryMs)}`;
        // neuPrint takes any error with that word in it for its own.
        if (!isLate && !text.includes('Timeout')) throw new Error(text, { cause });
      } finally {
        over.abort();
      }
      throw new Error(TIMEOUT_TEXT);
    },

    async datasets() {
      const { rows } = await run(
        `MATCH (m:Meta) RETURN m.dataset, m.tag, m.lastDatabaseEdit, m.uuid, m.roiInfo, m.superLevelRois, m.info,
         m.hideDataSet, m.logo, m.description`,
        null,
      );
      return rows
        .map(
          ([name, tag, edit, uuid, roiInfo, superLevelRois, info, hidden, logo, description]): [
            string,
            DatasetInfo,
          ] => [
            tag === null ? String(name) : `${name}:${tag}`,
            {
              'last-mod': String(edit ?? ''),
              uuid: String(uuid ?? 'latest'),
              ROIs: Object.keys(JSON.parse(String(roiInfo ?? '{}'))),
              superLevelROIs: (superLevelRois ?? []) as string[],
              info: String(info ?? 'N/A'),
              hidden: hidden === true,
              logo: String(logo ?? ''),
              description: String(description ?? ''),
            },
          ],
        )
        .sort(([a], [b]) => (a < b ? -1 : 1));
    },

    close: () => driver.close(),
  };
}

/** An error as Neo4j's driver for Go prints it. */
function goText({ code, message }: Neo4jError, retryMs: number): string {
  const isLost = /^(ServiceUnavailable|SessionExpired)$/.test(code);
  const last = isLost ? `ConnectivityError: ${lossText(message)}` : `Neo4jError: ${code} (${message})`;
  // What is worth another try was tried until the time for it was over.
  const isRetried = isLost || /\.TransientError\./.test(code);
  if (!isRetried) return last;
  return `TransactionExecutionLimit: timeout (exceeded max retry time: ${retryMs / 1000}s) after 5 attempts, last error: ${last}`;
}

function lossText(message: string): string {
  const refused = /ECONNREFUSED ([\d.:]+)/.exec(message);
  return refused === null ? 'EOF' : `dial tcp ${refused[1]}: connect: connection refused`;
}
