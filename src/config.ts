/**
 * Layers of settings -> the settings of a run: flags > environment > file > preset > default. Where nobody says which
 * preset, the name of the dataset does.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { nameWithoutTag } from './datasetName.ts';
import { ConfigError, withoutSecrets } from './errors.ts';
import { packageRoot } from './packageRoot.ts';
import { isSecret, isSettingKey, SETTINGS, type SettingKey, type Settings, variablesOf } from './settings.ts';

/** A value and where it was said, for messages and for `neurodex config`. */
interface Said {
  value: unknown;
  origin: string;
  /** The same for a part of a list or map, where a file says it. */
  originOf?: (path: readonly PropertyKey[]) => string;
}

type Layer = Map<SettingKey, Said>;

/** What was said, the layer that counts first at the front; what the preset says comes under all of them. */
export type Layers = readonly Layer[];

/** The preset that holds where nobody chose one, and under every other. */
const DEFAULT = 'default';

/** A dataset that a source says it holds. */
export interface Held {
  /** With or without its tag. */
  dataset: string;
  /** Who says so. */
  by: string;
}

export interface ConfigSources {
  /** Values of flags, by setting. */
  flags?: Partial<Record<SettingKey, unknown>>;
  /** `key=value` texts of --set. */
  assignments?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** The settings file; without it neurodex.yaml of `folder` is read, if there is one. */
  file?: string | undefined;
  folder?: string | undefined;
}

export interface Config {
  settings: Settings;
  origins: Record<SettingKey, string>;
}

/** @throws ConfigError for an unknown key or preset, or a value that is not what it must be, with file and line */
export function loadConfig(sources: ConfigSources = {}): Config {
  return settingsOf(layersOf(sources));
}

/** @throws ConfigError for an unknown key, or a file that cannot be read */
export function layersOf(sources: ConfigSources): Layers {
  const file =
    sources.file ?? (sources.folder === undefined ? undefined : existingFile(join(sources.folder, 'neurodex.yaml')));
  const layers = [
    flagLayer(sources.flags ?? {}),
    assignmentLayer(sources.assignments ?? []),
    envLayer(sources.env ?? {}),
  ];
  if (file !== undefined) layers.push(fileLayer(file));
  return layers;
}

/** What was said of a setting, before anything is made of it; undefined where nobody said anything. */
export function saidOf(layers: Layers, key: SettingKey): unknown {
  return saidFirst(layers, key)?.value;
}

/**
 * @param held what the source holds, where it was looked into
 * @throws ConfigError as loadConfig does
 */
export function settingsOf(said: Layers, held: Held | null = null): Config {
  const preset = chosenPreset(said, held);
  // Whatever a family's preset leaves unsaid is as in the default one.
  const names = preset.value === DEFAULT ? [DEFAULT] : [preset.value, DEFAULT];
  const chosen: Layer = new Map([['preset', preset]]);
  const layers = [...said, chosen, ...names.map((name) => presetLayer(name, preset.origin))];

  const settings: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const [key, { schema }] of Object.entries(SETTINGS)) {
    const said = saidFirst(layers, key as SettingKey);
    const result = schema.safeParse(said?.value);
    if (!result.success) {
      const { message = 'another value', path = [] } = result.error.issues[0] ?? {};
      const origin = said?.originOf?.(path) ?? said?.origin ?? 'default';
      throw new ConfigError(
        `${placeOf(key, path, origin)}: expected ${message}, got ${shownValue(key, partOf(said?.value, path))}.`,
      );
    }
    settings[key] = result.data;
    origins[key] = said?.origin ?? 'default';
  }
  return { settings: settings as Settings, origins: origins as Record<SettingKey, string> };
}

/** Whether somebody chose the preset, or the name of the dataset did. */
export function hasChosenPreset({ origins }: Config): boolean {
  return origins.preset !== DEFAULT;
}

function chosenPreset(said: Layers, held: Held | null): Said {
  const preset = saidFirst(said, 'preset');
  if (preset !== undefined) return preset;
  const dataset = saidFirst(said, 'dataset');
  if (dataset !== undefined) {
    const { value, origin } = dataset;
    const name = presetOf(String(value));
    if (name === null) return { value: DEFAULT, origin: DEFAULT };
    return { value: name, origin: `by ${origin}${/ line \d+$/.test(origin) ? ':' : ''} ${value}` };
  }
  const name = held && presetOf(held.dataset);
  return name === null ? { value: DEFAULT, origin: DEFAULT } : { value: name, origin: `by ${held?.by}` };
}

/** The preset that is called as a dataset is; null: there is none. */
export function presetOf(dataset: string): string | null {
  const name = nameWithoutTag(dataset).toLowerCase();
  return presetNames().find((preset) => preset === name) ?? null;
}

function saidFirst(layers: Layers, key: SettingKey): Said | undefined {
  return layers.map((layer) => layer.get(key)).find((said) => said !== undefined);
}

function partOf(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((part, key) => Object(part)[key], value);
}

