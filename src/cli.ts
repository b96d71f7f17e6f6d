#!/usr/bin/env node
/** argv -> command. Alone touches the process: its arguments, environment, clocks, signals, output and exit code. */
import { randomUUID } from 'node:crypto';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { systemClock } from './clock.ts';
import type { Context } from './commands/context.ts';
import type { ConfigSources } from './config.ts';
import { loadConfig, presetNames } from './config.ts';
import { ConfigError, ConnectError, DecodeError, QueryError, WriteError } from './errors.ts';
import { packageVersion } from './packageRoot.ts';
import { createProgress, type ProgressMode } from './progress.ts';
import { SETTINGS, type SettingKey } from './settings.ts';
import { configText, importText, loadText, PARTNER_FORMATS, partnersText, printable, reportText } from './summary.ts';

const EXIT = { ok: 0, usageOrData: 1, notReached: 2, failedTypes: 3, interrupted: 130 } as const;
const EXIT_CODES =
  '\nExit codes: 0; 1 usage or data; 2 cannot reach or not allowed; 3 finished with failed types; 130 interrupted.';

interface OutputFlags {
  silent?: boolean;
  json?: boolean;
}

interface ConfigFlags extends OutputFlags {
  config?: string;
  set?: string[];
}

/** A summary is for people and may be silenced; an answer is what was asked for. */
type Print = (text: string, result: object, kind?: 'summary' | 'answer') => void;
type Work = (context: Context, print: Print) => Promise<number>;

