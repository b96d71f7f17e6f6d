/** A Difference as other programs read it: `neurodex.diff/1`, the fields of Difference after its schema. */
import type { Difference } from '../../catalog/difference.ts';

/** One type a line, so that two differences can themselves be compared by diff. */
export function diffJson({ added, removed, renamed, changed, ...facts }: Difference): string {
  const head = JSON.stringify({ schema: 'neurodex.diff/1', ...facts }).slice(0, -1);
  const lists = Object.entries({ added, removed, renamed, changed }).map(([name, types]) => {
    const lines = types.map((type) => JSON.stringify(type)).join(',\n');
    return `${JSON.stringify(name)}:[${lines === '' ? '' : `\n${lines}\n`}]`;
  });
  return `${[head, ...lists].join(',')}}\n`;
}
