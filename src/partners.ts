/** Connectome + lookup -> the partners of types: each type answers or fails for itself. */
import type { BuildParts } from './build.ts';
import type { PartnerRow, TypeSize } from './connectome/connectome.ts';
import { nameWithTag, requireDataset } from './connectome/dataset.ts';
import { ConfigError } from './errors.ts';
import { loadKept } from './lookup/kept.ts';
import { partnersForm } from './lookup/keptForms.ts';
import { partnersLookup } from './lookup/lookups.ts';
import { createSource } from './lookup/source.ts';
import { surveyDataset } from './lookup/survey.ts';

/**
 * @param types exact names; the answers come in their order
 * @throws ConfigError for a type that is not there, with one that is like it, or if the dataset is another; what no
 * type is to blame for: the source cannot be reached, the question is wrong
 */
export async function fetchPartners(
  types: readonly string[],
  parts: BuildParts,
): Promise<Map<string, readonly PartnerRow[] | Error>> {
  const { connectome, settings, run } = parts;
  const source = createSource({ ...parts, timeoutMs: settings.timeoutMs });
  const [survey, description] = await run.phase('types', async () => {
    const survey = await surveyDataset({ ...parts, source }, null);
    return [survey, await survey.description] as const;
  });
  requireDataset(description, settings.dataset);
  run.report.dataset = nameWithTag(description);
  const sizes = await survey.sizes();
  requireTypes(types, sizes);
  const all = new Map(sizes.map(({ type, cells }) => [type, cells]));
  const cells = new Map(types.map((type) => [type, all.get(type) as number]));
  const dataset = { ...survey, name: nameWithTag(description), state: await survey.state, cells: all };
  const lookupOf = async (): Promise<ReturnType<typeof partnersLookup>> => partnersLookup(connectome);
  const outcomes = await run.phase('partners', () =>
    loadKept(partnersForm(), lookupOf, cells, (rows) => rows, dataset, { ...parts, source }),
  );
  return new Map(types.map((type) => [type, outcomes.get(type) as readonly PartnerRow[] | Error]));
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
