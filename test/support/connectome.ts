/** Small connectomes for the command line, made by `neurodex import` as a user makes them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './cli.ts';

/** The cells of a type. */
export interface SmallType {
  /** A letter a cell: L, R, M, or - for an unknown side. */
  sides: string;
  /** Of each cell: ROI -> output and input sites. */
  rois?: Record<string, [pre: number, post: number]>;
  /** Other neuron properties, the same for every cell. */
  properties?: Record<string, string>;
}

export interface SmallConnectome {
  dataset: string;
  tag?: string;
  types: Record<string, SmallType>;
}

/** @returns the connectome file */
export async function importSmall(folder: string, { dataset, tag, types }: SmallConnectome): Promise<string> {
  let bodyId = 100_000;
  const cells = Object.entries(types).flatMap(([type, { sides, rois = {}, properties }]) =>
    [...sides].map((side) => {
      const roiInfo = Object.fromEntries(Object.entries(rois).map(([roi, [pre, post]]) => [roi, { pre, post }]));
      const [pre, post] = [0, 1].map((i) => Object.values(rois).reduce((sum, counts) => sum + (counts[i] ?? 0), 0));
      const somaSide = side === '-' ? null : side;
      return { bodyId: String(bodyId++), type, somaSide, pre, post, roiInfo, ...properties };
    }),
  );
  const primaryRois = [...new Set(Object.values(types).flatMap(({ rois = {} }) => Object.keys(rois)))];
  const roiHierarchy = { name: dataset, children: primaryRois.map((name) => ({ name })) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'cells.ndjson'), cells.map((cell) => `${JSON.stringify(cell)}\n`).join(''));
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({ dataset, tag, primaryRois, roiHierarchy }));
  const args = ['import', '--neurons', 'cells.ndjson', '--meta', 'meta.json', '--into', 'small.duckdb', '--silent'];
  const { code, stderr } = await runCli(args, { cwd: folder });
  if (code !== 0) throw new Error(`expected the import of a small connectome to succeed: ${stderr}`);
  return join(folder, 'small.duckdb');
}
