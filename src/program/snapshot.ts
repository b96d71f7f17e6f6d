/** `neurodex snapshot` and its flags. */
import { type Command, Option } from 'commander';
import { snapshotText } from '../summary.ts';
import { type ConfigFlags, configOf, withOutputFlags, withSettings } from './flags.ts';
import type { Outside } from './outside.ts';

interface SnapshotFlags extends ConfigFlags {
  into: string;
  connections?: true | 'types' | 'bodies';
}

export function addSnapshot(root: Command, outside: Outside): void {
  const command = root
    .command('snapshot')
    .description('take a whole dataset home: make a DuckDB file of what a neuPrint or Neo4j server holds');
  withOutputFlags(
    withSettings(command, [
      'source',
      'dataset',
      'database',
      'tokenFile',
      'maxConcurrency',
      'concurrency',
      'batchWeight',
      'timeoutMs',
    ]),
  )
    .addOption(
      new Option(
        '--connections [which]',
        'connections too: summed by types (if nothing is named), or of bodies',
      ).choices(['types', 'bodies']),
    )
    .requiredOption('--into <file>', 'the DuckDB file to make; what lands is kept in FILE.snapshot until it is done')
    .action(({ connections: given, ...flags }: SnapshotFlags) =>
      outside.perform(flags, async (context) => {
        const { into } = flags;
        const connections = given === true ? 'types' : (given ?? null);
        const { settings } = configOf(flags, outside);
        const { snapshot } = await import('../commands/snapshot.ts');
        const { result, report } = await snapshot({ connections, into }, settings, context);
        return { text: snapshotText(result, report, into), result: { result, report } };
      }),
    );
}
