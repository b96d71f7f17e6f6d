/** Where a run may write: asked before the first query, so that a build of minutes does not end at a closed door. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { WriteError } from '../errors.ts';
import { bytesAt } from '../files.ts';
import { INDEX_PATH } from '../site/data.ts';
import { DIFF_PATHS } from '../site/diff/files.ts';
import { isPartial } from '../site/write.ts';

/**
 * @throws WriteError if the folder cannot be written to, or holds a site that is not ours: a folder may hold other
 * things, but nothing of somebody else's is replaced
 */
export function requireSiteFolder(output: string): void {
  requireOwn('--output', output, [INDEX_PATH, ...SITE_PATHS]);
}

/** As requireSiteFolder, for the page of a difference; it may stand in the folder of a site. */
export function requireDiffFolder(folder: string): void {
  requireOwn('--page', folder, DIFF_PATHS);
}

/** @param paths what would be replaced; the first tells by its beginning that they are ours */
function requireOwn(flag: string, folder: string, paths: readonly [string, ...string[]]): void {
  requireWritable(flag, folder);
  if (beginsWith(join(folder, paths[0]), '{"schema":"neurodex.')) return;
  const foreign = paths.find((name) => isForeign(join(folder, name)));
  if (foreign === undefined) return;
  throw new WriteError(
    `${flag} ${folder}: ${foreign} there is not, or no longer, as neurodex writes it. Move it away, or choose another folder.`,
  );
}

/** What a site replaces. */
const SITE_PATHS = ['index.html', 'types.html', 'assets', 'data'];

/** Whether something stands there that a run of ours, which ended before its time, cannot have left. */
function isForeign(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat !== undefined;
  return readdirSync(path).some((name) => !isPartial(name));
}

/** @throws WriteError if a report cannot be written there, or would replace something that is none */
export function requireReportFile(file: string): void {
  requireWritable('--report', dirname(file));
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isFile() && beginsWith(file, '{\n  "command": "'))) return;
  throw new WriteError(`--report ${file}: exists and is no report; it is left alone. Choose another name.`);
}

function requireWritable(flag: string, folder: string): void {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) {
    throw new WriteError(`${flag} ${folder}: expected a folder, found a file. Choose another name.`);
  }
  try {
    accessSync(existing, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new WriteError(`${flag} ${folder}: the folder ${existing} cannot be written to (${code}).`, { cause });
  }
}

function beginsWith(file: string, text: string): boolean {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
  return bytesAt(file, 0, text.length).toString('latin1') === text;
}
