/** The command `neurodex datasets`. */
import type { Command } from 'commander';
import { datasetsText } from '../summary.ts';
import { type ConfigFlags, configOf, withOutputFlags, withSettings } from './flags.ts';
import type { Outside } from './outside.ts';

export function addDatasets(root: Command, outside: Outside): void {
  const command = root.command('datasets').description('what datasets a source holds, and the preset of each');
  withOutputFlags(
    withSettings(command, ['source', 'database', 'tokenFile', 'timeoutMs']),
    'say nothing but the result and errors',
  ).action((flags: ConfigFlags) =>
    outside.perform(flags, async (context) => {
      const { settings } = configOf(flags, outside);
      const { datasets } = await import('../commands/datasets.ts');
      const listed = await datasets(settings, context);
      return { text: datasetsText(listed), result: { datasets: listed }, isAnswer: true };
    }),
  );
}
