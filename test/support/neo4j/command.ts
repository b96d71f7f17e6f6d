/** The flags and lines of `npm run neo4j`; it starts one server, tells when it is ready, and stops it on Ctrl-C. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { startNeo4j } from './startNeo4j.ts';
import { type Neo4jVersion, neo4jVersions, releases } from './versions.ts';

const interruptedCodes = { SIGINT: 130, SIGTERM: 143 } as const;

export interface ReadyNeo4j {
  uri: string;
  /** Every flag as parsed, those of `options` included. */
  flags: Record<string, unknown>;
  signal: AbortSignal;
}

export interface Neo4jCommandOptions {
  argv: readonly string[];
  /** Further flags, for `onReady`. */
  options?: readonly Option[];
  /** Awaited once the server answers and before the line that says so. */
  onReady?: (ready: ReadyNeo4j) => Promise<void>;
}

interface Flags extends Record<string, unknown> {
  version: Neo4jVersion;
  port: number;
  data?: string;
}

/** Gives the exit code: 0 when stopped after it was ready, 130 or 143 when stopped before, 1 for anything else. */
export async function runNeo4jCommand(given: Neo4jCommandOptions): Promise<number> {
  const command = new Command('neo4j')
    .description('Run a real Neo4j with APOC on 127.0.0.1 until Ctrl-C.')
    .addOption(new Option('--version <version>', 'Neo4j to run').choices([...neo4jVersions]).default('5.26'))
    .option('--port <port>', 'Bolt port, 0 for any free one', parsePort, 7687)
    .option('--data <dir>', 'keep the data in this folder (default: a temporary one)')
    .allowExcessArguments(false)
    .exitOverride();
  for (const option of given.options ?? []) command.addOption(option);
  try {
    command.parse(given.argv, { from: 'user' });
  } catch (error) {
    // Commander has printed its one line.
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  const flags = command.opts<Flags>();
  const { server, apoc } = releases[flags.version];
  const name = `Neo4j ${server.version}`;

  const stopping = new AbortController();
  let exitCode = 0;
  // Once: a second Ctrl-C meets node's own answer, an end at once, and the server ends with us.
  for (const signalName of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signalName, () => {
      exitCode = interruptedCodes[signalName];
      stopping.abort(new Error(`stopped by ${signalName}`));
    });
  }
  try {
    const neo4j = await startNeo4j({
      version: flags.version,
      port: flags.port,
      dataDir: flags.data,
      signal: stopping.signal,
      onStep: (step) => {
        const what = step === 'assembling' ? `${name} with APOC ${apoc[0]?.version} (once, up to a minute)` : name;
        process.stdout.write(`${step} ${what}\n`);
      },
    });
    try {
      await given.onReady?.({ uri: neo4j.uri, flags, signal: stopping.signal });
      if (!stopping.signal.aborted) {
        process.stdout.write(`ready ${neo4j.uri} (no authentication, process ${neo4j.pid}; Ctrl-C stops it)\n`);
      }
      await neo4j.exited;
    } finally {
      await neo4j.stop();
    }
    if (stopping.signal.aborted) return 0;
    process.stderr.write(`error: ${name} ended on its own: ${neo4j.logs().trimEnd().split('\n').at(-1)}\n`);
    return 1;
  } catch (error) {
    if (stopping.signal.aborted) return exitCode;
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}
