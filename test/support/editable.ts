/** A connectome in memory that can be edited between runs, and that tells what it was asked. */
import type { CatalogueRow, Connectome, RoiCountRow, TypedAnswer } from '../../src/connectome/connectome.ts';
import { createFingerprints, digestOf } from '../../src/connectome/fingerprint.ts';

export interface EditableCell {
  bodyId: number;
  type: string | null;
  class?: string;
  instance?: string;
  /** Synapses by ROI. */
  rois: Record<string, { pre: number; post: number }>;
}

export interface Editable {
  connectome: Connectome;
  cells: EditableCell[];
  /** Sets lastDatabaseEdit, as a curator's tool does after its changes; null: the dataset has none. */
  stamp(edit: string | null): void;
  /** Questions since it was last taken; ROI counts with the types that were asked about. */
  asked(): { questions: string[]; types: string[] };
  primaryRois: string[];
}

export function createEditable(cells: EditableCell[]): Editable {
  let edit: string | null = 'first';
  let questions: string[] = [];
  let types: string[] = [];
  const primaryRois = ['A(L)', 'A(R)', 'B'];
  const answer = <T>(question: string, value: T): { value: T; rows: number; roundTrips: number; serverMs: null } => {
    questions.push(question);
    return { value, rows: 1, roundTrips: 1, serverMs: null };
  };
  const byType = (): Map<string | null, EditableCell[]> => {
    const found = new Map<string | null, EditableCell[]>();
    for (const cell of editable.cells) found.set(cell.type, [...(found.get(cell.type) ?? []), cell]);
    return found;
  };
  const sum = (cells: readonly EditableCell[], kind: 'pre' | 'post', roi?: string): number =>
    cells.reduce(
      (total, { rois }) =>
        total +
        Object.entries(rois).reduce(
          (all, [name, counts]) => all + (roi === undefined || roi === name ? counts[kind] : 0),
          0,
        ),
      0,
    );
  const fingerprintsOf = (wanted: (type: string) => boolean): ReadonlyMap<string, string> => {
    const prints = createFingerprints('digest');
    const counts = new Map<string, number>();
    for (const [type, cells] of byType()) {
      if (type === null || !wanted(type)) continue;
      counts.set(type, cells.length);
      for (const { bodyId, rois } of cells) prints.add(type, digestOf(JSON.stringify([bodyId, rois])));
    }
    return prints.of(counts);
  };
  const connectome: Connectome = {
    id: 'editable',
    isEmbedded: false,
    maxInFlight: 4,
    edit: async () => answer('edit', edit),
    describe: async () =>
      answer('describe', {
        name: 'editable',
        tag: 'v1',
        uuid: 'u',
        lastDatabaseEdit: edit,
        primaryRois: editable.primaryRois,
        roiHierarchy: { name: 'brain', children: primaryRois.map((name) => ({ name })) },
        roisDigest: editable.primaryRois.join(),
        edit,
      }),
    typeSizes: async () =>
      answer(
        'type sizes',
        [...byType()].flatMap(([type, { length }]) => (type === null ? [] : [{ type, cells: length }])),
      ),
    async catalogue(properties) {
      const rows = new Map<string, EditableCell[]>();
      for (const cell of editable.cells) {
        const key = JSON.stringify([cell.type, cell.type === null ? null : (cell.class ?? null)]);
        rows.set(key, [...(rows.get(key) ?? []), cell]);
      }
      return answer(
        'catalogue',
        [...rows].map(([key, cells]): CatalogueRow => {
          const [type, classOf] = JSON.parse(key) as [string | null, string | null];
          const values = properties.map((property) => (property === 'class' ? classOf : null));
          return { type, cells: cells.length, pre: sum(cells, 'pre'), post: sum(cells, 'post'), values };
        }),
      );
    },
    fingerprints: async () =>
      answer(
        'fingerprints',
        fingerprintsOf(() => true),
      ),
    async roiCounts(wanted, rois): Promise<TypedAnswer<RoiCountRow>> {
      types.push(...wanted);
      const found = byType();
      const value = wanted.flatMap((type) =>
        rois.map((roi) => {
          const cells = found.get(type) ?? [];
          return { type, roi, pre: sum(cells, 'pre', roi), post: sum(cells, 'post', roi) };
        }),
      );
      const cells = new Map(wanted.map((type) => [type, found.get(type)?.length ?? 0]));
      return { ...answer('ROI counts', value), cells, fingerprints: fingerprintsOf((type) => wanted.includes(type)) };
    },
    async partners(wanted) {
      types.push(...wanted);
      const cells = new Map(wanted.map((type) => [type, byType().get(type)?.length ?? 0]));
      const value = wanted.map((type) => ({
        type,
        direction: 'upstream' as const,
        partner: null,
        pairs: 1,
        weight: 1,
      }));
      return { ...answer('partners', value), cells };
    },
    async cells(wanted) {
      types.push(...wanted);
      const found = byType();
      const value = wanted.flatMap((type) =>
        (found.get(type) ?? []).map(({ bodyId, instance }) => ({
          type,
          bodyId: String(bodyId),
          instance: instance ?? null,
        })),
      );
      return { ...answer('cells', value), cells: new Map(wanted.map((type) => [type, found.get(type)?.length ?? 0])) };
    },
    canSum: async () => answer('probe', true),
    bytesReceived: () => 0,
    close: async () => undefined,
  };
  const editable: Editable = {
    connectome,
    cells,
    primaryRois,
    stamp(next) {
      edit = next;
    },
    asked() {
      const asked = { questions: [...new Set(questions)].sort(), types: types.sort() };
      [questions, types] = [[], []];
      return asked;
    },
  };
  return editable;
}