/** "--concurrency" names its setting; a line of a file or a variable does not. */
function placeOf(key: string, path: readonly PropertyKey[], origin: string): string {
  const part = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return `${origin.startsWith('--') ? origin : `${origin}: ${key}`}${part}`;
}

/** A setting's value for people: a secret is never shown. */
export function shownValue(key: string, value: unknown): string {
  if (value === undefined) return '(not set)';
  if (isSecret(key)) return '***';
  if (key === 'source' || key === 'cache' || key === 'proxy') return JSON.stringify(withoutSecrets(String(value)));
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof RegExp ? inner.source : inner));
}

export function presetNames(): string[] {
  return readdirSync(join(packageRoot(), 'config'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

function existingFile(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

function flagLayer(flags: Partial<Record<SettingKey, unknown>>): Layer {
  const layer: Layer = new Map();
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined || !isSettingKey(key)) continue;
    layer.set(key, { value, origin: SETTINGS[key].flag?.split(' ')[0] ?? key });
  }
  return layer;
}

function assignmentLayer(assignments: readonly string[]): Layer {
  const layer: Layer = new Map();
  for (const assignment of assignments) {
    const [key = '', ...rest] = assignment.split('=');
    // Without the value: it may be a secret that was meant for the environment.
    const origin = `--set ${key}`;
    if (rest.length === 0) throw new ConfigError(`${origin}: expected key=value.`);
    const known = knownKey(key, origin);
    if (isSecret(known))
      throw new ConfigError(`${origin}: expected it in ${variablesOf(known)[0]}, where other users cannot read it.`);
    layer.set(known, { value: assignedValue(known, rest.join('=')), origin });
  }
  return layer;
}

/** The text itself where that will do (a regular expression like "[LR]$" is no YAML), else the YAML in it. */
function assignedValue(key: SettingKey, text: string): unknown {
  if (SETTINGS[key].schema.safeParse(text).success) return text;
  const document = parseDocument(text);
  return document.errors.length > 0 ? text : document.toJS();
}

function envLayer(env: Readonly<Record<string, string | undefined>>): Layer {
  const layer: Layer = new Map();
  for (const key of Object.keys(SETTINGS) as SettingKey[]) {
    const name = variablesOf(key).find((variable) => env[variable]);
    if (name !== undefined) layer.set(key, { value: env[name], origin: name });
  }
  return layer;
}

function presetLayer(name: unknown, origin: string): Layer {
  const names = presetNames();
  if (typeof name !== 'string' || !names.includes(name)) {
    throw new ConfigError(`${origin}: expected a preset (${names.join(', ')}), got ${JSON.stringify(name)}.`);
  }
  return fileLayer(join(packageRoot(), 'config', `${name}.yaml`), `config/${name}.yaml`);
}

/** Reads nested or dotted keys ("rois: {rule: …}" or "rois.rule: …"), each with its line. */
function fileLayer(file: string, shown = file): Layer {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `${shown}: expected a settings file, cannot read it (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [error] = document.errors;
  if (error)
    throw new ConfigError(`${shown}, line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`);
  const layer: Layer = new Map();
  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) throw new ConfigError(`${shown}: expected settings as "key: value".`);
    for (const { key, value } of node.items) {
      const name = prefix + String(isScalar(key) ? key.value : key);
      const lineOf = (node: unknown): string =>
        `${shown}, line ${lines.linePos((node as { range?: [number] }).range?.[0] ?? 0).line}`;
      const origin = lineOf(key);
      if (isMap(value) && !isSettingKey(name)) visit(value, `${name}.`);
      else
        layer.set(knownKey(name, origin), {
          value: plainValue(value, document, origin),
          origin,
          originOf: (path) => lineOf(nodeAt(value, path) ?? key),
        });
    }
  };
  if (document.contents !== null) visit(document.contents, '');
  return layer;
}

/** The node of a part, or the nearest around it that is written there. */
function nodeAt(node: unknown, path: readonly PropertyKey[]): unknown {
  if (!isCollection(node) || path.length === 0) return null;
  return node.getIn(path, true) ?? nodeAt(node, path.slice(0, -1));
}

function plainValue(node: unknown, document: Document, origin: string): unknown {
  try {
    const value = (node as { toJS(document: Document): unknown } | null)?.toJS(document);
    // An alias within its own anchor makes a list without end, which no message could show.
    JSON.stringify(value);
    return value;
  } catch (cause) {
    throw new ConfigError(`${origin}: ${(cause as Error).message.split('\n', 1)[0]}`, { cause });
  }
}

function knownKey(key: string, origin: string): SettingKey {
  if (isSettingKey(key)) return key;
  const near = Object.keys(SETTINGS).find(
    (known) => known.toLowerCase().replace(/[^a-z]/g, '') === key.toLowerCase().replace(/[^a-z]/g, ''),
  );
  const last = key.split('.').at(-1);
  const similar = near ?? Object.keys(SETTINGS).find((known) => known.split('.').at(-1) === last);
  throw new ConfigError(
    `${origin}: unknown setting "${key}"${similar ? `; did you mean "${similar}"?` : '. "neurodex config" lists them.'}`,
  );
}
