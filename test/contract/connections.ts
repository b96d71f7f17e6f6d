/** Connections between the cells of test/vectors, each row there for one thing that could be counted wrong. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const cell = (last: number): string => `720575940628857${last}`;
/** A body that is no cell of the dataset. */
export const FRAGMENT = '720575940628857999';

const ROWS: readonly [pre: string, post: string, weight: number][] = [
  // T1 to itself: from cell to cell, and an autapse.
  [cell(211), cell(212), 5],
  [cell(211), cell(211), 2],
  // T1 to T2 from both cells, and back.
  [cell(211), cell(213), 10],
  [cell(212), cell(213), 7],
  [cell(213), cell(211), 3],
  // From t1, which is another type.
  [cell(234), cell(213), 8],
  // From a cell without a type, and from one whose type is white space.
  [cell(248), cell(211), 4],
  [cell(247), cell(212), 6],
  [cell(212), cell(246), 1],
  // A weight above 2^32, and two that are none.
  [cell(245), cell(212), 5_000_000_000],
  [cell(211), cell(214), 0],
  [cell(211), FRAGMENT, 9],
];

/** @returns the file, as `neurodex import --connections` takes it */
export function writeConnections(folder: string): string {
  const file = join(folder, 'connections.csv');
  const lines = ['bodyId_pre,bodyId_post,weight', ...ROWS.map((row) => row.join(','))];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

/** As rows (type, direction, partner, pairs, weight), for T1 and T2. */
export const EXPECTED_PARTNERS: readonly unknown[][] = [
  ['T1', 'downstream', 'T1', 2, 7],
  ['T1', 'downstream', 'T2', 2, 17],
  ['T1', 'downstream', 'Ünï🧠', 1, 1],
  ['T1', 'upstream', '   ', 1, 6],
  ['T1', 'upstream', 'T1', 2, 7],
  ['T1', 'upstream', 'T2', 1, 3],
  ['T1', 'upstream', 'a\\"b:Neuron\u2028', 1, 5_000_000_000],
  ['T1', 'upstream', null, 1, 4],
  ['T2', 'downstream', 'T1', 1, 3],
  ['T2', 'upstream', 'T1', 2, 17],
  ['T2', 'upstream', 't1', 1, 8],
];
