/** Planned files -> a folder: only what changed, each file whole or not at all, none before all could be written. */
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WriteError } from '../errors.ts';
import { bytesAt, type Content, holds, makeFolder, writeContent } from '../files.ts';
import type { PlannedFile } from './pages.ts';

export interface WriteResult {
  written: string[];
  unchanged: string[];
}

/**
 * Every changed file is first written beside its target (a rename is atomic only within one file system); the
 * renames follow when all are there, so that a full disk leaves the last good site as it was.
 * @param token distinguishes this run's partial files from another run's
 * @throws WriteError if the folder cannot be written to
 */
export function writeFiles(files: readonly PlannedFile[], folder: string, token: string): WriteResult {
  const result: WriteResult = { written: [], unchanged: [] };
  const partial: { from: string; to: string }[] = [];
  try {
    for (const { path, content, isThere } of files) {
      const to = join(folder, path);
      if (isThere || isSame(to, content)) {
        result.unchanged.push(path);
        continue;
      }
      makeFolder(dirname(to));
      const from = `${to}${PARTIAL}${token}`;
      partial.push({ from, to });
      writeContent(from, content);
      result.written.push(path);
    }
    for (const { from, to } of partial) renameSync(from, to);
    const last = new Map(partial.map(({ to }) => [dirname(to), to]));
    for (const [folder, written] of last) removeAbandoned(folder, written);
  } catch (cause) {
    for (const { from } of partial) rmSync(from, { force: true });
    // A piece that could not be made says itself what is wrong.
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new WriteError(
      `${folder}: cannot be written: ${reasonOf(cause as NodeJS.ErrnoException)}. What stood there still does.`,
      { cause },
    );
  }
  return result;
}

/**
 * Removes a file of an earlier site that this one has not; one that does not begin as ours does is left alone.
 * @throws WriteError if it may not be removed
 */
export function removeFormer(file: string, beginning: string): void {
  try {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return;
    if (bytesAt(file, 0, beginning.length).toString('latin1') === beginning) rmSync(file, { force: true });
  } catch (cause) {
    const reason = reasonOf(cause as NodeJS.ErrnoException);
    throw new WriteError(`${file}: of an earlier site, cannot be removed: ${reason}.`, { cause });
  }
}

const PARTIAL = '.partial-';

/** Whether a file of that name is one of ours that was being written. */
export function isPartial(name: string): boolean {
  return name.includes(PARTIAL);
}

/** So long no file takes to be written: what is older was left by a run that was killed. */
const ABANDONED_AFTER_MS = 3_600_000;

/**
 * Looks at partial files only: type pages may lie in the same folder, two for each of 100,000 types.
 * @param written a file that was just written there: it tells what time it is for the file system
 */
function removeAbandoned(folder: string, written: string): void {
  const nowMs = mtimeMsOf(written);
  for (const name of readdirSync(folder).filter(isPartial)) {
    const ms = mtimeMsOf(join(folder, name));
    // Of one that is no more nothing is known: another run may have given it its final name, or removed it, meanwhile.
    if (nowMs !== null && ms !== null && ms < nowMs - ABANDONED_AFTER_MS) rmSync(join(folder, name), { force: true });
  }
}

function mtimeMsOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function isSame(file: string, content: Content): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR' });
  return stat?.isFile() === true && holds(file, content);
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC') return 'the disk is full (ENOSPC)';
  if (code === 'EFBIG') return 'a file would be larger than allowed (EFBIG)';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `not permitted (${code})`;
  if (code === 'EISDIR') return `a folder stands where a file must be: ${message} (EISDIR)`;
  if (code === 'ENOTDIR' || code === 'EEXIST') return `a file stands where a folder must be (${code})`;
  return code ?? message;
}
