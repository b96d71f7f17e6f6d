/** What the commands that build share: the source opened and closed, the report filled and written. */
import { basename, dirname } from 'node:path';
import { type Built, buildUnlessMade, type IsMade } from '../build.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { Config } from '../config.ts';
import type { DatasetDescription } from '../connectome/connectome.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import type { Report, Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { writeFiles } from '../site/write.ts';
import { connect } from './connect.ts';
import type { Context } from './context.ts';
import { tellOfPreset } from './preset.ts';

/**
 * The source is closed before the catalogue is used: an embedded database gives 60 MB back.
 * @returns null where nothing changed and what is made of the catalogue is there
 */
export async function build(
  config: Config,
  cache: Cache,
  run: Run,
  { signal, clock }: Context,
  isMade: IsMade = async () => false,
): Promise<Built | null> {
  const { settings } = config;
  const connectome = await run.phase('connect', () => connect(settings, signal, cache));
  try {
    const onDescription = (held: DatasetDescription): void => tellOfPreset(nameWithTag(held), config, run.tell);
    return await buildUnlessMade({ connectome, cache, settings, run, clock, signal, onDescription }, isMade);
  } finally {
    run.report.bytes = connectome.bytesReceived();
    await connectome.close();
  }
}

/** To be called when the work is done: memory is at its peak by then. */
export function finishReport(run: Run, { report: file }: Settings, { peakRssBytes, token }: Context): Report {
  run.report.peakRssBytes = peakRssBytes();
  if (file !== undefined) {
    const content = `${JSON.stringify(run.report, null, 2)}\n`;
    writeFiles([{ path: basename(file), content }], dirname(file), token);
  }
  return run.report;
}
