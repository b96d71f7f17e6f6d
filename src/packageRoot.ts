/** Where this package lies: its templates, presets and bundled page scripts are files beside the code. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above this module that has a package.json: the same from src, from dist and from its chunks. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

export function packageVersion(): string {
  return packageField('version');
}

/** Where people find out what neurodex is. */
export function packageHomepage(): string {
  return packageField('homepage');
}

function packageField(name: 'version' | 'homepage'): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as Record<typeof name, string>)[name];
}
