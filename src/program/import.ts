/** `neurodex import`: a connectome file of what others publish or save. */
import type { Command } from 'commander';
import { importText } from '../summary.ts';
import { type ConfigFlags, configOf, withOutputFlags, withSettings } from './flags.ts';
import type { Outside } from './outside.ts';

interface ImportFlags extends ConfigFlags {
  neurons: string[];
  meta?: string;
  roiCounts?: string;
  connections?: string;
  into: string;
}

export function addImport(root: Command, outside: Outside): void {
  const command = root
    .command('import')
    .description('make a DuckDB file of neurons and Meta (NDJSON, JSON, CSV, TSV or Parquet, gzip or not)');
  withOutputFlags(withSettings(command, ['preset', 'dataset']))
    .requiredOption(
      '--neurons <files...>',
      'one row a cell: bodyId, type and other neuPrint properties; roiInfo as object, JSON text or dict of Python; several files are joined by bodyId',
    )
    .option(
      '--meta <file>',
      "the dataset's :Meta node as JSON: dataset, primaryRois, roiHierarchy, …; without it, --dataset names the dataset",
    )
    .option('--roi-counts <file>', 'roiInfo as a table instead: bodyId, roi, pre, post')
    .option('--connections <file>', 'bodyId_pre, bodyId_post, weight; with roi, ROI counts can be made of them')
    .requiredOption('--into <file>', 'the DuckDB file to make')
    .action((flags: ImportFlags) =>
      outside.perform(flags, async (context) => {
        const { settings } = configOf(flags, outside);
        const { importConnectome } = await import('../commands/importConnectome.ts');
        const result = await importConnectome(flags, settings, context);
        return { text: importText(result, flags.into), result: { result } };
      }),
    );
}
