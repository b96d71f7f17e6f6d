/** Planned files -> a folder: only what changed, each file whole or not at all, none before all could be written. */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WriteError } from '../errors.ts';
import { makeFolder } from '../files.ts';
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
    for (const { path, content } of files) {
      const to = join(folder, path);
      const bytes = Buffer.from(content, 'utf8');
      if (isSame(to, bytes)) {
        result.unchanged.push(path);
        continue;
      }
      makeFolder(dirname(to));
      const from = `${to}.partial-${token}`;
      partial.push({ from, to });
      writeFileSync(from, bytes);
      result.written.push(path);
    }
    for (const { from, to } of partial) renameSync(from, to);
  } catch (cause) {
    for (const { from } of partial) rmSync(from, { force: true });
    throw new WriteError(
      `${folder}: cannot be written: ${reasonOf(cause as NodeJS.ErrnoException)}. What stood there still does.`,
      { cause },
    );
  }
  return result;
}

function isSame(file: string, bytes: Buffer): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw Object.assign(new Error(file), { code: 'EISDIR' });
  return stat?.isFile() === true && stat.size === bytes.length && readFileSync(file).equals(bytes);
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC') return 'the disk is full (ENOSPC)';
  if (code === 'EFBIG') return 'a file would be larger than allowed (EFBIG)';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `not permitted (${code})`;
  if (code === 'EISDIR') return `a folder stands where a file must be: ${message} (EISDIR)`;
  if (code === 'ENOTDIR' || code === 'EEXIST') return `a file stands where a folder must be (${code})`;
  return code ?? message;
}
