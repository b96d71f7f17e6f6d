/** The command line as a user runs it: the bundled program, in a process and a folder of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';

export const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with the running process, to send it a signal or to look at it. */
  onStart?: (child: ReturnType<typeof spawn>) => void;
}

export function runCli(args: readonly string[], { cwd, env, onStart }: RunOptions = {}): Promise<Finished> {
  return runProgram(process.execPath, [CLI, ...args], { cwd, env, onStart });
}

export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, onStart }: RunOptions,
): Promise<Finished> {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  onStart?.(child);
  const code = await new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed));
  return { code, stdout, stderr };
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'neurodex-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const VECTORS = resolve(import.meta.dirname, '../vectors');

/** Makes the folder and puts another program's SQLite database where a cache's file would be. */
export function writeForeignDatabase(folder: string): string {
  mkdirSync(folder);
  const file = join(folder, 'neurodex.sqlite');
  const script = `import sqlite3; c = sqlite3.connect(${JSON.stringify(file)}); c.execute('create table keyv (key text, value text)'); c.commit()`;
  execFileSync('python3', ['-c', script]);
  return file;
}
