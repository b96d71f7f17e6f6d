/** Every setting, once: its key in a file, its flag, its environment variable, what it must be, its default. */
import { z } from 'zod';
import { filled, PLACEHOLDERS } from './placeholders.ts';

interface Setting<Schema extends z.ZodType> {
  schema: Schema;
  help: string;
  /** As commander writes it; a setting without one is given in a file or by --set. */
  flag?: string;
  /** The first of these that is set counts. */
  env?: string | readonly string[];
  /** No message and no list of settings repeats it; it comes from the environment or a file, which others cannot read. */
  isSecret?: boolean;
  /** Whether it decides, beside the data, what a site says; see commands/siteRecord.ts. */
  shapesSite?: boolean;
}

function setting<Schema extends z.ZodType>(
  schema: Schema,
  help: string,
  more: Omit<Setting<Schema>, 'schema' | 'help'> = {},
): Setting<Schema> {
  return { schema, help, ...more };
}

const text = z.string('text').min(1, 'text');
const httpUrl = z.string('a URL').regex(/^https?:\/\/\S+$/, 'a URL that begins with http:// or https://');
const count = z.coerce.number('a whole number').int('a whole number').min(1, 'a whole number from 1 up');

/** Unquoted, # begins a comment: YAML reads nothing there. */
const COLOUR = 'a colour as "#rrggbb", in quotes (# begins a comment), or a pair {light: "#rrggbb", dark: "#rrggbb"}';
const colour = z.string(COLOUR).regex(/^#(?:[\da-f]{3}){1,2}$/i, COLOUR);

const VERIFIED_TYPES = 20;
const inFlight = count.max(256, 'at most 256');

/** A regular expression, compiled; `flags` never include g, so that a match keeps no state. */
const regex = z.string('a regular expression').transform((source, context) => {
  try {
    return new RegExp(source, 'u');
  } catch (cause) {
    context.addIssue({ code: 'custom', message: `a regular expression (${(cause as Error).message})` });
    return z.NEVER;
  }
});

const sideRule = z.strictObject(
  {
    property: z.string('a neuron property').min(1),
    pattern: regex
      .refine((pattern) => /\((?!\?)/.test(pattern.source), 'a pattern with a group that holds the side')
      .optional(),
  },
  'a list of {property, pattern?}',
);

const linkUrl = httpUrl
  .refine((url) => !/[{}]/.test(filled(url, () => '')), {
    error: `no braces but ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')} (others are written %7B and %7D)`,
  })
  .refine((url) => URL.canParse(filled(url, () => '0')), 'a URL that is whole once its placeholders are filled in');

const link = z.strictObject({ label: text, url: linkUrl, dataset: regex.optional() }, '{label, url, dataset?}');

export const SETTINGS = {
  source: setting(
    text.optional(),
    'where the connectome is: FILE.duckdb, https://HOST of a neuPrint, bolt://HOST:PORT, neo4j://HOST:PORT (+s, +ssc), or sample?types=N&cells=N&seed=N',
    {
      flag: '--source <uri>',
      env: 'NEURODEX_SOURCE',
      shapesSite: true,
    },
  ),
  dataset: setting(text.optional(), 'the dataset that must be there, as name or name:tag', {
    flag: '--dataset <name:tag>',
    env: 'NEURODEX_DATASET',
  }),
  database: setting(text.default('neo4j'), 'the database of a Neo4j server', {
    flag: '--database <name>',
    env: 'NEO4J_DATABASE',
    shapesSite: true,
  }),
  // Given by environment or file: what a command line holds, every user of the machine can read.
  username: setting(text.optional(), 'the user of a Neo4j server', { env: 'NEO4J_USERNAME' }),
  password: setting(text.optional(), 'the password of that user', { env: 'NEO4J_PASSWORD', isSecret: true }),
  tokenFile: setting(text.optional(), 'a file with a token of a neuPrint server; public data need none', {
    flag: '--token-file <file>',
  }),
  token: setting(text.optional(), 'that token itself, as it is or as {"token": "…"}', {
    env: ['NEUPRINT_APPLICATION_CREDENTIALS', 'NEUPRINT_TOKEN'],
    isSecret: true,
  }),
  proxy: setting(text.optional(), 'an HTTP proxy on the way to a neuPrint server; NO_PROXY is heeded', {
    env: ['HTTPS_PROXY', 'https_proxy'],
  }),
  sums: setting(
    z.enum(['auto', 'server', 'client'], 'auto, server or client').default('auto'),
    'who adds up ROI counts: the server (with APOC), so that little travels, or this machine; auto: the faster one',
    { flag: '--sums <auto|server|client>' },
  ),
  preset: setting(
    text.default('default'),
    'the rules of a dataset family, a file of config/; left out, the one that is called as the dataset',
    {
      flag: '--preset <name>',
      env: 'NEURODEX_PRESET',
    },
  ),
  types: setting(z.array(text, 'a list of type names').min(1, 'at least one type').optional(), 'only these types', {
    flag: '--types <names...>',
    shapesSite: true,
  }),
  match: setting(regex.optional(), 'only the types that this regular expression finds', {
    flag: '--match <regex>',
    shapesSite: true,
  }),
  quick: setting(
    z.boolean('true or false').default(false),
    'no ROI analysis: counts, annotations and transmitters only',
    {
      flag: '--quick',
      shapesSite: true,
    },
  ),
  cells: setting(
    z.boolean('true or false').default(false),
    "list every cell's bodyId and instance, so that the site can be searched by them",
    { flag: '--cells', shapesSite: true },
  ),
  output: setting(text.default('site'), 'the folder of the site', {
    flag: '--output <folder>',
    env: 'NEURODEX_OUTPUT',
  }),
  cache: setting(
    text
      .regex(/^(?!.*:\/\/)|^rediss?:\/\//, 'a folder, redis://HOST:PORT (rediss:// for TLS), or none')
      .default('cache'),
    'what keeps what was learned: a folder, redis://HOST:PORT where several machines build, or none',
    {
      flag: '--cache <folder|redis://…|none>',
      env: 'NEURODEX_CACHE',
    },
  ),
  fresh: setting(
    z.boolean('true or false').default(false),
    'read nothing from the cache: ask for everything, and keep that',
    { flag: '--fresh' },
  ),
  offline: setting(
    z.boolean('true or false').default(false),
    'ask nothing: build from the cache alone, or say what it lacks',
    { flag: '--offline' },
  ),
  report: setting(text.optional(), 'write what the run did to this file, as JSON', { flag: '--report <file>' }),
  verify: setting(
    z.union([z.literal(true).transform(() => VERIFIED_TYPES), count]).optional(),
    `ask so many types (${VERIFIED_TYPES} if no number is given), chosen at random, one by one as well; any difference is an error`,
    { flag: '--verify [n]' },
  ),
  strict: setting(z.boolean('true or false').default(false), 'write no site if any type failed', { flag: '--strict' }),
  concurrency: setting(
    inFlight.optional(),
    'exactly so many queries in flight at once; left out, what is measured decides',
    { flag: '--concurrency <n>' },
  ),
  maxConcurrency: setting(
    inFlight.optional(),
    'at most so many queries in flight at once (64 over Bolt, 8 to a neuPrint, 2 for a file)',
    { flag: '--max-concurrency <n>' },
  ),
  batchWeight: setting(
    count.optional(),
    'exactly so many cells in a batch of types; left out, what is measured decides',
    { flag: '--batch-weight <n>' },
  ),
  timeoutMs: setting(
    count.max(2_000_000_000, 'at most 2,000,000,000 (23 days)').default(60_000),
    'how long a single query may take',
    { flag: '--timeout-ms <n>' },
  ),
  sides: setting(
    z.array(sideRule, 'a list of {property, pattern?}').min(1, 'at least one rule'),
    "where a cell's side is read from: the first rule that gives a known side wins",
    { shapesSite: true },
  ),
  'rois.halfSuffix': setting(regex, "strips the half from an ROI's name", { shapesSite: true }),
  'rois.minSharePercent': setting(
    z
      .number('a number from 0 to 100')
      .min(0, 'a number from 0 to 100')
      .max(100, 'a number from 0 to 100')
      .multipleOf(0.0001, 'at most 4 decimals'),
    'the least share, of inputs or of outputs, with which an ROI is listed',
    { shapesSite: true },
  ),
  'rois.rule': setting(
    z.enum(['merged', 'quickpage'], 'merged or quickpage'),
    'merged: left and right are one ROI; quickpage: as QuickPage answers',
    { shapesSite: true },
  ),
  'rois.names': setting(
    z.record(z.string(), text, 'a list of NAME: full name').default({}),
    'what ROIs and regions are called in full, by the name that the pages show',
    { shapesSite: true },
  ),
  'import.columns': setting(
    z.record(z.string(), text, 'a list of COLUMN: property').default({}),
    'what the columns of imported files are, as COLUMN: neuPrint property; a column that is not named here keeps its name',
  ),
  'import.lists': setting(
    z.array(text, 'a list of columns').default([]),
    'columns of imported files that name several things, told apart by commas',
  ),
  'import.values': setting(
    z
      .record(
        z.string(),
        z.record(z.string(), text.nullable(), 'a list of VALUE: value (null: none)'),
        'by neuPrint property, a list of VALUE: value',
      )
      .default({}),
    'how values of imported files are written here, by neuPrint property, as VALUE: value (null: none)',
  ),
  'import.hierarchy': setting(
    z.record(z.string(), z.array(text, 'a list of ROIs'), 'a list of REGION: [ROI, …]').default({}),
    'regions and the ROIs in each, for an import without --meta',
  ),
  pages: setting(text.optional(), 'a folder of type pages (of neurodex, QuickPage or neuView) to link to', {
    flag: '--pages <folder>',
    env: 'NEURODEX_PAGES',
    shapesSite: true,
  }),
  links: setting(
    z.array(link, 'a list of {label, url, dataset?}').default([]),
    `where else types are shown: url holds ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}; dataset, a regular expression, says for which name:tag`,
    { shapesSite: true },
  ),
  roiNames: setting(
    text.optional(),
    'a file of full names of ROIs and regions, on top of the preset: CSV or TSV with a header, YAML or JSON',
    { flag: '--roi-names <file>', env: 'NEURODEX_ROI_NAMES', shapesSite: true },
  ),
  templates: setting(
    text.optional(),
    "a folder of templates and style sheets that take the place of neurodex's own of the same name",
    { flag: '--templates <folder>', env: 'NEURODEX_TEMPLATES', shapesSite: true },
  ),
  'site.title': setting(text.optional(), "the name of the whole site, before the dataset's", { shapesSite: true }),
  'site.logo': setting(text.optional(), 'a picture beside that name: an SVG, PNG, JPEG or WebP file', {
    shapesSite: true,
  }),
  'site.accent': setting(
    z.union([colour, z.strictObject({ light: colour, dark: colour })], COLOUR).optional(),
    'the colour of links and of what is chosen: one, or one for each theme',
    { shapesSite: true },
  ),
  'site.footer': setting(text.optional(), 'a line at the foot of the pages; plain addresses in it become links', {
    shapesSite: true,
  }),
  'about.title': setting(text.optional(), "the dataset's full name", { shapesSite: true }),
  'about.citation': setting(text.optional(), 'how the dataset wants to be cited', { shapesSite: true }),
  'about.citationUrl': setting(httpUrl.optional(), 'where that paper is', { shapesSite: true }),
  'about.licence': setting(text.optional(), "the data's licence", { shapesSite: true }),
  'about.licenceUrl': setting(httpUrl.optional(), 'where that licence is', { shapesSite: true }),
  'about.homepage': setting(httpUrl.optional(), "the dataset's own site", { shapesSite: true }),
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type Settings = { [Key in SettingKey]: z.output<(typeof SETTINGS)[Key]['schema']> };

/** The settings that decide what a site says. Two sources may call their datasets the same: the source is one of them. */
export const SETTINGS_OF_SITE: readonly SettingKey[] = (Object.keys(SETTINGS) as SettingKey[]).filter(
  (key) => (SETTINGS[key] as Setting<z.ZodType>).shapesSite === true,
);

export function isSecret(key: string): boolean {
  return isSettingKey(key) && (SETTINGS[key] as Setting<z.ZodType>).isSecret === true;
}

/** The environment variables that give a setting, the one that counts first. */
export function variablesOf(key: SettingKey): readonly string[] {
  return [(SETTINGS[key] as Setting<z.ZodType>).env ?? []].flat();
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}
