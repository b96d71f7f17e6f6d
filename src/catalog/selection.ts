/** How types were selected, in words. */
import type { Selection } from './catalog.ts';

/** "--types and --match ^KC". */
export function selectedBy({ types, match }: Selection): string {
  return [types === null ? [] : '--types', match === null ? [] : `--match ${match}`].flat().join(' and ');
}
