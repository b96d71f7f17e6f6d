/** A real redis-server of a test's own: it keeps nothing on disk and ends with the test. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { test } from 'vitest';
import { testIf } from './require.ts';

export interface RedisServer {
  uri: string;
  port: number;
  pid: number;
  /** Signals the very process: SIGSTOP makes it silent, SIGKILL ends it. */
  signal(name: NodeJS.Signals): void;
  /** Runs a command as an operator would. */
  command(...words: string[]): string;
  stop(): Promise<void>;
}

export const hasRedis: boolean = canRun();

export const testWithRedis: typeof test = testIf(hasRedis, 'redis-server');

function canRun(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((found) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}

/** @param settings as redis-server takes them, e.g. --requirepass x */
export async function startRedis(settings: readonly string[] = [], port?: number): Promise<RedisServer> {
  const at = port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'neurodex-redis-'));
  const kept = ['--save', '', '--appendonly', 'no', '--dir', folder, '--bind', '127.0.0.1', '--port', String(at)];
  const child = spawn('redis-server', [...kept, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(child);
  return {
    uri: `redis://127.0.0.1:${at}`,
    port: at,
    pid: child.pid ?? 0,
    signal: (name) => void child.kill(name),
    command: (...words) => execFileSync('redis-cli', ['-p', String(at), ...words], { encoding: 'utf8' }).trim(),
    async stop() {
      const isGone = child.exitCode !== null || child.signalCode !== null;
      const gone = isGone ? undefined : new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  let told = '';
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', () => failed(new Error(`redis-server ended: ${told}`)));
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      told += text;
      if (told.includes('Ready to accept connections')) done();
    });
  });
}
