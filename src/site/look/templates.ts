/** The templates and the style sheet of the pages: the user's where there are some of that name, else ours. */

import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { Eta } from 'eta';
import { ConfigError } from '../../errors.ts';
import type { PageOptions } from '../pages.ts';
import type { Overrides } from './overrides.ts';

/** Where the damage is to a file that comes with neurodex, and where it is to the user's own. */
const REMEDY = 'mend it, or install neurodex again (in a checkout: npm run build)';
const REMEDY_OF_THEIRS = "mend it, or take it away for neurodex's own";

export interface Templates {
  /** @throws ConfigError with the file and line at which a template failed */
  render(template: string, view: object): string;
  /** Ours or the user's in their place, one after the other. */
  style: string[];
  /** What the user has beyond that. */
  furtherStyle: string[];
}

/** @throws ConfigError if a part that comes with neurodex cannot be read */
export function readPart(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { message } = cause as Error;
    throw new ConfigError(`expected a part of the pages at ${path}, but it cannot be read (${message}): ${REMEDY}`, {
      cause,
    });
  }
}

/** @param styleParts of which the style sheet is made: names of files in `style` */
export function openTemplates(
  { templatesDir, overrides }: Pick<PageOptions, 'templatesDir' | 'overrides'>,
  styleParts: readonly string[],
): Templates {
  const parts = styleParts.map((part) => `style/${part}.css`);
  const files = overrides?.files ?? new Map<string, string>();
  const eta = new Eta({ views: templatesDir, autoEscape: true, cache: true, debug: true });
  if (overrides) lookThere(eta, overrides, templatesDir);
  return {
    render(template, view) {
      try {
        const html = eta.render(template, view);
        overrides?.requirePolicy(template, html);
        return html;
      } catch (cause) {
        if (cause instanceof ConfigError) throw cause;
        const name = `${template}.eta`;
        const path = join(overrides?.files.has(name) ? overrides.folder : templatesDir, name);
        throw new ConfigError(`the template ${path} cannot be rendered ${faultOf(cause as Error, path, overrides)}`, {
          cause,
        });
      }
    },
    style: parts.map((name) => files.get(name) ?? readPart(templatesDir, name)),
    furtherStyle: [...files].flatMap(([name, text]) => (name.endsWith('.css') && !parts.includes(name) ? text : [])),
  };
}

/** Includes and layouts too: a name is looked up from the folder of who asks, in the user's templates and in ours as in one. */
function lookThere(eta: Eta, { folder, files }: Overrides, own: string): void {
  const texts = new Map([...files].map(([name, text]) => [join(folder, name), text]));
  const names = new Map<string, string>();
  eta.resolvePath = (name, options) => {
    const from = name.startsWith('/') ? '' : posix.dirname(names.get(options?.filepath ?? '') ?? '');
    const whole = posix.join('/', from, posix.extname(name) === '' ? `${name}.eta` : name).slice(1);
    const path = join(files.has(whole) ? folder : own, whole);
    names.set(path, whole);
    return path;
  };
  eta.readFile = (path) => {
    const text = texts.get(path);
    if (text !== undefined) return text;
    if (!existsSync(path)) throw new Error(`there is no template ${names.get(path)} in ${folder} or of neurodex`);
    return readFileSync(path, 'utf8');
  };
}

/**
 * Eta's message shows the source around each line on the way to the fault; one line of a log holds the innermost place,
 * or the innermost of the user's, the reason and what to do.
 */
function faultOf(error: Error, page: string, overrides: Overrides | null | undefined): string {
  const theirs = new Set([...(overrides?.files.keys() ?? [])].map((name) => join(overrides?.folder ?? '', name)));
  const text = textOf(error);
  const places = [...text.matchAll(/^(.+\.eta):(\d+)$/gm)];
  const theirPlace = places.findLast(([, path]) => theirs.has(path ?? ''));
  const place = theirPlace ?? places.at(-1);
  const [first, second] = textOf(innermost(error)).split(/\n+/);
  const reason = (first === 'Bad template syntax' ? second : first)?.replace(/:$/, '');
  const isTheirs = theirPlace !== undefined || (places.length === 0 && theirs.has(page));
  return `(${place === undefined ? '' : `${place[1]}, line ${place[2]}: `}${reason}): ${isTheirs ? REMEDY_OF_THEIRS : REMEDY}`;
}

/** A template may throw anything, also an error that is its own cause. */
function innermost(error: Error): Error {
  const chain = new Set<unknown>();
  let cause: Error = error;
  while (cause.cause instanceof Error && !chain.has(cause.cause)) {
    cause = cause.cause;
    chain.add(cause);
  }
  return cause;
}

function textOf(error: Error): string {
  return String(error.message);
}
