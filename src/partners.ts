/** Connectome + lookup -> the partners of types: each type answers or fails for itself. */
import type { Connectome, PartnerRow, TypeSize } from './connectome/connectome.ts';
import { requireDataset } from './connectome/dataset.ts';
import { ConfigError, ConnectError } from './errors.ts';
import type { Lookup } from './lookup/batch.ts';
import { createLoader } from './lookup/loader.ts';
import { createGate } from './pace/gate.ts';
import type { Run } from './report.ts';
import type { Settings } from './settings.ts';

export interface PartnersParts {
  connectome: Connectome;
  settings: Pick<Settings, 'dataset' | 'concurrency' | 'batchWeight' | 'timeoutMs'>;
  run: Run;
  signal?: AbortSignal | undefined;
}

/** @throws what no type is to blame for: the source cannot be reached, the question is wrong */
export type PartnersOf = (types: readonly string[]) => Promise<Map<string, PartnerRow[] | Error>>;

/** Learns which types there are, and their sizes; @throws ConfigError if the dataset is another. */
export async function createPartnersOf(parts: PartnersParts): Promise<PartnersOf> {
  const { connectome, settings, run, signal } = parts;
  const ask = { signal, timeoutMs: settings.timeoutMs };
  // In flight together: the second needs the first only where a Neo4j's label cannot be guessed.
  const [description, sizes] = await Promise.all([connectome.describe(ask), connectome.typeSizes(ask)]);
  run.answered('describe', description);
  run.answered('type sizes', sizes);
  requireDataset(description.value, settings.dataset);
  const weights = new Map(sizes.value.map(({ type, cells }) => [type, cells]));

  return async (types) => {
    requireTypes(types, sizes.value);
    const weightOf = (type: string): number => weights.get(type) ?? 1;
    const weightSum = (some: readonly string[]): number => some.reduce((sum, type) => sum + weightOf(type), 0);
    const lookup: Lookup<PartnerRow, PartnerRow[]> = {
      name: 'partners',
      ask: (some, given) => connectome.partners(some, given),
      valueOf: (rows) => [...rows],
    };
    let done = 0;
    const loader = createLoader(lookup, {
      gate: createGate(settings.concurrency),
      weightOf,
      batchWeight: settings.batchWeight,
      ...ask,
      onRetry: run.retried,
      onSplit: run.split,
      onBatch(landed, answer) {
        run.answered(lookup.name, answer);
        done += weightSum(landed);
        run.progress(done, weightSum(types), 'cells');
      },
    });
    const outcomes = await Promise.all(
      types.map(async (type): Promise<[string, PartnerRow[] | Error]> => {
        try {
          return [type, await loader.load(type)];
        } catch (error) {
          return [type, error instanceof Error ? error : new Error(String(error))];
        }
      }),
    );
    signal?.throwIfAborted();
    const errors = outcomes.flatMap(([, outcome]) => (outcome instanceof Error ? [outcome] : []));
    // A type that fails by itself has an error of its own; one that several share is the source's failure.
    const shared = errors.find((error, i) => error instanceof ConnectError || errors.indexOf(error) < i);
    if (shared) throw shared;
    return new Map(outcomes);
  };
}

function requireTypes(types: readonly string[], sizes: readonly TypeSize[]): void {
  const known = new Set(sizes.map(({ type }) => type));
  const missing = types.filter((type) => !known.has(type));
  if (missing.length === 0) return;
  const plain = (type: string): string => type.trim().toLowerCase();
  const similar = missing.flatMap((type) => [...known].find((name) => plain(name) === plain(type)) ?? []);
  const hint = similar.length === 0 ? '.' : `; did you mean ${listed(similar)}?`;
  throw new ConfigError(`The dataset has no type ${listed(missing)}; names are case-sensitive${hint}`);
}

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
