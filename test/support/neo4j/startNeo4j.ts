/** Starts a real Neo4j with APOC on 127.0.0.1, assembling it first where this machine has none; it ends with its parent. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assembleNeo4j, isAssembled } from './assemble.ts';
import { ensureClassArchive } from './classArchive.ts';
import { type ServerProcess, startServer } from './server.ts';
import { findJava, findMaven } from './tools.ts';
import { type Neo4jVersion, releases } from './versions.ts';

const pageCacheMb = 256;
const portAttempts = 3;

export interface StartNeo4jOptions {
  version: Neo4jVersion;
  /** 0, or left out: any free port. */
  port?: number | undefined;
  /** Kept after the stop, and may be started again; left out: a temporary folder that goes with the server. */
  dataDir?: string | undefined;
  heapMb?: number | undefined;
  /** Of user `neo4j`; left out: no authentication. */
  password?: string | undefined;
  /** 0: none. */
  transactionTimeoutMs?: number | undefined;
  /** false: as a server on which APOC is not installed. */
  allowApoc?: boolean | undefined;
  /** Where assembled servers are kept between runs. */
  cacheDir?: string | undefined;
  /** Before the server is ready, ends the start; after it, ends the server. */
  signal?: AbortSignal | undefined;
  onStep?: ((step: 'assembling' | 'starting') => void) | undefined;
}

export interface RunningNeo4j {
  uri: string;
  port: number;
  pid: number;
  /** Settles when the server has ended, for whatever reason, and its temporary data is gone. */
  exited: Promise<void>;
  stop(): Promise<void>;
  /** What the server printed; its own log files lie in `logs` of the data folder. */
  logs(): string;
}

export async function startNeo4j(options: StartNeo4jOptions): Promise<RunningNeo4j> {
  const {
    version,
    port = 0,
    heapMb = 1024,
    password,
    transactionTimeoutMs = 0,
    allowApoc = true,
    cacheDir,
    signal,
    onStep,
  } = options;
  signal?.throwIfAborted();
  const java = await findJava(releases[version].newestJava);
  let isAnnounced = false;
  const onAssembling = (): void => {
    isAnnounced = true;
    onStep?.('assembling');
  };
  const assembly = await assembleNeo4j({ version, cacheDir, signal, onAssembling });
  const settingsFor = (boltPort: number): Record<string, string> =>
    releases[version].settings({
      port: boltPort,
      pluginDir: assembly.pluginDir,
      pageCacheMb,
      requirePassword: password !== undefined,
      transactionTimeoutMs,
      allowApoc,
    });
  const archiveFile = await ensureClassArchive({
    java,
    assembly,
    settings: settingsFor(await claimPort(0)),
    heapMb,
    signal,
    onTraining: () => {
      if (!isAnnounced) onAssembling();
    },
  });
  onStep?.('starting');

  for (let attempt = 1; ; attempt++) {
    const boltPort = await claimPort(port);
    const homeDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'neurodex-neo4j-')));
    await mkdir(homeDir, { recursive: true });
    const removeTemporary = async (): Promise<void> => {
      if (options.dataDir === undefined) await rm(homeDir, { recursive: true, force: true });
    };
    const settings = settingsFor(boltPort);
    const jvmFlags = [`-XX:SharedArchiveFile=${archiveFile}`];
    let server: ServerProcess;
    try {
      server = await startServer({ java, assembly, homeDir, settings, heapMb, password, jvmFlags, signal });
    } catch (cause) {
      await removeTemporary();
      // Somebody may take a port that was free in the seconds before Neo4j binds it.
      const lostPort = cause instanceof Error && /address already in use/i.test(cause.message);
      if (lostPort && port === 0 && attempt < portAttempts) continue;
      throw lostPort ? takenPort(boltPort, cause) : cause;
    }
    const exited = server.exited.then(removeTemporary);
    const stop = async (): Promise<void> => {
      await server.stop();
      await exited;
    };
    return { uri: `bolt://127.0.0.1:${boltPort}`, port: boltPort, pid: server.pid, exited, stop, logs: server.logs };
  }
}

/** Why this machine cannot run that Neo4j, or undefined when it can: for the title of a skipped test. */
export async function whyNoNeo4j(version: Neo4jVersion, cacheDir?: string): Promise<string | undefined> {
  try {
    await findJava(releases[version].newestJava);
    if (!(await isAssembled(version, cacheDir))) await findMaven();
  } catch (cause) {
    if (cause instanceof Error) return cause.message;
    throw cause;
  }
  return undefined;
}

function claimPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? takenPort(port, cause) : cause);
    });
    server.listen({ port, host: '127.0.0.1' }, () => {
      const address = server.address();
      const claimed = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
}

function takenPort(port: number, cause: unknown): Error {
  return new Error(`Expected port ${port} of 127.0.0.1 to be free, but something listens there: give another.`, {
    cause,
  });
}
