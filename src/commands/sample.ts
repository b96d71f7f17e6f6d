/** `neurodex sample`: the synthetic connectome as a DuckDB file. */

import { writeWhole } from '../connectome/file/wholeFile.ts';
import { fillSample, type SampleOptions, sampleOptions } from '../connectome/sample/sample.ts';
import { createRun } from '../report.ts';
import type { Context } from './context.ts';

/** @param source as in --source: "sample?types=1200&cells=12000&seed=1" */
export async function keepSample(source: string, into: string, context: Context): Promise<SampleOptions> {
  const run = createRun('sample', context.clock.now, context.onEvent);
  const options = sampleOptions(source);
  await run.phase('sample', () => writeWhole(into, (database) => fillSample(database, options, context.signal)));
  return options;
}
