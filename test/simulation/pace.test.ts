import { beforeAll, describe, expect, test } from 'vitest';
import {
  geoMean,
  MISLEADING_SCENARIOS,
  PARTNER_SCENARIOS,
  ROI_SCENARIOS,
  type Scenario,
  type Score,
  STUDY_SCENARIOS,
  scoreOf,
  tableOf,
} from './scenarios.ts';

type Compared = 'cold' | 'warm' | 'aimd' | 'gradient2';

interface Group {
  scores: Score[];
  geo(compared: Compared): number;
  worst(compared: Compared): number;
}

function groupOf(scenarios: readonly Scenario[]): Group {
  const scores = scenarios.map(scoreOf);
  // PACE_TABLE=1 npx vitest run test/simulation prints what the README quotes.
  if (process.env.PACE_TABLE) console.log(tableOf(scores));
  const all = (compared: Compared): number[] => scores.map((score) => score[compared]);
  return { scores, geo: (compared) => geoMean(all(compared)), worst: (compared) => Math.max(...all(compared)) };
}

/** All times are multiples of the best fixed pace's, which is found by search and costs no learning. */
describe('ROI counts, as measured on Neo4j', () => {
  let group: Group;
  beforeAll(() => {
    group = groupOf(ROI_SCENARIOS);
  });

  test('costs at most 13 % over the best fixed pace where the job is long, 8 % at 200 ms on a small one', () => {
    const small = group.scores.filter(({ name }) => name.includes('22704'));
    const long = group.scores.filter(({ name }) => name.includes('165000'));
    expect(Math.max(...long.map((score) => score.cold))).toBeLessThan(1.14);
    expect(Math.max(...small.filter(({ name }) => name.includes('200 ms')).map((score) => score.cold))).toBeLessThan(
      1.1,
    );
  });

  test('a job of 25 to 160 ms is over before the cores are known: 8 batches lose 18 % on 2 cores, 17 ms on 16', () => {
    const near = group.scores.filter(({ name }) => name.includes('22704') && !name.includes('200 ms'));
    for (const { name, cold, oracle } of near) {
      if (name.includes('2 cores')) expect(cold).toBeLessThan(1.2);
      else expect((cold - 1) * oracle.makespanMs).toBeLessThan(18);
    }
    expect(group.geo('cold')).toBeLessThan(1.16);
  });

  test('a second run knows the cores', () => {
    expect(group.geo('warm')).toBeLessThan(1.06);
    expect(group.worst('warm')).toBeLessThan(1.15);
  });

  test('AIMD and Gradient2 lose more', () => {
    expect(group.geo('aimd')).toBeGreaterThan(1.3 * group.geo('cold'));
    expect(group.geo('gradient2')).toBeGreaterThan(1.3 * group.geo('cold'));
  });
});

describe('partners, a hundred times heavier', () => {
  let group: Group;
  beforeAll(() => {
    group = groupOf(PARTNER_SCENARIOS);
  });

  test('comes within 10 % of the best fixed pace, at any distance, on 2 and on 16 cores', () => {
    expect(group.worst('cold')).toBeLessThan(1.1);
    expect(group.worst('warm')).toBeLessThan(1.1);
    expect(group.geo('warm')).toBeLessThanOrEqual(group.geo('cold'));
  });

  test('AIMD and Gradient2 lose more', () => {
    expect(group.geo('aimd')).toBeGreaterThan(1.2 * group.geo('cold'));
    expect(group.geo('gradient2')).toBeGreaterThan(1.2 * group.geo('cold'));
  });
});

describe('types that do not cost what they weigh', () => {
  let group: Group;
  beforeAll(() => {
    group = groupOf(MISLEADING_SCENARIOS);
  });

  test('comes within 10 % of the best fixed pace on 2 cores, 17 % in the mean', () => {
    const small = group.scores.filter(({ name }) => name.endsWith(' 2 cores'));
    expect(Math.max(...small.map((score) => score.cold))).toBeLessThan(1.1);
    expect(Math.max(group.geo('cold'), group.geo('warm'))).toBeLessThan(1.17);
  });

  test('AIMD and Gradient2 lose more', () => {
    expect(group.geo('aimd')).toBeGreaterThan(1.1 * group.geo('cold'));
    expect(group.geo('gradient2')).toBeGreaterThan(1.1 * group.geo('cold'));
  });
});

describe('slow and troubled servers, A to J', () => {
  let group: Group;
  beforeAll(() => {
    group = groupOf(STUDY_SCENARIOS);
  });

  test('costs at most 40 % over the best fixed pace in any, 25 % in the mean', () => {
    expect(group.worst('cold')).toBeLessThan(1.4);
    expect(group.worst('warm')).toBeLessThan(1.4);
    expect(group.geo('cold')).toBeLessThan(1.25);
    expect(group.geo('warm')).toBeLessThanOrEqual(group.geo('cold'));
  });

  test('few sends fail', () => {
    for (const { name, coldFailed } of group.scores)
      expect(coldFailed).toBeLessThan(name.startsWith('E') ? 0.15 : 0.02);
  });

  test('AIMD and Gradient2 lose more', () => {
    expect(group.geo('aimd')).toBeGreaterThan(group.geo('cold'));
    expect(group.geo('gradient2')).toBeGreaterThan(group.geo('cold'));
  });
});
