import { describe, expect, test } from 'vitest';
import { fitOf, type Sample, serverMsOf } from '../../src/pace/model.ts';

const truth = { aMs: 200, bMsPerUnit: 10, knee: 6 };
const vague = { aMs: 80, bMsPerUnit: 30, worth: 0.2 };

function samplesOf(loads: readonly number[], weights: readonly number[]): Sample[] {
  return loads.flatMap((load) =>
    weights.map((weight) => ({ weight, load, serverMs: serverMsOf(truth, weight, load) })),
  );
}

describe('the fit', () => {
  test('finds both costs and the knee from unlike weights and loads, whatever the guess was', () => {
    const fit = fitOf(samplesOf([2, 4, 8, 16], [10, 40, 160]), vague, 6);
    expect(fit.bMsPerUnit).toBeGreaterThan(9);
    expect(fit.bMsPerUnit).toBeLessThan(11.5);
    expect(fit.aMs).toBeGreaterThan(150);
    expect(fit.aMs).toBeLessThan(250);
    expect(fit.knee).toBeGreaterThan(5);
    expect(fit.knee).toBeLessThan(7);
  });

  test('claims no knee where nothing slowed down', () => {
    expect(fitOf(samplesOf([2, 3, 4, 5], [10, 40, 160]), vague, 6).knee).toBeNull();
  });

  test('takes equal batches at one load for what the prior says: slow queries or few cores', () => {
    const alike = samplesOf(
      Array.from({ length: 12 }, () => 24),
      [40],
    );
    expect(fitOf(alike, { aMs: 200, bMsPerUnit: 10, worth: 0.2 }, 6).knee).not.toBeNull();
    expect(fitOf(alike, { aMs: 800, bMsPerUnit: 40, worth: 0.2 }, 6).knee).toBeNull();
  });
});
