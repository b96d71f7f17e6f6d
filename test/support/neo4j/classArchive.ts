/** Owns the JVM's class archive of an assembled Neo4j: one training run, then every start is 2 to 3 s shorter. */
import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assembly } from './assemble.ts';
import { type ServerOptions, startServer } from './server.ts';
import type { Java } from './tools.ts';

export interface TrainOptions extends Pick<ServerOptions, 'settings' | 'heapMb' | 'signal'> {
  java: Java;
  assembly: Assembly;
  onTraining: () => void;
}

/** The archive's path. It belongs to one Java version and to the final place of the jars, so it is made after the rename. */
export function classArchiveFile(assembly: Assembly, java: Java): string {
  return join(assembly.folder, `classes-java-${java.version.replaceAll(/[^\w.]/g, '-')}.jsa`);
}

export async function ensureClassArchive(options: TrainOptions): Promise<string> {
  const { java, assembly, settings, heapMb, signal } = options;
  const file = classArchiveFile(assembly, java);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) return file;
  options.onTraining();
  const homeDir = await mkdtemp(join(tmpdir(), 'neurodex-neo4j-'));
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    const jvmFlags = [`-XX:ArchiveClassesAtExit=${unfinished}`];
    const server = await startServer({ java, assembly, homeDir, settings, heapMb, jvmFlags, signal });
    await server.stop();
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
    await rm(homeDir, { recursive: true, force: true });
  }
  return file;
}
