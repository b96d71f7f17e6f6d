/** The servers, links and jobs that the controller is measured on, and what it scores against the best fixed pace. */

import type { PaceModel } from '../../src/pace/model.ts';
import type { PaceOptions } from '../../src/pace/options.ts';
import { aimdPace, fixedPace, gradient2Pace, type OurPace, ourPace } from './paces.ts';
import { lognormalWeights } from './random.ts';
import { type Pace, type Run, simulate, type World } from './simulate.ts';

export interface Scenario {
  name: string;
  world: World;
  types: number;
  cells: number;
  guess: PaceOptions['guess'];
  /** Batch weight of the comparators, which have no rule for it. */
  usualWeight: number;
}

export interface Score {
  name: string;
  oracle: { concurrency: number; batchWeight: number; makespanMs: number };
  /** Makespan over the oracle's, and failed sends as a share of all. */
  cold: number;
  warm: number;
  aimd: number;
  gradient2: number;
  coldFailed: number;
  aimdFailed: number;
  gradient2Failed: number;
}

export const SEEDS = [1, 2, 3, 4, 5];
export const MAX_CONCURRENCY = 64;

const steady = (cores: number): World['cores'] => [{ fromMs: 0, cores }];
const QUIET = { thrash: 0.02, noise: 0.1, timeoutMs: 60_000 };

/** Neo4j 5.26 as measured: 8 ms a query and 0.01 ms a cell for ROI rows; partners cost a hundred times that. */
function regime(name: string, bMsPerUnit: number): Scenario[] {
  const jobs = [
    { cells: 22_704, types: 5620 },
    { cells: 165_000, types: 11_700 },
  ];
  return jobs.flatMap((job) =>
    [0, 20, 200].flatMap((rttMs) =>
      [2, 16].map((cores) => ({
        name: `${name} ${job.cells} cells, ${rttMs} ms, ${cores} cores`,
        world: { aMs: 8, bMsPerUnit, rttMs, cores: steady(cores), ...QUIET },
        ...job,
        guess: { aMs: 8, bMsPerUnit },
        usualWeight: name === 'ROI' ? 5000 : 120,
      })),
    ),
  );
}

export const ROI_SCENARIOS = regime('ROI', 0.01);
export const PARTNER_SCENARIOS = regime('partners', 1);

/**
 * Partners of hemibrain as measured: a cell of a large type costs a fifth, one of a single-cell type three times what it
 * weighs, since a Kenyon cell has few partners; and batches of one weight scatter.
 */
export const MISLEADING_SCENARIOS = [2, 8, 16].flatMap((cores) =>
  [0, 200].map((rttMs): Scenario => {
    const costOf = (weight: number): number => Math.min(3, Math.sqrt(20 / weight));
    return {
      name: `misleading weights, ${rttMs} ms, ${cores} cores`,
      world: { aMs: 8, bMsPerUnit: 0.25, rttMs, cores: steady(cores), ...QUIET, thrash: 0.03, noise: 0.4, costOf },
      cells: 22_704,
      types: 5620,
      guess: { aMs: 8, bMsPerUnit: 1 },
      usualWeight: 500,
    };
  }),
);

function troubled(name: string, world: Partial<World>): Scenario {
  const usual = { aMs: 200, bMsPerUnit: 10, rttMs: 1, cores: steady(16), thrash: 0.1, noise: 0.3, timeoutMs: 60_000 };
  return {
    name,
    world: { ...usual, ...world },
    types: 9000,
    cells: 120_000,
    guess: { aMs: 200, bMsPerUnit: 10 },
    usualWeight: 120,
  };
}

/** A to J of the study that the model comes from: 200 ms a query and 10 ms a unit. */
export const STUDY_SCENARIOS = [
  troubled('A 16 cores', {}),
  troubled('B 4 cores that thrash', { cores: steady(4), thrash: 0.4 }),
  troubled('C client decodes', { decodeMsPerUnit: 2 }),
  troubled('D a third for 40 s', {
    cores: [
      { fromMs: 0, cores: 16 },
      { fromMs: 20_000, cores: 16 / 3 },
      { fromMs: 60_000, cores: 16 },
    ],
  }),
  troubled('E refuses weight', { weightLimit: 1500 }),
  troubled('F 300 ms away', { rttMs: 300 }),
  troubled('G 8 cores, 20 s timeout', { cores: steady(8), timeoutMs: 20_000 }),
  troubled('H scatter 0.8', { noise: 0.8 }),
  troubled('I one core', { cores: steady(1), thrash: 0.2 }),
  troubled('J a quarter for good', {
    cores: [
      { fromMs: 0, cores: 16 },
      { fromMs: 30_000, cores: 4 },
    ],
  }),
];

export function optionsOf({ world, guess }: Scenario, weights: readonly number[], warm: PaceModel | null): PaceOptions {
  return {
    totalWeight: weights.reduce((a, b) => a + b, 0),
    heaviestWeight: weights[0] ?? 1,
    maxConcurrency: MAX_CONCURRENCY,
    maxBatchWeight: 50_000,
    guess,
    warm,
    rttMs: world.rttMs,
    timeoutMs: world.timeoutMs,
  };
}

