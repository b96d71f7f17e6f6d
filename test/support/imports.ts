/** `neurodex import` in a folder of its own, and what any client of DuckDB finds in the file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, openDatabase } from '../../src/connectome/file/database.ts';
import { type Finished, runCli, temporaryFolder } from './cli.ts';

export interface Given {
  [name: string]: string | Buffer;
}

export interface Imported extends Finished {
  folder: string;
  /** What was told beside the steps, a line each. */
  told: string[];
  rows(sql: string): Promise<Cell[][]>;
}

/** @param flags words, of which those that name a file of `given` are found in the folder */
export async function importIn(given: Given, flags: string, folder = temporaryFolder()): Promise<Imported> {
  for (const [name, content] of Object.entries(given)) writeFileSync(join(folder, name), content);
  const finished = await runCli(['import', '--into', 'x.duckdb', ...flags.split(' ')], { cwd: folder });
  const lines = finished.stderr.trim().split('\n');
  return {
    ...finished,
    folder,
    told: lines.filter((line) => !line.endsWith('…')),
    async rows(sql) {
      const database = await openDatabase(join(folder, 'x.duckdb'));
      try {
        return await database.query(sql);
      } finally {
        database.close();
      }
    },
  };
}
