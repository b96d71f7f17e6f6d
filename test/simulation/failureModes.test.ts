import { describe, expect, test } from 'vitest';
import { ourPace } from './paces.ts';
import { lognormalWeights } from './random.ts';
import {
  optionsOf,
  oracleOf,
  PARTNER_SCENARIOS,
  type Scenario,
  SEEDS,
  STUDY_SCENARIOS,
  weightsOf,
} from './scenarios.ts';
import { type Run, simulate, type World } from './simulate.ts';

const partners = PARTNER_SCENARIOS.find(({ name }) => name.includes('165000 cells, 20 ms, 16')) as Scenario;
const study = STUDY_SCENARIOS[0] as Scenario;

function variant(scenario: Scenario, world: Partial<World>): Scenario {
  return { ...scenario, world: { ...scenario.world, ...world } };
}

function runsOf(scenario: Scenario): Run[] {
  return SEEDS.map((seed) => {
    const weights = weightsOf(scenario, seed);
    return simulate(scenario.world, { weights, seed }, ourPace(optionsOf(scenario, weights, null)));
  });
}

function ratioOf(scenario: Scenario): number {
  const runs = runsOf(scenario);
  return runs.reduce((total, run) => total + run.makespanMs, 0) / runs.length / oracleOf(scenario).makespanMs;
}

/** The mean concurrency of what was sent from a part of the job on. */
function widthAfter(run: Run, part: number): number {
  const late = run.trace.slice(Math.floor(run.trace.length * part));
  return late.reduce((total, { concurrency }) => total + concurrency, 0) / late.length;
}

describe('the failure modes of adaptive clients', () => {
  test('a queue that the controller made itself does not become its idea of normal', () => {
    for (const run of runsOf(variant(partners, { cores: [{ fromMs: 0, cores: 4 }] })))
      expect(widthAfter(run, 0.5)).toBeLessThan(10);
  });

  test('a single core is not given a crowd, and nearly all its time is work', () => {
    const single = variant(partners, { cores: [{ fromMs: 0, cores: 1 }] });
    for (const run of runsOf(single)) {
      expect(widthAfter(run, 0.5)).toBeLessThan(3);
      expect(run.makespanMs).toBeLessThan(1.2 * single.cells * single.world.bMsPerUnit);
    }
  });

  test('a server that answers first come first served is as good', () => {
    expect(ratioOf(variant(partners, { isFifo: true }))).toBeLessThan(1.15);
  });

  test('a client that cannot decode faster is not helped by more in flight', () => {
    for (const run of runsOf(variant(partners, { decodeMsPerUnit: 0.25 })))
      expect(widthAfter(run, 0.5)).toBeLessThan(16);
  });

  test('batches of unlike weight are not taken for a queue', () => {
    const bimodal = lognormalWeights(3000, 30_000, 0.3, 1).concat(Array.from({ length: 60 }, () => 1500));
    const weights = bimodal.sort((a, b) => b - a);
    const options = optionsOf(partners, weights, null);
    const run = simulate(partners.world, { weights, seed: 1 }, ourPace(options));
    const workMs = options.totalWeight / 16;
    expect(run.makespanMs).toBeLessThan(1.4 * workMs);
  });

  test('lost capacity is noticed, and found again when it is back', () => {
    const lossy = variant(partners, {
      cores: [
        { fromMs: 0, cores: 16 },
        { fromMs: 3000, cores: 4 },
        { fromMs: 9000, cores: 16 },
      ],
    });
    expect(ratioOf(lossy)).toBeLessThan(1.45);
  });

  test('an outage and its storm of errors teach nothing, and the job ends', () => {
    for (const run of runsOf(variant(study, { down: { fromMs: 10_000, untilMs: 15_000 } }))) {
      expect(run.makespanMs).toBeLessThan(1.6 * 85_000);
      expect(widthAfter(run, 0.5)).toBeGreaterThan(8);
    }
  });

  test('too many at once: stays near what the server takes, and few are refused', () => {
    for (const run of runsOf(variant(study, { countLimit: 6 }))) {
      expect(run.failed / run.sends).toBeLessThan(0.15);
      expect(widthAfter(run, 0.5)).toBeLessThan(9);
    }
  });

  test('the last batches do not leave the rest idle', () => {
    for (const run of runsOf(partners)) {
      const last = run.trace.at(-1);
      expect(run.makespanMs - (last?.nowMs ?? 0)).toBeLessThan(0.1 * run.makespanMs);
    }
  });

  test('the same seed gives the same run', () => {
    expect(runsOf(partners)).toEqual(runsOf(partners));
  });
});
