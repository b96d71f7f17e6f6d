/** `neurodex import`: files of neurons and Meta -> a DuckDB file. */
import { entryProperties } from '../catalog/entry.ts';
import { type ImportFiles, type ImportResult, importFiles } from '../connectome/importFiles.ts';
import { createRun } from '../report.ts';
import type { Settings } from '../settings.ts';
import type { Context } from './context.ts';

export async function importConnectome(
  files: ImportFiles,
  settings: Settings,
  context: Context,
): Promise<ImportResult> {
  const run = createRun('import', context.clock.now, context.onEvent);
  return await run.phase('import', async () => {
    const result = await importFiles(files, {
      signal: context.signal,
      onStep: (step) => context.onEvent({ event: 'phase', phase: `import: ${step}` }),
      textProperties: ['type', 'status', 'statusLabel', ...entryProperties(settings.sides)],
    });
    for (const note of result.notes) run.note(note);
    return result;
  });
}
