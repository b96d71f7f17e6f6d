/** What is kept of a dataset as a whole: its description, its catalogue and the fingerprints of its types, each of one state. */
import { z } from 'zod';
import { catalogueKey, descriptionKey, fingerprintsKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { CatalogueRow, DatasetDescription, Fingerprints, RoiNode } from '../connectome/connectome.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { keptRowsOf, propertiesIn, rowsIn } from './keptCatalogue.ts';

/** A description and what goes with it. Its `edit` is null where none can be relied on. */
export interface KeptDescription extends DatasetDescription {
  /** What answers are stamped with that are as true: the edit, or a name where there is none. */
  state: string;
  /** Another one whenever a catalogue is kept. */
  id: string;
}

/** What reads gives null where there is none that goes with the description. */
export interface KeptSurvey {
  description(): Promise<KeptDescription | null>;
  /** Also null where it lacks one of the properties, of which each row has a value in this order. */
  rows(of: KeptDescription, properties: readonly string[]): Promise<CatalogueRow[] | null>;
  /** Which the kept catalogue has; none where there is no catalogue. */
  properties(of: KeptDescription): Promise<string[]>;
  fingerprints(of: Pick<KeptDescription, 'name' | 'tag' | 'state'>): Promise<Fingerprints | null>;
  /** Description and catalogue in one: neither is ever there without the other of its state. */
  keepRows(of: KeptDescription, rows: readonly CatalogueRow[], properties: readonly string[]): Promise<void>;
  keepFingerprints(of: Pick<KeptDescription, 'name' | 'tag' | 'state'>, fingerprints: Fingerprints): Promise<void>;
}

const roiNode: z.ZodType<RoiNode> = z.lazy(() => z.object({ name: z.string(), children: z.array(roiNode).optional() }));
const text = z.string().nullable();
const keptDescription: z.ZodType<KeptDescription> = z.object({
  name: z.string(),
  tag: text,
  uuid: text,
  lastDatabaseEdit: text,
  primaryRois: z.array(z.string()).nullable(),
  roiHierarchy: roiNode.nullable(),
  roisDigest: z.string(),
  edit: text,
  state: z.string(),
  id: z.string(),
});
const identified = z.object({ id: z.string() });
const keptFingerprints = z.object({ state: z.string(), types: z.array(z.string()), texts: z.array(z.string()) });

/** @param source Connectome.id */
export function createKeptSurvey(cache: Cache, source: string): KeptSurvey {
  const catalogueOf = async (of: KeptDescription): Promise<unknown> => {
    const kept = await cache.get(catalogueKey(nameWithTag(of), source));
    return identified.safeParse(kept).data?.id === of.id ? kept : null;
  };
  return {
    description: async () => keptDescription.safeParse(await cache.get(descriptionKey(source))).data ?? null,
    rows: async (of, properties) => rowsIn(await catalogueOf(of), properties),
    properties: async (of) => propertiesIn(await catalogueOf(of)),
    async fingerprints(of) {
      const { data } = keptFingerprints.safeParse(await cache.get(fingerprintsKey(nameWithTag(of), source)));
      if (data?.state !== of.state || data.types.length !== data.texts.length) return null;
      return new Map(data.types.map((type, i) => [type, data.texts[i] as string]));
    },
    async keepRows(of, rows, properties) {
      await cache.setMany(
        new Map<string, unknown>([
          [descriptionKey(source), of],
          [catalogueKey(nameWithTag(of), source), { id: of.id, ...keptRowsOf(rows, properties) }],
        ]),
      );
    },
    async keepFingerprints(of, fingerprints) {
      const kept = { state: of.state, types: [...fingerprints.keys()], texts: [...fingerprints.values()] };
      await cache.set(fingerprintsKey(nameWithTag(of), source), kept);
    },
  };
}
