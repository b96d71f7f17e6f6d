/** What a batch costs, as measured: fits latency ~ rtt + (a + b * weight) * max(1, load / knee) to batches that landed. */

export interface PaceModel {
  /** What any batch costs the server, however small, without the round trip. */
  aMs: number;
  bMsPerUnit: number;
  /** How many batches the server answers at once without slowing down. */
  knee: number;
}

/** As the model, but the knee may not have been met yet. */
export interface Fit {
  aMs: number;
  bMsPerUnit: number;
  knee: number | null;
}

/** What is believed before anything landed; gives way to what lands. */
export interface Prior {
  aMs: number;
  bMsPerUnit: number;
  /** How many landed batches it is worth. */
  worth: number;
}

export interface Sample {
  weight: number;
  /** The time on the server: the latency without the round trip. */
  serverMs: number;
  /** How many batches were in flight, as an average over the life of this one. */
  load: number;
}

/** Old samples fade: 200 landings ago counts 5 %. A window of 60 was too short when latencies scatter (1.60x the best fixed pace, against 1.35x). */
const FADE = 0.985;
const KNEE_STEP = 1.15;
/** Of a typical batch's cost, each of a and b makes up at least this part: weights that hardly differ can tell neither. */
const LEAST_PART = 0.1;
/** Below 10 % of scatter, a better fit means nothing. */
const SCATTER_FLOOR = 0.01;
/** By a factor of 1.6 on average. */
const OFF = 0.5;

export function slowdown(knee: number | null, load: number): number {
  return knee === null ? 1 : Math.max(1, load / knee);
}

export function serverMsOf(fit: Fit, weight: number, load: number): number {
  return (fit.aMs + fit.bMsPerUnit * weight) * slowdown(fit.knee, load);
}

/**
 * Tries each knee of a geometric grid. With one batch size and one load in the samples, slow queries and few
 * cores look the same: there the prior decides.
 * `error` is the mean square of the logarithms by which samples miss it.
 * @param samples oldest first, at least one
 * @param evidenceNeeded a knee is one more free parameter: so much better must it explain the samples (samples * log error, as in the BIC)
 */
export function fitOf(samples: readonly Sample[], prior: Prior, evidenceNeeded: number): Fit & { error: number } {
  const unlimited = fitAt(null, samples, prior);
  let best = unlimited;
  const highest = Math.max(...samples.map((sample) => sample.load));
  for (let knee = 1; knee < highest; knee *= KNEE_STEP) {
    const candidate = fitAt(knee, samples, prior);
    if (candidate.error < best.error) best = candidate;
  }
  const evidence = unlimited.worth * Math.log(unlimited.error / best.error);
  const { fit, error } = evidence > evidenceNeeded ? best : unlimited;
  return { ...fit, error };
}

/** Whether all miss the fit to the same side, and by much. */
export function isOff(fit: Fit, samples: readonly Sample[]): boolean {
  const residuals = samples.map(({ weight, serverMs, load }) => Math.log(serverMs / serverMsOf(fit, weight, load)));
  const mean = residuals.reduce((total, residual) => total + residual, 0) / residuals.length;
  return Math.abs(mean) > OFF && residuals.every((residual) => Math.sign(residual) === Math.sign(mean));
}

interface Point {
  weight: number;
  costMs: number;
  worth: number;
}

function fitAt(
  knee: number | null,
  samples: readonly Sample[],
  prior: Prior,
): { fit: Fit; error: number; worth: number } {
  const points: Point[] = samples.map(({ weight, serverMs, load }, i) => ({
    weight,
    costMs: serverMs / slowdown(knee, load),
    worth: FADE ** (samples.length - 1 - i),
  }));
  const typical = samples.reduce((total, sample) => total + sample.weight, 0) / samples.length;
  for (const weight of [0, typical])
    points.push({ weight, costMs: prior.aMs + prior.bMsPerUnit * weight, worth: prior.worth / 2 });

  let line = { aMs: prior.aMs, bMsPerUnit: prior.bMsPerUnit };
  // Errors are relative, so a point counts by one over its expected cost; that needs the line, hence the rounds.
  for (let round = 0; round < 3; round++) line = weightedLine(points, round === 0 ? null : line);

  let squares = 0;
  let worth = 0;
  for (const point of points) {
    squares += point.worth * Math.log(point.costMs / (line.aMs + line.bMsPerUnit * point.weight)) ** 2;
    worth += point.worth;
  }
  return { fit: { ...line, knee }, error: squares / worth + SCATTER_FLOOR, worth };
}

/** Least squares of relative errors. */
function weightedLine(
  points: readonly Point[],
  line: { aMs: number; bMsPerUnit: number } | null,
): { aMs: number; bMsPerUnit: number } {
  let s = 0;
  let sw = 0;
  let sww = 0;
  let sy = 0;
  let swy = 0;
  for (const { weight, costMs, worth } of points) {
    const c = worth / (line ? line.aMs + line.bMsPerUnit * weight : costMs) ** 2;
    s += c;
    sw += c * weight;
    sww += c * weight * weight;
    sy += c * costMs;
    swy += c * weight * costMs;
  }
  const meanMs = sy / s;
  const meanWeight = sw / s;
  const spread = sww - sw * meanWeight;
  const slope = spread > 0 ? (swy - sw * meanMs) / spread : 0;
  const most = meanMs / meanWeight;
  const bMsPerUnit = Math.min(Math.max(slope, LEAST_PART * most), (1 - LEAST_PART) * most);
  return { aMs: meanMs - bMsPerUnit * meanWeight, bMsPerUnit };
}
