/** Owns the Java process of one Neo4j: how it is started, when it is ready, and that it ends with its parent. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Assembly } from './assemble.ts';
import { launcherJava } from './launcher.ts';
import type { Java } from './tools.ts';

const startWithinMs = 120_000;
const stopWithinMs = 60_000;
const keptLogCharacters = 200_000;
const openedPackages = ['java.lang', 'java.util', 'java.util.concurrent', 'java.io', 'java.nio', 'sun.nio.ch'];

export interface ServerOptions {
  java: Java;
  assembly: Assembly;
  /** Where the data, the logs, the settings file and the launcher live. */
  homeDir: string;
  settings: Record<string, string>;
  heapMb: number;
  password?: string | undefined;
  jvmFlags: readonly string[];
  signal?: AbortSignal | undefined;
}

export interface ServerProcess {
  pid: number;
  exited: Promise<void>;
  stop(): Promise<void>;
  logs(): string;
}

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { java, assembly, homeDir, settings, heapMb, password, jvmFlags, signal } = options;
  const settingsFile = join(homeDir, 'neo4j.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(settingsFile, lines.join(''));
  const launcherFile = join(homeDir, 'Launcher.java');
  await writeFile(launcherFile, launcherJava);

  const args = [
    ...openedPackages.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
    `-Xmx${heapMb}m`,
    '-Djava.awt.headless=true',
    // A class archive that no longer fits is skipped with a page of warnings; nothing here depends on it but time.
    '-Xlog:disable',
    '-Xlog:all=error:stderr',
    ...jvmFlags,
    '-cp',
    [join(assembly.libDir, '*'), join(assembly.pluginDir, '*')].join(delimiter),
    launcherFile,
    homeDir,
    settingsFile,
  ];
  // Nothing is awaited from here until the signal is listened to: an abort that nobody hears would leave the server running.
  signal?.throwIfAborted();
  // Detached, so that Ctrl-C in a terminal reaches only us and we stop it in order; closed stdin ends it if we cannot.
  const child = spawn(java.path, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...(password !== undefined && { NEURODEX_NEO4J_PASSWORD: password }) },
  });
  let log = '';
  // A child that died first breaks this pipe; its end is told by `exited` and the log.
  child.stdin.on('error', () => undefined);
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });

  const ready = new Promise<void>((resolve, reject) => {
    const onText = (text: string): void => {
      log = (log + text).slice(-keptLogCharacters);
      if (/^READY$/m.test(log)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      const cause = /^FAILED (.*)$/m.exec(log)?.[1] ?? lastLine(log);
      reject(new Error(`Expected Neo4j to start, but it ended with ${killedBy ?? `code ${code}`}: ${cause}`));
    });
    AbortSignal.timeout(startWithinMs).addEventListener('abort', () => {
      reject(new Error(`Expected Neo4j to be ready within ${startWithinMs} ms; its last line: ${lastLine(log)}`));
    });
    if (signal === undefined) return;
    // Rejects a start under way; once ready, the closed pipe alone stops the server.
    const onAbort = (): void => {
      reject(signal.reason);
      child.stdin.end();
    };
    signal.addEventListener('abort', onAbort);
    child.once('close', () => signal.removeEventListener('abort', onAbort));
  });
  try {
    await ready;
  } catch (cause) {
    child.kill('SIGKILL');
    await exited;
    throw cause;
  }

  async function stop(): Promise<void> {
    let isOverdue = false;
    const overdue = setTimeout(() => {
      isOverdue = true;
      child.kill('SIGKILL');
    }, stopWithinMs);
    child.stdin.end();
    await exited;
    clearTimeout(overdue);
    if (isOverdue) throw new Error(`Expected Neo4j to stop within ${stopWithinMs} ms; it did not and was killed.`);
  }

  return { pid: child.pid as number, exited, stop, logs: () => log };
}

function lastLine(log: string): string {
  return log.trimEnd().split('\n').at(-1) || 'it printed nothing';
}