export function weightsOf({ types, cells }: Scenario, seed: number): number[] {
  return lognormalWeights(types, cells, 1, seed);
}

const CONCURRENCIES = [1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64];
const ROUNDS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

const NEIGHBOURS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [2, 0],
  [-2, 0],
  [0, 2],
  [0, -2],
  [1, -1],
  [-1, 1],
] as const;

interface Mean {
  makespanMs: number;
  failed: number;
  runs: Run[];
}

function meanOf(
  scenario: Scenario,
  paceOf: (seed: number, weights: readonly number[]) => Pace,
  { seeds = SEEDS, giveUpMs = Infinity }: { seeds?: readonly number[]; giveUpMs?: number } = {},
): Mean {
  const runs = seeds.map((seed) => {
    const weights = weightsOf(scenario, seed);
    return simulate(scenario.world, { weights, seed: seed + 100, giveUpMs }, paceOf(seed, weights));
  });
  return {
    makespanMs: runs.reduce((total, run) => total + run.makespanMs, 0) / runs.length,
    failed: runs.reduce((total, run) => total + run.failed, 0) / runs.reduce((total, run) => total + run.sends, 0),
    runs,
  };
}

/** The best fixed pace by coordinate descent on a grid of concurrency and rounds of batches, from two starts. */
export function oracleOf(scenario: Scenario): Score['oracle'] {
  const fixed = (c: number, r: number): (() => Pace) => {
    return () => fixedPace(CONCURRENCIES[c] as number, weightAt(c, r));
  };
  const weightAt = (c: number, r: number): number =>
    (1.02 * scenario.cells) / ((CONCURRENCIES[c] as number) * (ROUNDS[r] as number));
  let best = { c: 0, r: 0, ms: Infinity };
  const known = new Set<string>();
  const visit = (c: number, r: number): boolean => {
    const key = `${c} ${r}`;
    if (known.has(key) || c < 0 || r < 0 || c >= CONCURRENCIES.length || r >= ROUNDS.length) return false;
    known.add(key);
    // Nothing that takes longer than the best by half can have a mean below it.
    const { makespanMs: ms } = meanOf(scenario, fixed(c, r), { seeds: SEEDS.slice(0, 3), giveUpMs: 1.5 * best.ms });
    if (ms < best.ms) best = { c, r, ms };
    return ms === best.ms;
  };
  const starts =
    scenario.world.aMs > 100
      ? [
          [5, 12],
          [2, 9],
          [7, 10],
        ]
      : [
          [2, 1],
          [7, 0],
        ];
  for (const [c = 0, r = 0] of starts) visit(c, r);
  for (let moved = true; moved; ) {
    const { c, r } = best;
    moved = false;
    for (const [dc, dr] of NEIGHBOURS) moved = visit(c + dc, r + dr) || moved;
  }
  return {
    concurrency: CONCURRENCIES[best.c] as number,
    batchWeight: Math.round(weightAt(best.c, best.r)),
    makespanMs: meanOf(scenario, fixed(best.c, best.r)).makespanMs,
  };
}

export function scoreOf(scenario: Scenario): Score {
  const oracle = oracleOf(scenario);
  const paces: OurPace[] = [];
  const cold = meanOf(scenario, (_, weights) => {
    const pace = ourPace(optionsOf(scenario, weights, null));
    paces.push(pace);
    return pace;
  });
  const model = paces[0]?.model() ?? null;
  const warm = meanOf(scenario, (_, weights) => ourPace(optionsOf(scenario, weights, model)));
  const giveUpMs = 20 * oracle.makespanMs;
  const aimd = meanOf(scenario, () => aimdPace(scenario.usualWeight, MAX_CONCURRENCY), { giveUpMs });
  const gradient2 = meanOf(scenario, () => gradient2Pace(scenario.usualWeight, MAX_CONCURRENCY), { giveUpMs });
  return {
    name: scenario.name,
    oracle,
    cold: cold.makespanMs / oracle.makespanMs,
    warm: warm.makespanMs / oracle.makespanMs,
    aimd: aimd.makespanMs / oracle.makespanMs,
    gradient2: gradient2.makespanMs / oracle.makespanMs,
    coldFailed: cold.failed,
    aimdFailed: aimd.failed,
    gradient2Failed: gradient2.failed,
  };
}

export function geoMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((total, ratio) => total + Math.log(ratio), 0) / ratios.length);
}

export function tableOf(scores: readonly Score[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const rows = scores.map((s) =>
    [
      s.name.padEnd(38),
      s.cold.toFixed(2),
      s.warm.toFixed(2),
      s.aimd.toFixed(2).padStart(6),
      s.gradient2.toFixed(2).padStart(6),
      percent(s.coldFailed).padStart(7),
      `${s.oracle.concurrency} x ${s.oracle.batchWeight}`.padStart(12),
      `${(s.oracle.makespanMs / 1000).toFixed(2)} s`.padStart(10),
    ].join(' | '),
  );
  return [
    'scenario                               | cold | warm |   AIMD |  Grad2 |  failed | oracle C x W |  its time',
    ...rows,
  ].join('\n');
}