/** Runs a command's work under signals and progress, and turns its outcome into one line and an exit code. */
async function perform({ silent, json }: OutputFlags, work: Work): Promise<void> {
  const mode: ProgressMode = json ? 'json' : silent ? 'silent' : process.stderr.isTTY ? 'bar' : 'lines';
  const progress = createProgress({ mode, stream: json ? process.stdout : process.stderr, now: systemClock.now });
  const abort = new AbortController();
  const interrupt = (): void => {
    // The first asks the work to stop and waits for it; the second does not wait.
    if (abort.signal.aborted) process.exit(EXIT.interrupted);
    progress.stop();
    abort.abort(new Error('interrupted'));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const contextOf = (): Context => ({
    signal: abort.signal,
    clock: systemClock,
    wallMs: () => Date.now(),
    today: today(process.env.SOURCE_DATE_EPOCH),
    token: `${process.pid}-${randomUUID().slice(0, 8)}`,
    peakRssBytes: () => process.resourceUsage().maxRSS * 1024,
    onEvent: (event) => {
      if (!abort.signal.aborted) progress.show(event);
    },
  });
  const print: Print = (text, result, kind = 'summary') => {
    progress.stop();
    if (json) process.stdout.write(`${JSON.stringify({ event: 'done', ...result })}\n`);
    else if (!silent || kind === 'answer') process.stdout.write(/(^|\n)$/.test(text) ? text : `${text}\n`);
  };
  try {
    process.exitCode = await work(contextOf(), print);
  } catch (error) {
    progress.stop();
    const message = abort.signal.aborted ? 'interrupted.' : messageOf(error);
    if (json) process.stdout.write(`${JSON.stringify({ event: 'error', message })}\n`);
    process.stderr.write(`neurodex: ${message}\n`);
    process.exitCode = abort.signal.aborted ? EXIT.interrupted : exitCodeOf(error);
    // What is still under way on a connection would keep the process alive; nobody waits for it.
    if (abort.signal.aborted) process.exit();
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function today(epoch: string | undefined): Context['today'] {
  const time = epoch ? new Date(Number(epoch) * 1000) : new Date();
  if (Number.isNaN(time.getTime())) {
    throw new ConfigError(`SOURCE_DATE_EPOCH: expected seconds since 1970, got ${JSON.stringify(epoch)}.`);
  }
  return { iso: `${time.toISOString().slice(0, 19)}Z`, isFixed: Boolean(epoch) };
}

function exitCodeOf(error: unknown): number {
  return error instanceof ConnectError || error instanceof QueryError ? EXIT.notReached : EXIT.usageOrData;
}

function messageOf(error: unknown): string {
  const isExpected = [ConfigError, ConnectError, QueryError, DecodeError, WriteError].some(
    (kind) => error instanceof kind,
  );
  if (isExpected) return (error as Error).message.replaceAll(/\s*\n\s*/g, ' ');
  return `a defect of neurodex, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function withOutputFlags(command: Command): Command {
  return command
    .addOption(new Option('--silent', 'say nothing but errors').conflicts('json'))
    .option('--json', 'tell events and the result as JSON lines on stdout');
}

/** Flags for the given settings, as the settings' own table says; plus --set and --config for all of them. */
function withSettings(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    const { flag, help, schema } = SETTINGS[key] as {
      flag?: string;
      help: string;
      schema: { safeParse(v: unknown): { data?: unknown } };
    };
    if (!flag) continue;
    const fallback = schema.safeParse(undefined).data;
    const shown = fallback === undefined || fallback === false ? '' : ` (default: ${fallback})`;
    command.option(flag, help + shown);
  }
  return command
    .option('--set <key=value...>', 'any setting, by its key; "neurodex config" lists them')
    .option('--config <file>', 'a settings file (default: neurodex.yaml, if there is one)');
}

function configSources(flags: ConfigFlags & Record<string, unknown>): ConfigSources {
  const { config, set, silent: _silent, json: _json, ...settings } = flags;
  return {
    flags: settings as ConfigSources['flags'],
    assignments: set,
    env: process.env,
    file: config,
    folder: process.cwd(),
  };
}

interface PartnersFlags extends ConfigFlags {
  direction: 'upstream' | 'downstream' | 'both';
  minWeight: number;
  top?: number;
  format: (typeof PARTNER_FORMATS)[number];
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Expected a whole number from 1 up.');
  }
  return number;
}

const ALL_SETTINGS = Object.keys(SETTINGS) as SettingKey[];

function program(): Command {
  const root = new Command('neurodex')
    .description('Turns a connectome database into a browsable, static index of its cell types.')
    .version(packageVersion())
    .showSuggestionAfterError()
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride();

  withOutputFlags(
    withSettings(
      root.command('create-index').description('build the index of a dataset as a static site'),
      ALL_SETTINGS,
    ),
  )
    .addHelpText('after', `\nPresets: ${presetNames().join(', ')}.`)
    .action((flags: ConfigFlags) =>
      perform(flags, async (context, print) => {
        const { settings } = loadConfig(configSources({ ...flags }));
        const { createIndex } = await import('./commands/createIndex.ts');
        const report = await createIndex(settings, context);
        print(reportText(report, settings.output), { report });
        return report.failedTypes.length > 0 ? EXIT.failedTypes : EXIT.ok;
      }),
    );

  withOutputFlags(
    withSettings(
      root
        .command('import')
        .description('make a DuckDB file of neurons and Meta (NDJSON, JSON, CSV, TSV or Parquet, gzip or not)'),
      ['preset'],
    ),
  )
    .requiredOption(
      '--neurons <file>',
      'one row a cell: bodyId, type and other neuPrint properties; roiInfo as object or JSON text',
    )
    .requiredOption('--meta <file>', "the dataset's :Meta node as JSON: dataset, primaryRois, roiHierarchy, …")
    .option('--roi-counts <file>', 'roiInfo as a table instead: bodyId, roi, pre, post')
    .option('--connections <file>', 'bodyId_pre, bodyId_post, weight')
    .requiredOption('--into <file>', 'the DuckDB file to make')
    .action(
      (
        flags: ConfigFlags & {
          neurons: string;
          meta: string;
          roiCounts?: string;
          connections?: string;
          into: string;
          preset?: string;
        },
      ) =>
        perform(flags, async (context, print) => {
          const { neurons, meta, roiCounts, connections, into, ...rest } = flags;
          const { settings } = loadConfig(configSources({ ...rest }));
          const { importConnectome } = await import('./commands/importConnectome.ts');
          const result = await importConnectome({ neurons, meta, roiCounts, connections, into }, settings, context);
          print(importText(result, into), { result });
          return EXIT.ok;
        }),
    );

  withOutputFlags(root.command('sample').description('make a DuckDB file of a synthetic connectome'))
    .option('--types <n>', 'number of types (default: 1200)')
    .option('--cells <n>', 'number of cells with a type (default: 12000)')
    .option('--seed <n>', 'the same seed makes the same connectome (default: 1)')
    .requiredOption('--into <file>', 'the DuckDB file to make')
    .action((flags: OutputFlags & { types?: string; cells?: string; seed?: string; into: string }) =>
      perform(flags, async (context, print) => {
        const { keepSample } = await import('./commands/sample.ts');
        const given = new URLSearchParams();
        for (const key of ['types', 'cells', 'seed'] as const) if (flags[key] !== undefined) given.set(key, flags[key]);
        const options = await keepSample(`sample?${given}`, flags.into, context);
        print(`${flags.into}: ${options.types} types, ${options.cells} cells, seed ${options.seed}`, {
          result: options,
        });
        return EXIT.ok;
      }),
    );

  withOutputFlags(
    withSettings(
      root.command('load').description('put a connectome file into an empty Neo4j, laid out as neuPrint is'),
      ['source', 'database'],
    ),
  )
    .requiredOption('--into <uri>', 'the server: bolt://HOST:PORT')
    .action((flags: ConfigFlags & { into: string }) =>
      perform(flags, async (context, print) => {
        const { into, ...rest } = flags;
        const { settings } = loadConfig(configSources({ ...rest }));
        const { loadFile } = await import('./commands/load.ts');
        const result = await loadFile(settings, into, context);
        print(loadText(result, into), { result });
        return EXIT.ok;
      }),
    );

  withSettings(
    root
      .command('partners')
      .description('what types are connected to: partner types by synapses, upstream and downstream')
      .addArgument(new Argument('<type...>', 'type names, as stored')),
    ['source', 'dataset', 'database', 'cache', 'maxConcurrency', 'concurrency', 'batchWeight', 'timeoutMs'],
  )
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
      perform(flags, async (context, print) => {
        const { direction, minWeight, top = Number.POSITIVE_INFINITY, format, ...rest } = flags;
        const { settings } = loadConfig(configSources({ ...rest }));
        const { partners } = await import('./commands/partners.ts');
        const directions = direction === 'both' ? (['upstream', 'downstream'] as const) : [direction];
        const { lists, failed } = await partners(types, { directions, minWeight, top }, settings, context);
        print(partnersText(lists, format), {}, 'answer');
        for (const { type, reason } of failed)
          process.stderr.write(`neurodex: ${printable(`${JSON.stringify(type)} failed: ${reason}`)}\n`);
        return failed.length > 0 ? EXIT.failedTypes : EXIT.ok;
      }),
    );

  withSettings(
    root.command('config').description('list every setting: what it is, its value here, and who said so'),
    ALL_SETTINGS,
  ).action((flags: ConfigFlags) =>
    perform({}, async (_context, print) => {
      const config = loadConfig(configSources({ ...flags }));
      print(configText(config), {});
      return EXIT.ok;
    }),
  );
  return root;
}

// A reader that has enough (`neurodex config | head`) closes the pipe; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program().parseAsync(process.argv);
} catch (error) {
  // Commander has printed its one line (or the help) by then.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usageOrData;
}
