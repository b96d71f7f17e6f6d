/** What a command asks of cli.ts, which alone touches the process, and what it hands back for it to tell. */
import type { Context } from '../commands/context.ts';

export const EXIT = { ok: 0, usageOrData: 1, notReached: 2, failedTypes: 3, interrupted: 130 } as const;

export interface OutputFlags {
  silent?: boolean;
  json?: boolean;
}

/** What a command came to. */
export interface Outcome {
  /** For people. */
  text: string;
  /** For programs: the fields of the last JSON line. */
  result?: object;
  /** It is what was asked for, so that --silent lets it through; a summary is not. */
  isAnswer?: boolean;
  /** What failed, a line each, beside what is told. */
  failures?: readonly string[];
  exitCode?: number;
}

export interface Outside {
  env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  folder: string;
  /** Runs a command's work under signals and progress, and tells what it came to or why it failed. */
  perform(flags: OutputFlags, work: (context: Context) => Promise<Outcome>): Promise<void>;
}
