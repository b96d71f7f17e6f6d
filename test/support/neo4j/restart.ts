/** Owns a real Neo4j that can be stopped and started again on its port and with its data, as a server in maintenance. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningNeo4j, type StartNeo4jOptions, startNeo4j } from './startNeo4j.ts';

export interface RestartableNeo4j {
  uri: string;
  port: number;
  /** Of the server that runs, or ran last. */
  readonly pid: number;
  /** Ends the server; data and port are kept for `start`. */
  stop(): Promise<void>;
  /** Resolves when the server answers. */
  start(): Promise<void>;
  /** Ends the server, and removes its data where the folder was not given. */
  close(): Promise<void>;
}

export async function startRestartableNeo4j(options: StartNeo4jOptions): Promise<RestartableNeo4j> {
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'neurodex-neo4j-')));
  const removeTemporary = async (): Promise<void> => {
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
  };
  let server: RunningNeo4j;
  try {
    server = await startNeo4j({ ...options, dataDir });
  } catch (cause) {
    await removeTemporary();
    throw cause;
  }
  const { uri, port } = server;
  return {
    uri,
    port,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    start: async () => {
      server = await startNeo4j({ ...options, dataDir, port });
    },
    close: async () => {
      await server.stop();
      await removeTemporary();
    },
  };
}
