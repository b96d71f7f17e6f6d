/** The folder of type pages (setting `pages`): listed once, for its links and to notice when pages come or go. */
import { hash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { ConfigError } from '../errors.ts';
import { percentEncoded } from '../placeholders.ts';
import type { Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { plainPageName, slugPageName, type TypePages } from '../site/links/pageNames.ts';
import { findPages } from '../site/links/typePages.ts';
import { slugOf } from '../site/slug.ts';

export interface PagesFolder {
  folder: string;
  /** From the output folder, for addresses: the empty text, or with a slash at its end. */
  base: string;
  /** Names of the files that may be pages of types. */
  files: ReadonlySet<string>;
  /** Of those names. */
  digest: string;
}

/** Pages of the whole site, by neurodex, QuickPage or neuView, where these lie in the same folder. */
const OF_NO_TYPE = new Set(['index.html', 'types.html', 'help.html']);

/** @throws ConfigError if there is no such folder, or it may not be read */
export function readPagesFolder({ pages: folder, output }: Settings): PagesFolder | null {
  if (folder === undefined) return null;
  const files = entriesOf(folder)
    .filter((entry) => entry.name.endsWith('.html') && !OF_NO_TYPE.has(entry.name) && isFile(folder, entry))
    .map(({ name }) => name)
    .sort();
  const steps = relative(resolve(output), resolve(folder)).split(sep);
  return {
    folder,
    base: steps[0] === '' ? '' : `${steps.map(percentEncoded).join('/')}/`,
    files: new Set(files),
    digest: hash('sha256', files.join('/')),
  };
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const found = { ENOENT: 'there is none of that name', ENOTDIR: 'found a file' }[code ?? ''];
    throw new ConfigError(
      `--pages ${folder}: expected a folder of type pages, ${found ?? `it cannot be read (${code})`}.`,
      { cause },
    );
  }
}

function isFile(folder: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isFile() ?? false;
}

/**
 * Finds the pages of types, and tells which files are none's although they might be.
 * @param types all of the dataset: a page may be that of a type which the site leaves out
 */
export function pagesIn({ folder, base, files }: PagesFolder, types: readonly string[], run: Run): TypePages {
  const found = findPages(types, files);
  const [first] = found.contested;
  if (first !== undefined) {
    const count = found.contested.length;
    run.tell(
      `--pages ${folder}: ${count === 1 ? '1 file is' : `${count} files are`} linked to no type, as several may be meant: ${first.file} by ${first.types.map((type) => JSON.stringify(type)).join(', ')}.`,
    );
  } else if (found.files.size === 0) {
    const [type = ''] = types;
    const expected = new Set([
      slugPageName(slugOf(type)),
      plainPageName(type, 'combined'),
      plainPageName(type, 'left'),
    ]);
    run.tell(
      `--pages ${folder}: none of its files (${files.size} .html) is a page of a type; expected such as ${[...expected].join(', ')}.`,
    );
  }
  if (found.files.size > 0 && base.startsWith('../../')) {
    run.tell(`--pages ${folder}: lies outside of the folder that holds the site; a server must serve that as well.`);
  }
  return { base, files: found.files };
}
