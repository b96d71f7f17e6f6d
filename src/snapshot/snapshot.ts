/** A dataset on a server -> a connectome file, in parts that are kept as they land, so that a run that ended early is carried on. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createCache } from '../cache/twoLevel.ts';
import { compareCodePoints } from '../catalog/codePoint.ts';
import type { Clock } from '../clock.ts';
import { connectomeOnCypher } from '../connectome/cypher/cypherConnectome.ts';
import type { OpenCypher } from '../connectome/cypher/cypherServer.ts';
import { type WholeDataset, type WholeMeta, wholeDatasetOn, wholeMeta } from '../connectome/cypher/wholeDataset.ts';
import { nameWithTag, requireDataset } from '../connectome/dataset.ts';
import { writeWhole } from '../connectome/file/wholeFile.ts';
import { descriptionFromMeta } from '../connectome/meta.ts';
import { DecodeError, withoutSecrets } from '../errors.ts';
import { fetchCatalogue } from '../lookup/catalogue.ts';
import { createSource, type Source } from '../lookup/source.ts';
import type { Run } from '../report.ts';
import type { Settings } from '../settings.ts';
import { sum } from '../sum.ts';
import { thousands } from '../text.ts';
import { differenceOf } from './check.ts';
import type { ConnectionTable } from './connections.ts';
import { fetchCells, fetchConnections } from './fetch.ts';
import { FILL_BOUNDS, type Filled, fillFromParts } from './fill.ts';
import { heldIn, setMark } from './mark.ts';
import { type Origin, PARTIAL, type Parts, type Plan, type SizedRange } from './parts.ts';
import { declaredProperties, propertiesOf } from './properties.ts';

export interface SnapshotParts {
  opened: OpenCypher;
  parts: Parts;
  settings: Settings;
  /** Which connections to take; null: none. */
  connections: ConnectionTable | null;
  into: string;
  run: Run;
  clock: Clock;
  signal: AbortSignal;
}

export interface SnapshotResult extends Omit<Filled, 'notes'> {
  dataset: string;
  /** Of the file. */
  bytes: number;
  /** The file was there, and holds what would have been fetched. */
  isHeld: boolean;
}

/** Keys that a batch is made of: 165,000 cells are 1,650. */
const CELLS_IN_RANGE = 100;

/**
 * @throws DecodeError if the dataset was edited meanwhile, or what came is not what the source counts; what no part is to
 * blame for. No file is made then, and what landed is kept
 */
export async function takeSnapshot(given: SnapshotParts): Promise<SnapshotResult> {
  const { opened, parts, settings, connections, into, run, clock, signal } = given;
  const { server, id, maxInFlight } = opened;
  const connectome = connectomeOnCypher(server, { id, dataset: settings.dataset, maxInFlight });
  const source = createSource({ connectome, clock, run, timeoutMs: settings.timeoutMs, signal });
  const meta = await run.phase('dataset', () => source.ask('meta', (ask) => wholeMeta(server, settings.dataset, ask)));
  const description = descriptionFromMeta(meta.properties);
  requireDataset(description, settings.dataset);
  const dataset = nameWithTag(description);
  run.report.dataset = dataset;
  const origin: Origin = { source: id, dataset, edit: meta.edit };
  const held = await heldIn(into, { ...origin, connections });
  if (held !== null) {
    parts.remove();
    return { ...held, dataset, bytes: statSync(into).size, isHeld: true };
  }
  const whole = wholeDatasetOn(server, meta.label);
  const plan = await run.phase('plan', () => planOf(origin, whole, meta, source, given));

  const fetching = { whole, source, cache: createCache(null), parts, run, clock, settings, signal };
  await fetchCells(plan, fetching);
  const totals = connections === null ? null : await fetchConnections(connections, plan, fetching);
  const catalogue = await run.phase('check', async () => {
    const rows = await fetchCatalogue(
      source,
      [],
      () => source.ask('type sizes', (ask) => connectome.typeSizes(ask)),
      compareCodePoints,
    );
    const edit = await source.ask('edit', (ask) => connectome.edit(ask));
    if (edit === meta.edit) return rows;
    throw new DecodeError(
      `${dataset} was edited while it was read (${meta.edit} became ${edit}). No file was made; run again, which starts anew.`,
    );
  });
  const tables = await run.phase('file', async () => {
    parts.close();
    const { file } = parts;
    const from = withoutSecrets(settings.source as string);
    return await writeWhole(
      into,
      async (database) => {
        const { properties } = plan;
        const filled = await fillFromParts(
          database,
          { file, properties, meta: meta.properties, source: from, connections },
          signal,
        );
        const difference = await differenceOf(database, catalogue, connections, totals);
        if (difference === null) {
          await setMark(database, { ...origin, connections });
          return filled;
        }
        // What lacks something is not to be gone on with.
        parts.remove();
        throw new DecodeError(
          `${dataset}: ${difference}; most likely it was edited meanwhile. No file was made; run again, which starts anew.`,
        );
      },
      { beside: join(parts.folder, PARTIAL), bounds: FILL_BOUNDS },
    );
  });
  const { notes, ...counts } = tables;
  for (const note of notes) run.note(note);
  parts.remove();
  return { ...counts, dataset, bytes: statSync(into).size, isHeld: false };
}

/** That of an earlier run where the dataset is as it was. */
async function planOf(
  origin: Origin,
  whole: WholeDataset,
  { properties: meta }: WholeMeta,
  source: Source,
  { parts, run }: SnapshotParts,
): Promise<Plan> {
  const kept = await parts.kept();
  if (kept !== null) {
    const why = whyAnew(kept.origin, origin);
    if (why === null) {
      const landed = await parts.keys('cell');
      const cells = sum(kept.plan.ranges.filter(({ first }) => landed.has(first)).map((range) => range.cells));
      run.tell(`Goes on from what an earlier run kept: ${thousands(cells)} of ${thousands(cellsIn(kept.plan))} cells.`);
      return kept.plan;
    }
    run.tell(`Starts anew: ${why}.`);
  }
  const declared = declaredProperties(meta);
  const [bodyIds, names] = await Promise.all([
    source.ask('bodyIds', (ask) => whole.bodyIds(ask)),
    declared?.keys() ?? source.ask('property names', (ask) => whole.propertyNames(ask)),
  ]);
  const plan = { properties: propertiesOf(names, meta), ranges: rangesOf(bodyIds) };
  await parts.begin(origin, plan);
  return plan;
}

function whyAnew(kept: Origin, now: Origin): string | null {
  if (kept.dataset !== now.dataset) return `what an earlier run kept is of ${kept.dataset}`;
  if (kept.source !== now.source) return 'what an earlier run kept is from another source';
  if (now.edit === null)
    return 'the dataset has no uuid or no lastDatabaseEdit, so nobody can tell whether it was edited';
  return kept.edit === now.edit
    ? null
    : `${now.dataset} was edited since the earlier run (${kept.edit} became ${now.edit})`;
}

function rangesOf(bodyIds: readonly string[]): SizedRange[] {
  const ranges: SizedRange[] = [];
  for (let i = 0; i < bodyIds.length; i += CELLS_IN_RANGE) {
    const part = bodyIds.slice(i, i + CELLS_IN_RANGE);
    ranges.push({ first: part[0] as string, last: part.at(-1) as string, cells: part.length });
  }
  return ranges;
}

function cellsIn({ ranges }: Plan): number {
  return sum(ranges.map(({ cells }) => cells));
}
