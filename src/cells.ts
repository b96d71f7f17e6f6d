/** Connectome + lookup -> the cells of types: what a site is searched by beside the names. Each type answers or fails for itself. */
import type { Cell, CellsByType } from './catalog/catalog.ts';
import type { CellRow } from './connectome/connectome.ts';
import { type Dataset, loadKept } from './lookup/kept.ts';
import { CELLS, cellsForm } from './lookup/keptForms.ts';
import { cellsLookup } from './lookup/lookups.ts';
import type { TunedParts } from './lookup/tunedLoader.ts';
import { verifySample } from './lookup/verify.ts';
import type { Run } from './report.ts';
import { counted, thousands } from './text.ts';

/**
 * Asked for once all else is known: beside the ROI counts, each would take the other's time for the source's.
 * @param wanted types and their cells
 * @throws what no type is to blame for: the source cannot be reached, the question is wrong
 */
export async function fetchCells(
  wanted: ReadonlyMap<string, number>,
  dataset: Dataset,
  parts: TunedParts,
): Promise<CellsByType> {
  const { run, settings, source } = parts;
  const lookup = cellsLookup(source.connectome);
  const cells = await run.phase(CELLS, () =>
    loadKept(
      cellsForm(),
      async () => lookup,
      wanted,
      (rows) => rows,
      dataset,
      parts,
    ),
  );
  if (settings.verify !== undefined) await verifySample(lookup, cells, wanted, settings.verify, parts);
  noteFailed(cells, run);
  noteShared(cells, run);
  return new Map([...wanted.keys()].map((type) => [type, cells.get(type) as readonly CellRow[] | Error]));
}

function noteFailed(cells: CellsByType, run: Run): void {
  const failed = [...cells].flatMap(([type, own]) => (own instanceof Error ? [{ type, own }] : []));
  const [first] = failed;
  if (first === undefined) return;
  const which = `${JSON.stringify(first.type)}${failed.length > 1 ? ' first' : ''}`;
  run.note(`The cells of ${counted(failed.length, 'type')} could not be listed (${which}: ${first.own.message})`);
}

/** A bodyId is meant to be one cell's; where it is not, a search for it finds every type that has it. */
function noteShared(cells: CellsByType, run: Run): void {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { bodyId } of allOf(cells)) (seen.has(bodyId) ? shared : seen).add(bodyId);
  const [first] = shared;
  if (first === undefined) return;
  const owners = [...cells].filter(([, own]) => !(own instanceof Error) && own.some(({ bodyId }) => bodyId === first));
  const names = owners.map(([type]) => JSON.stringify(type)).join(', ');
  const others = shared.size > 1 ? `, and so with ${thousands(shared.size - 1)} more` : '';
  run.note(`Several cells have the bodyId ${first} (of ${names})${others}.`);
}

function* allOf(cells: CellsByType): Iterable<Cell> {
  for (const own of cells.values()) if (!(own instanceof Error)) yield* own;
}
