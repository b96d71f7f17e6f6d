/** The library as another program uses it: bundled, in a process of its own. */
import { resolve } from 'node:path';

const LIBRARY = resolve(import.meta.dirname, '../../dist/index.js');

/** node's arguments to run this text, which finds the cache's names in scope. */
export function programOf(text: string): string[] {
  return ['--input-type=module', '-e', `import { createCache, openStore } from ${JSON.stringify(LIBRARY)}; ${text}`];
}
