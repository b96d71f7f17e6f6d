/** Flags that several commands share, and what their values must be. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, type ConfigSources, layersOf, loadConfig, saidOf, settingsOf } from '../config.ts';
import { SETTINGS, type SettingKey } from '../settings.ts';
import type { OutputFlags, Outside } from './outside.ts';

export interface ConfigFlags extends OutputFlags {
  config?: string;
  set?: string[];
}

export const ALL_SETTINGS = Object.keys(SETTINGS) as SettingKey[];

export function withOutputFlags(command: Command, silent = 'say nothing but errors'): Command {
  return command
    .addOption(new Option('--silent', silent).conflicts('json'))
    .option('--json', 'tell events and the result as JSON lines on stdout');
}

/** Flags for the given settings, as the settings' own table says; plus --set and --config for all of them. */
export function withSettings(command: Command, keys: readonly SettingKey[]): Command {
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

/** @param flags of which those that are no setting are passed over */
export function configOf(flags: ConfigFlags, outside: Outside): Config {
  return loadConfig(sourcesOf(flags, outside));
}

/**
 * The same for a command whose answer depends on the preset: where nobody chose one and the source is a file, the
 * dataset in it does. A server is not asked: that would take a round trip before anything else.
 */
export async function configOfSource(flags: ConfigFlags, outside: Outside): Promise<Config> {
  const said = layersOf(sourcesOf(flags, outside));
  const isOpen = [saidOf(said, 'preset'), saidOf(said, 'dataset')].every((value) => value === undefined);
  const source = saidOf(said, 'source');
  if (!isOpen || typeof source !== 'string') return settingsOf(said);
  const { fileIn } = await import('../connectome/open.ts');
  const file = fileIn(source);
  if (file === null) return settingsOf(said);
  const { heldInCache, heldInFile } = await import('../commands/held.ts');
  if (saidOf(said, 'offline') !== true) return settingsOf(said, await heldInFile(file));
  return settingsOf(said, await heldInCache(source, settingsOf(said).settings));
}

function sourcesOf({ config, set, ...settings }: ConfigFlags, { env, folder }: Outside): ConfigSources {
  return { flags: settings as ConfigSources['flags'], assignments: set, env, file: config, folder };
}

export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Expected a whole number from 1 up.');
  }
  return number;
}

const BYTES = { '': 1, B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const;

/** 1.5GB -> 1,500,000,000. Whoever writes 500 hardly means bytes: only 0 needs no unit. */
export function byteSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?B)?$/i.exec(text) ?? [];
  if (number === undefined || (unit === '' && Number(number) > 0))
    throw new InvalidArgumentError('Expected a size like 500MB, 1.5GB, 64KB or 0.');
  return Math.floor(Number(number) * BYTES[unit.toUpperCase() as keyof typeof BYTES]);
}
