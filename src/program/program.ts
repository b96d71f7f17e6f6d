/**
 * The commands, their flags and what each tells in the end. The commands themselves are loaded when they run, so that
 * --help does not wait for databases and templates.
 */
import { Argument, Command, Option } from 'commander';
import { warmedText } from '../cacheSummary.ts';
import { presetNames } from '../config.ts';
import { packageVersion } from '../packageRoot.ts';
import { configText, loadText, PARTNER_FORMATS, partnersText, printable, reportText } from '../summary.ts';
import { addCache } from './cache.ts';
import { addDatasets } from './datasets.ts';
import { addDiff } from './diff.ts';
import {
  ALL_SETTINGS,
  type ConfigFlags,
  configOf,
  configOfSource,
  wholeNumber,
  withOutputFlags,
  withSettings,
} from './flags.ts';
import { addImport } from './import.ts';
import { EXIT, type OutputFlags, type Outside } from './outside.ts';
import { addSnapshot } from './snapshot.ts';

const EXIT_CODES =
  '\nExit codes: 0; 1 usage or data; 2 cannot reach or not allowed; 3 finished with failed types; 130 interrupted.';

export function createProgram(outside: Outside): Command {
  const root = new Command('neurodex')
    .description('Turns a connectome database into a browsable, static index of its cell types.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride();
  addCreateIndex(root, outside);
  addWarm(root, outside);
  addDatasets(root, outside);
  addCache(root, outside);
  addImport(root, outside);
  addSample(root, outside);
  addSnapshot(root, outside);
  addLoad(root, outside);
  addPartners(root, outside);
  addDiff(root, outside);
  addConfig(root, outside);
  return root;
}

function addCreateIndex(root: Command, outside: Outside): void {
  const command = root.command('create-index').description('build the index of a dataset as a static site');
  withOutputFlags(withSettings(command, ALL_SETTINGS))
    .addHelpText('after', `\nPresets: ${presetNames().join(', ')}.`)
    .action((flags: ConfigFlags) =>
      outside.perform(flags, async (context) => {
        const config = await configOfSource(flags, outside);
        const { settings } = config;
        const { createIndex } = await import('../commands/createIndex.ts');
        const report = await createIndex(config, context);
        const exitCode = report.failedTypes.length > 0 ? EXIT.failedTypes : EXIT.ok;
        return { text: reportText(report, settings), result: { report }, exitCode };
      }),
    );
}

function addWarm(root: Command, outside: Outside): void {
  const command = root.command('warm').description('fill the cache for builds to come, without writing a site');
  const keys = ALL_SETTINGS.filter((key) => !['output', 'strict', 'pages', 'templates', 'roiNames'].includes(key));
  withOutputFlags(withSettings(command, keys)).action((flags: ConfigFlags) =>
    outside.perform(flags, async (context) => {
      const config = await configOfSource(flags, outside);
      const { settings } = config;
      const { warm } = await import('../commands/warm.ts');
      const warmed = await warm(config, context);
      const exitCode = warmed.report.failedTypes.length > 0 ? EXIT.failedTypes : EXIT.ok;
      const text = `${reportText(warmed.report, settings)}\n${warmedText(warmed)}`;
      return { text, result: warmed, exitCode };
    }),
  );
}

function addSample(root: Command, outside: Outside): void {
  withOutputFlags(root.command('sample').description('make a DuckDB file of a synthetic connectome'))
    .option('--types <n>', 'number of types (default: 1200)')
    .option('--cells <n>', 'number of cells with a type (default: 12000)')
    .option('--seed <n>', 'the same seed makes the same connectome (default: 1)')
    .requiredOption('--into <file>', 'the DuckDB file to make')
    .action((flags: OutputFlags & { types?: string; cells?: string; seed?: string; into: string }) =>
      outside.perform(flags, async (context) => {
        const { keepSample } = await import('../commands/sample.ts');
        const given = new URLSearchParams();
        for (const key of ['types', 'cells', 'seed'] as const) if (flags[key] !== undefined) given.set(key, flags[key]);
        const result = await keepSample(`sample?${given}`, flags.into, context);
        const text = `${flags.into}: ${result.types} types, ${result.cells} cells, seed ${result.seed}`;
        return { text, result: { result } };
      }),
    );
}

function addLoad(root: Command, outside: Outside): void {
  const command = root
    .command('load')
    .description('put a connectome file into an empty Neo4j, laid out as neuPrint is');
  withOutputFlags(withSettings(command, ['source', 'database']))
    .requiredOption('--into <uri>', 'the server: bolt://HOST:PORT')
    .action((flags: ConfigFlags & { into: string }) =>
      outside.perform(flags, async (context) => {
        const { settings } = configOf(flags, outside);
        const { loadFile } = await import('../commands/load.ts');
        const result = await loadFile(settings, flags.into, context);
        return { text: loadText(result, flags.into), result: { result } };
      }),
    );
}

interface PartnersFlags extends ConfigFlags {
  direction: 'upstream' | 'downstream' | 'both';
  minWeight: number;
  top?: number;
  format: (typeof PARTNER_FORMATS)[number];
}

function addPartners(root: Command, outside: Outside): void {
  const command = root
    .command('partners')
    .description('what types are connected to: partner types by synapses, upstream and downstream')
    .addArgument(new Argument('<type...>', 'type names, as stored'));
  withSettings(command, [
    'source',
    'dataset',
    'database',
    'tokenFile',
    'cache',
    'fresh',
    'offline',
    'maxConcurrency',
    'concurrency',
    'batchWeight',
    'timeoutMs',
  ])
    .addOption(
      new Option('--direction <which>', 'whose synapses: those onto the type, or those it makes')
        .choices(['upstream', 'downstream', 'both'])
        .default('both'),
    )
    .option('--min-weight <n>', 'only partner types with at least so many synapses', wholeNumber, 1)
    .option('--top <n>', 'at most so many partner types of each type and direction', wholeNumber)
    .addOption(new Option('--format <how>', 'of what is printed').choices(PARTNER_FORMATS).default('table'))
    .option('--silent', 'say nothing but the result and errors')
    .action((types: string[], flags: PartnersFlags) =>
      outside.perform(flags, async (context) => {
        const { direction, minWeight, top = Number.POSITIVE_INFINITY, format } = flags;
        const { settings } = configOf(flags, outside);
        const { partners } = await import('../commands/partners.ts');
        const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction];
        const { lists, failed } = await partners(types, { directions, minWeight, top }, settings, context);
        return {
          text: partnersText(lists, format),
          isAnswer: true,
          failures: failed.map(({ type, reason }) => printable(`${JSON.stringify(type)} failed: ${reason}`)),
          exitCode: failed.length > 0 ? EXIT.failedTypes : EXIT.ok,
        };
      }),
    );
}

function addConfig(root: Command, outside: Outside): void {
  const command = root.command('config').description('list every setting: what it is, its value here, and who said so');
  withSettings(command, ALL_SETTINGS).action((flags: ConfigFlags) =>
    outside.perform({}, async () => ({ text: configText(await configOfSource(flags, outside)) })),
  );
}
