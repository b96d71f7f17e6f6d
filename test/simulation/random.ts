/** Seeded randomness for the simulations. */

export type Random = () => number;

export function mulberry32(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Whole weights of at least 1 that add up to about `total`, heaviest first. */
export function lognormalWeights(count: number, total: number, sigma: number, seed: number): number[] {
  const random = mulberry32(seed);
  const raw = Array.from({ length: count }, () => Math.exp(sigma * normal(random)));
  const scale = total / raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => Math.max(1, Math.round(weight * scale))).sort((a, b) => b - a);
}
