#!/usr/bin/env node
/** Alone touches the process: its arguments, environment, clocks, signals, output and exit code. */
import { randomUUID } from 'node:crypto';
import { CommanderError } from 'commander';
import { systemClock } from './clock.ts';
import type { Context } from './commands/context.ts';
import { ConfigError, ConnectError, InterruptedError, isExpected, QueryError } from './errors.ts';
import { EXIT, type Outcome, type Outside } from './program/outside.ts';
import { createProgram } from './program/program.ts';
import { createProgress, type ProgressMode } from './progress.ts';
import { jsonLine, printable } from './summary.ts';

const perform: Outside['perform'] = async ({ silent, json }, work) => {
  const mode: ProgressMode = json ? 'json' : silent ? 'silent' : process.stderr.isTTY ? 'bar' : 'lines';
  const progress = createProgress({ mode, stream: json ? process.stdout : process.stderr, now: systemClock.now });
  const abort = new AbortController();
  const interrupt = (): void => {
    // The first asks the work to stop and waits for it; the second does not wait.
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    progress.stop();
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const contextOf = (): Context => ({
    signal: abort.signal,
    clock: systemClock,
    wallMs: () => Date.now(),
    today: today(process.env.SOURCE_DATE_EPOCH),
    token: `${process.pid}-${randomUUID().slice(0, 8)}`,
    peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
    onEvent: (event) => {
      if (!abort.signal.aborted) progress.show(event);
    },
  });
  const tell = ({ text, result, isAnswer, failures = [], exitCode = EXIT.ok }: Outcome): void => {
    progress.stop();
    if (json) process.stdout.write(jsonLine({ event: 'done', ...result }));
    else if (!silent || isAnswer) process.stdout.write(/(^|\n)$/.test(text) ? text : `${text}\n`);
    for (const failure of failures) process.stderr.write(`neurodex: ${failure}\n`);
    process.exitCode = exitCode;
  };
  try {
    tell(await work(contextOf()));
  } catch (error) {
    progress.stop();
    const message = abort.signal.aborted ? interruptionOf(error) : messageOf(error);
    if (json) process.stdout.write(jsonLine({ event: 'error', message }));
    process.stderr.write(`neurodex: ${message}\n`);
    // What is still under way on a connection would keep the process alive: a server that fell silent, for minutes.
    process.exit(abort.signal.aborted ? EXIT.interrupted : exitCodeOf(error));
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
};

function today(epoch: string | undefined): Context['today'] {
  const time = epoch ? new Date(Number(epoch) * 1000) : new Date();
  if (Number.isNaN(time.getTime())) {
    throw new ConfigError(`SOURCE_DATE_EPOCH: expected seconds since 1970, got ${JSON.stringify(epoch)}.`);
  }
  return { iso: `${time.toISOString().slice(0, 19)}Z`, isFixed: Boolean(epoch) };
}

function exitCodeOf(error: unknown): number {
  return error instanceof ConnectError || error instanceof QueryError ? EXIT.notReached : EXIT.usageOrData;
}

function interruptionOf(error: unknown): string {
  return error instanceof InterruptedError ? printable(error.message) : 'interrupted.';
}

function messageOf(error: unknown): string {
  if (isExpected(error)) return printable(error.message.replaceAll(/\s*\n\s*/g, ' '));
  return `a defect of neurodex, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

// A reader that has enough (`neurodex config | head`) closes the pipe; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await createProgram({ env: process.env, folder: process.cwd(), perform }).parseAsync(process.argv);
} catch (error) {
  // Commander has printed its one line (or the help) by then.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usageOrData;
}
