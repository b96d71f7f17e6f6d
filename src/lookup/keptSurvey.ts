/** What is kept of a dataset as a whole: its description, its catalogue and the fingerprints of its types, each of an edit. */
import { z } from 'zod';
import { catalogueKey, descriptionKey, fingerprintsKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { CatalogueRow, DatasetDescription, Fingerprints, RoiNode } from '../connectome/connectome.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { keptRowsOf, rowsIn } from './keptCatalogue.ts';

/** What reads gives null where there is none, or none of the description's edit. */
export interface KeptSurvey {
  description(): Promise<DatasetDescription | null>;
  /** Also null where it lacks one of the properties, which each row has in this order. */
  rows(of: DatasetDescription, properties: readonly string[]): Promise<CatalogueRow[] | null>;
  fingerprints(of: DatasetDescription): Promise<Fingerprints | null>;
  /** Description and catalogue together: neither is ever of another edit than the other. */
  keepRows(of: DatasetDescription, rows: readonly CatalogueRow[], properties: readonly string[]): Promise<void>;
  keepFingerprints(of: DatasetDescription, fingerprints: Fingerprints): Promise<void>;
}

const roiNode: z.ZodType<RoiNode> = z.lazy(() => z.object({ name: z.string(), children: z.array(roiNode).optional() }));
const text = z.string().nullable();
const keptDescription: z.ZodType<DatasetDescription> = z.object({
  name: z.string(),
  tag: text,
  uuid: text,
  lastDatabaseEdit: text,
  primaryRois: z.array(z.string()).nullable(),
  roiHierarchy: roiNode.nullable(),
  roisDigest: z.string(),
  edit: text,
});
const keptOfEdit = z.object({ edit: text });
const keptFingerprints = z.object({ edit: text, types: z.array(z.string()), texts: z.array(z.string()) });

/** @param source Connectome.id */
export function createKeptSurvey(cache: Cache, source: string): KeptSurvey {
  return {
    description: async () => keptDescription.safeParse(await cache.get(descriptionKey(source))).data ?? null,
    async rows(of, properties) {
      const kept = await cache.get(catalogueKey(nameWithTag(of), source));
      return keptOfEdit.safeParse(kept).data?.edit === of.edit ? rowsIn(kept, properties) : null;
    },
    async fingerprints(of) {
      const { data } = keptFingerprints.safeParse(await cache.get(fingerprintsKey(nameWithTag(of), source)));
      if (data?.edit !== of.edit || data.types.length !== data.texts.length) return null;
      return new Map(data.types.map((type, i) => [type, data.texts[i] as string]));
    },
    async keepRows(of, rows, properties) {
      const catalogue = { edit: of.edit, ...keptRowsOf(rows, properties) };
      await cache.setMany(
        new Map<string, unknown>([
          [descriptionKey(source), of],
          [catalogueKey(nameWithTag(of), source), catalogue],
        ]),
      );
    },
    async keepFingerprints(of, fingerprints) {
      const kept = { edit: of.edit, types: [...fingerprints.keys()], texts: [...fingerprints.values()] };
      await cache.set(fingerprintsKey(nameWithTag(of), source), kept);
    },
  };
}
