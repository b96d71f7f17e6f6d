/** `neurodex import`: files of neurons and Meta -> a DuckDB file. */
import { entryProperties } from '../catalog/entry.ts';
import { loadConfig, presetNames } from '../config.ts';
import { type ImportFiles, type ImportResult, importFiles } from '../connectome/import/importFiles.ts';
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
      dataset: settings.dataset,
      onStep: (step) => context.onEvent({ event: 'phase', phase: `import: ${step}` }),
      textProperties: ['type', 'status', 'statusLabel', ...entryProperties(settings.sides)],
      rules: {
        columns: settings['import.columns'],
        lists: settings['import.lists'],
        values: settings['import.values'],
        hierarchy: settings['import.hierarchy'],
        presetFor: (columns) => presetFor(columns, settings.preset),
      },
    });
    for (const note of result.notes) run.note(note);
    return result;
  });
}

/** The preset, other than the one in use, whose import.columns name most of the columns. */
function presetFor(columns: readonly string[], used: string): string | null {
  let best: { preset: string; known: number } | null = null;
  for (const preset of presetNames().filter((name) => name !== used)) {
    const names = loadConfig({ flags: { preset } }).settings['import.columns'];
    const known = columns.filter((column) => Object.hasOwn(names, column)).length;
    if (known > (best?.known ?? 0)) best = { preset, known };
  }
  return best?.preset ?? null;
}
