/** `neurodex diff`: reads two built indexes and compares them; writes the page of their difference if it is wanted. */
import { compareIndexes, type Difference } from '../catalog/difference.ts';
import { diffFiles } from '../site/diff/files.ts';
import { readIndex } from '../site/indexFile.ts';
import { writeFiles } from '../site/write.ts';
import type { Context } from './context.ts';
import { BROWSER, TEMPLATES } from './pageParts.ts';
import { requireDiffFolder } from './targets.ts';

export interface DiffOptions {
  /** In percentage points. */
  minShareChange: number;
  /** The folder of the page; undefined for none. */
  page: string | undefined;
}

/**
 * @param before an index.json, or the folder of a site; so is `after`
 * @throws ConfigError or DecodeError for what is no index; WriteError if the page cannot be written
 */
export function diff(
  before: string,
  after: string,
  { minShareChange, page }: DiffOptions,
  context: Context,
): Difference {
  if (page !== undefined) requireDiffFolder(page);
  const difference = compareIndexes(readIndex(before), readIndex(after), minShareChange);
  if (page !== undefined) {
    const files = diffFiles(difference, { templatesDir: TEMPLATES, browserDir: BROWSER });
    context.signal.throwIfAborted();
    writeFiles(files, page, context.token);
  }
  return difference;
}
