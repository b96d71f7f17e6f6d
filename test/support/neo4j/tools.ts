/** Finds the two programs a real Neo4j needs, Java and Maven, and says which is missing and what to install. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { join } from 'node:path';

const oldestJava = 17;

export interface Java {
  path: string;
  version: string;
}

export interface Finished {
  code: number | null;
  output: string;
}

/** Runs a program to its end and gives what it printed; rejects when it cannot be started or is aborted. */
export function runToEnd(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (text: string): void => {
      output += text;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => reject(options.signal?.aborted ? options.signal.reason : error));
    child.once('close', (code) => resolve({ code, output }));
  });
}

export async function findJava(newestJava: number): Promise<Java> {
  const range = newestJava === oldestJava ? `${oldestJava}` : `${oldestJava} to ${newestJava}`;
  const wanted = `Expected a JDK of Java ${range}`;
  const advice = 'install one (Debian: openjdk-17-jdk-headless) or point JAVA_HOME at it.';
  const javaHome = process.env.JAVA_HOME;
  const path = javaHome ? join(javaHome, 'bin', 'java') : 'java';
  const { output } = await runToEnd(path, ['-version']).catch((cause: unknown) => {
    throw new Error(`${wanted}, but "${path}" cannot be run: ${advice}`, { cause });
  });
  const version = /version "([^"]+)"/.exec(output)?.[1] ?? '';
  const major = Number.parseInt(version, 10);
  if (!(major >= oldestJava && major <= newestJava)) {
    throw new Error(`${wanted}, but "${path}" is version ${version || 'unknown'}: ${advice}`);
  }
  return { path, version };
}

export async function findMaven(): Promise<string> {
  const path = 'mvn';
  await runToEnd(path, ['--version']).catch((cause: unknown) => {
    throw new Error(`Expected Maven, but "${path}" cannot be run: install it (Debian: maven).`, { cause });
  });
  return path;
}
