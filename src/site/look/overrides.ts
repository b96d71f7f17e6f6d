/** The templates and style sheets of a user's own folder that take the place of ours, or come on top of them. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { Eta } from 'eta';
import { compareCodePoints } from '../../catalog/codePoint.ts';
import { ConfigError } from '../../errors.ts';
import { policyOf, styleFault, templateFault } from './policy.ts';

export interface Overrides {
  folder: string;
  /** Every file that has an effect, by its name relative to the folder, with forward slashes. */
  files: ReadonlyMap<string, string>;
  /** Names of files that have none. */
  useless: string[];
  /** @throws ConfigError if a rendered page lacks the content security policy */
  requirePolicy(template: string, html: string): void;
}

/** A folder of templates holds some dozens; one with more is another one, named by mistake. */
const MOST_FILES = 1000;

/**
 * @param own the folder of the templates that come with neurodex
 * @throws ConfigError if the folder cannot be read, or a file of it would not do, with its line
 */
export function readOverrides(folder: string, own: string): Overrides {
  const names = namesIn(folder);
  const ownNames = namesIn(own);
  const policy = policyOf(readFileSync(join(own, 'layout.eta'), 'utf8')) ?? '';
  for (const name of names) requireCase(name, ownNames, folder);
  const hasEffect = (name: string): boolean => name.endsWith('.eta') || /^style\/[^/]+\.css$/.test(name);
  const files = new Map(names.filter(hasEffect).map((name) => [name, textOf(join(folder, name))]));
  for (const [name, text] of files) {
    const fault = name.endsWith('.eta') ? (syntaxFault(text) ?? templateFault(text, policy)) : styleFault(text);
    if (fault === null) continue;
    throw new ConfigError(`${join(folder, name)}${fault.line ? `, line ${fault.line}` : ''}: ${fault.words}.`);
  }
  return {
    folder,
    files,
    useless: names.filter((name) => !hasEffect(name)),
    requirePolicy(template, html) {
      // The policy stands at the head of a page: what follows, up to megabytes, need not be parsed.
      const end = html.search(/<\/head|<body/i);
      if (policyOf(end === -1 ? html : html.slice(0, end)) === policy) return;
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
      const layout = files.get('layout.eta');
      const line = (layout ?? '').slice(0, Math.max(0, (layout ?? '').search(/<head\b/i))).split('\n').length;
      throw new ConfigError(
        layout === undefined
          ? `${join(folder, `${template}.eta`)}, line 1: expected <% layout('./layout', …) %>, which brings the content security policy of the pages, a promise to the readers. Begin with it as neurodex's own ${template}.eta does.`
          : `${join(folder, 'layout.eta')}, line ${line}: expected the content security policy of the pages, a promise to the readers, before all in <head> but <meta> and <title>. Put ${meta} there.`,
      );
    },
  };
}

/** Files by name; hidden ones (.git, .DS_Store) are nobody's templates. */
function namesIn(folder: string): string[] {
  const names: string[] = [];
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const name = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) visit(name);
      else if (entry.isFile() || statSync(join(folder, name), { throwIfNoEntry: false })?.isFile()) names.push(name);
      if (names.length > MOST_FILES) {
        throw new ConfigError(
          `--templates ${folder}: expected a folder of templates, found one with over ${MOST_FILES} files. Name the folder that holds nothing else.`,
        );
      }
    }
  };
  try {
    visit('');
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'there is none' : code === 'ENOTDIR' ? 'it is a file' : message;
    throw new ConfigError(`--templates ${folder}: expected a folder of templates, but ${found}.`, { cause });
  }
  return names.sort(compareCodePoints);
}

/** Types.eta is types.eta on some disks and on others a file of no effect. */
function requireCase(name: string, ownNames: readonly string[], folder: string): void {
  const meant = ownNames.find((own) => own !== name && own.toLowerCase() === name.toLowerCase());
  if (meant === undefined) return;
  throw new ConfigError(`${join(folder, name)}: expected it to be called ${meant}, as case counts. Rename it.`);
}

function textOf(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : (cause as Error).message;
    throw new ConfigError(`${path}: expected a template or a style sheet, but ${reason}.`, { cause });
  }
}

/** Where a template breaks the rules of its language; the line is 0 where nothing tells. */
function syntaxFault(source: string): { line: number; words: string } | null {
  const eta = new Eta({ debug: true });
  let code: string;
  try {
    code = eta.compileToString(source);
  } catch (cause) {
    const [, words, line] = /^(.*) at line (\d+) col/.exec((cause as Error).message) ?? [];
    return { line: Number(line ?? 0), words: words ?? (cause as Error).message.split('\n', 1)[0] ?? '' };
  }
  try {
    new Script(`(function (it, options) {${code}\n})`, { filename: 'template' });
    return null;
  } catch (cause) {
    const { stack = '', message } = cause as Error;
    const until = code.split('\n', Number(/^template:(\d+)/.exec(stack)?.[1] ?? 0)).join('\n');
    const line = [...until.matchAll(/^__eta\.line=(\d+)$/gm)].at(-1)?.[1];
    return { line: Number(line ?? 0), words: message };
  }
}
