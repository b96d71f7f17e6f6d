/**
 * Cache keys: everything that decides whether a kept answer may stand in for a new one. A key is
 * kind/version/dataset/source/…, each part escaped; the version is raised when the meaning or the shape of a kind's
 * values changes, so that older ones are never read.
 */

const VERSIONS = { description: 3, catalogue: 1, fingerprints: 1, answers: 1, pace: 1, site: 1, run: 1 } as const;

export type Kind = keyof typeof VERSIONS;

/** What a dataset says of itself, by Connectome.id, which names server and dataset and holds no secret. */
export function descriptionKey(source: string): string {
  return keyOf('description', '', source);
}

/** @param dataset name with its tag, here and below */
export function catalogueKey(dataset: string, source: string): string {
  return keyOf('catalogue', dataset, source);
}

export function fingerprintsKey(dataset: string, source: string): string {
  return keyOf('fingerprints', dataset, source);
}

/** Under which the answers to a lookup are kept, some a key. */
export interface Collection {
  dataset: string;
  source: string;
  /** By name. */
  lookup: string;
  /** What else decides what an answer is: one holds at a time, and ends the others. */
  variant: string;
}

/** Of the variant's keys, and of those of all variants. */
export function answersPrefixes({ dataset, source, lookup, variant }: Collection): { own: string; all: string } {
  const all = `${keyOf('answers', dataset, source, lookup)}/`;
  return { own: `${all}${escaped(variant)}/`, all };
}

/** @param output tells one folder of a site from others, without naming it */
export function siteKey(dataset: string, output: string): string {
  return keyOf('site', dataset, output);
}

/** What a lookup costs at a source. */
export function paceKey(source: string, lookup: string): string {
  return keyOf('pace', '', source, lookup);
}

/** What the last run did with the cache. */
export function lastRunKey(): string {
  return keyOf('run', '');
}

/** What a key is of; empty where it is of none, or the key does not tell. */
export interface KeyParts extends Collection {
  kind: Kind;
}

/** null for a key that this version does not read. */
export function partsOf(key: string): KeyParts | null {
  const [kind, version, ...parts] = key.split('/');
  if (!Object.hasOwn(VERSIONS, kind ?? '') || String(VERSIONS[kind as Kind]) !== version) return null;
  const [dataset = '', source = '', lookup = '', variant = ''] = parts.map(decodeURIComponent);
  return { kind: kind as Kind, dataset, source: kind === 'site' ? '' : source, lookup, variant };
}

function keyOf(kind: Kind, ...parts: string[]): string {
  return [kind, VERSIONS[kind], ...parts.map(escaped)].join('/');
}

/** Half a surrogate pair, which no URI can hold, is as good as another. */
function escaped(part: string): string {
  return encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\ufffd'));
}
