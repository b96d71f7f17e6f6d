/** How many batches run at once and how heavy each is: pure rules on what was sent and what landed; knows no clock and no source. */

import { coldConcurrency, HEAD, MOST_AT_FIRST, warmConcurrency } from './firstFlight.ts';
import { type Fit, fitOf, isOff, type PaceModel, type Prior, type Sample, serverMsOf, slowdown } from './model.ts';
import { type KnownOptions, type PaceOptions, withDefaults } from './options.ts';

/** Of a batch: `ignored` is an error of the data and teaches nothing; `tooMany` asks for fewer batches, `tooHeavy` for less weight. */
export type Outcome = 'success' | 'ignored' | 'timeout' | 'tooMany' | 'tooHeavy';

interface Flying {
  id: number;
  weight: number;
  sentMs: number;
  /** The running sum of batches * ms when it was sent. */
  loadMs: number;
  /** The cuts made until it was sent: a batch sent before the last cut says nothing about the pace after it. */
  generation: number;
  /** Of the concurrency when it was sent. */
  change: number;
}

export interface PaceState {
  options: KnownOptions;
  concurrency: number;
  fit: Fit & { error: number };
  prior: Prior;
  samples: readonly Sample[];
  flying: readonly Flying[];
  nowMs: number;
  loadMs: number;
  /** Number of cuts. */
  generation: number;
  /** How often the concurrency was decided on. */
  decisions: number;
  /** Number of changes of concurrency. */
  change: number;
  /** Batches that were sent since the last change and have landed. */
  landed: number;
  /** Whether the concurrency was used up since the last change. */
  isLimitReached: boolean;
  /** What a batch may take; falls with timeouts. */
  patienceMs: number;
  /** The most weight, and the most batches, that the server was found to bear; null until it refuses. */
  weightBudget: number | null;
  concurrencyBudget: number | null;
}

export interface Plan {
  /** How many batches may be in flight. */
  concurrency: number;
  /** About how heavy the next one should be. */
  batchWeight: number;
}

/** The part of a batch's cost that is not its work: 10 %, or 5 % where the job is long. */
const OVERHEAD = 0.1;
const OVERHEAD_OF_LONG = 0.05;
/** A job is long if this many rounds of batches remain: as many chances to adapt. */
const ROUNDS_OF_LONG = 12;
/** The most that one decision widens by, and narrows to. */
const GROWTH = 1.6;
const LEAST_STEP = 0.5;
/** Every fifth decision goes this far over the knee: at 1.2x a server that has recovered looks as before. */
const PROBE = 1.8;
const PROBE_EVERY = 5;
/** The heaviest batch of a round over an equal share. */
const UNEVEN = 1.25;
/** A batch is kept shorter than this, so that there is something to learn from. */
const LONGEST_MS = 8000;
const WINDOW = 200;
/** A job that was over sooner says nothing of how many more at once would have been faster. */
const DECISIONS_THAT_TELL = 3;
/** Of the flight that was planned, as an average over a batch's life. */
const FULL = 0.6;
/** Where batches of one weight differ by more than a factor of 1.7, a knee cannot be seen: without one, nothing speaks for more. Partners of hemibrain on 2 cores went to 64. */
const BLIND = 0.3;
/** What a knee has to show for itself: to be acted on, and to be only the next run's start. */
const EVIDENCE = 6;
const EVIDENCE_FOR_NEXT_RUN = 2;
/** In landed batches. Below 0.1 the guess was drowned by one flight of equal batches, and 2 cores were given 64 queries. */
const WORTH_OF_GUESS = 0.2;
const WORTH_OF_WARM = 0.5;
const UNHEARD = 0.001;
/** So many landings in a row that the fit misses: the server is another one now. */
const DRIFT_RUN = 10;

export function startPace(given: PaceOptions): PaceState {
  const options = withDefaults(given);
  const { guess, warm } = options;
  const fit = { ...(warm ?? { ...guess, knee: null }), error: 0 };
  const state: PaceState = {
    options,
    concurrency: 1,
    fit,
    prior: { aMs: fit.aMs, bMsPerUnit: fit.bMsPerUnit, worth: warm ? WORTH_OF_WARM : WORTH_OF_GUESS },
    samples: [],
    flying: [],
    nowMs: 0,
    loadMs: 0,
    generation: 0,
    decisions: 0,
    change: 0,
    landed: 0,
    isLimitReached: false,
    patienceMs: Math.min(LONGEST_MS, options.timeoutMs / 4),
    weightBudget: null,
    concurrencyBudget: null,
  };
  return {
    ...state,
    concurrency: clampConcurrency(state, warm ? warmConcurrency(options, warm) : coldConcurrency(options)),
  };
}

function clampConcurrency({ options, concurrencyBudget }: PaceState, concurrency: number): number {
  const { pinnedConcurrency, maxConcurrency } = options;
  // A pinned number, too, yields to what the server refused.
  return Math.max(
    1,
    Math.round(Math.min(pinnedConcurrency ?? Math.min(concurrency, maxConcurrency), concurrencyBudget ?? Infinity)),
  );
}

/** To be asked after each event. Send while fewer than `concurrency` are in flight. */
export function planOf(state: PaceState, waiting: { weight: number; heaviest: number }): Plan {
  const { options, concurrency, weightBudget, flying } = state;
  const batchWeight = options.pinnedBatchWeight ?? batchWeightOf(state, waiting.weight);
  if (weightBudget === null || options.pinnedBatchWeight !== undefined) return { concurrency, batchWeight };
  // A refused weight is not sent again: what exceeds the budget waits, or travels alone.
  const room = weightBudget - flying.reduce((total, batch) => total + batch.weight, 0);
  const next = Math.max(1, Math.min(batchWeight, weightBudget / concurrency));
  if (flying.length > 0 && Math.max(next, waiting.heaviest) > room)
    return { concurrency: flying.length, batchWeight: next };
  return { concurrency, batchWeight: next };
}

function batchWeightOf(state: PaceState, waitingWeight: number): number {
  const { options, concurrency, fit } = state;
  const { aMs, bMsPerUnit } = fit;
  // An equal share of what is not done yet for each slot: all land together at the end.
  const share = (waitingWeight + unfinishedWeight(state)) / concurrency;
  const weightAt = (overhead: number): number => ((aMs + options.rttMs) / bMsPerUnit) * (1 / overhead - 1);
  const worthwhile = Math.min(Math.max(share / ROUNDS_OF_LONG, weightAt(OVERHEAD)), weightAt(OVERHEAD_OF_LONG));
  // Before anything landed, even a single core has to make it in half the time limit.
  const isBlind = state.samples.length === 0 && fit.knee === null;
  const patienceMs = isBlind ? options.timeoutMs / 2 : state.patienceMs;
  const patient = (patienceMs / slowdown(isBlind ? 1 : fit.knee, concurrency) - aMs) / bMsPerUnit;
  // Beyond what has landed the fit is a guess: a batch may be twice as heavy as usual, not more.
  const landedWeight = state.samples.reduce((total, sample) => total + sample.weight, 0);
  const tried = landedWeight > 0 ? (2 * landedWeight) / state.samples.length : Infinity;
  const most = Math.max(1, Math.min(options.maxBatchWeight, patient, tried));
  // Whole rounds, since a last round of one batch takes as long as a full one.
  const rounds = Math.max(1, Math.round(share / Math.min(worthwhile, most)));
  // In a single round what is left must fit the slots that are free: one pack too many would cost a round trip.
  const free = Math.max(1, concurrency - state.flying.length);
  const even = rounds === 1 ? Math.min(Math.max(share, waitingWeight / free), UNEVEN * share) : share / rounds;
  const weight = Math.min(Math.max(even, aMs / bMsPerUnit), most);
  const isCrumbLeft = waitingWeight - weight < weight / 4;
  return Math.max(1, isCrumbLeft ? Math.min(waitingWeight, most) : weight);
}

/** Of what is in flight, the part that by the fit is still to be done. */
function unfinishedWeight({ flying, fit, options, nowMs }: PaceState): number {
  let unfinished = 0;
  for (const { weight, sentMs } of flying) {
    const expectedMs = options.rttMs + serverMsOf(fit, weight, flying.length);
    unfinished += weight * Math.max(0, 1 - (nowMs - sentMs) / expectedMs);
  }
  return unfinished;
}

function at(state: PaceState, nowMs: number): PaceState {
  return { ...state, nowMs, loadMs: state.loadMs + state.flying.length * (nowMs - state.nowMs) };
}

export function onSent(before: PaceState, batch: { id: number; weight: number; nowMs: number }): PaceState {
  const state = at(before, batch.nowMs);
  const { loadMs, generation, change } = state;
  const flying = [
    ...state.flying,
    { id: batch.id, weight: batch.weight, sentMs: batch.nowMs, loadMs, generation, change },
  ];
  return { ...state, flying, isLimitReached: state.isLimitReached || flying.length >= state.concurrency };
}

export function onLanded(
  before: PaceState,
  { id, nowMs, outcome }: { id: number; nowMs: number; outcome: Outcome },
): PaceState {
  const moved = at(before, nowMs);
  const batch = moved.flying.find((flown) => flown.id === id);
  if (!batch) throw new RangeError(`Expected a batch that is in flight, got ${id}.`);
  const state = { ...moved, flying: moved.flying.filter((flown) => flown !== batch) };
  if (outcome === 'ignored') return state;
  const latencyMs = nowMs - batch.sentMs;
  const sample: Sample = {
    weight: batch.weight,
    serverMs: Math.max(latencyMs - state.options.rttMs, 0.05 * latencyMs, 0.01),
    load: latencyMs > 0 ? (moved.loadMs - batch.loadMs) / latencyMs : moved.flying.length,
  };
  if (outcome === 'success') return steered({ ...state, samples: [...state.samples, sample].slice(-WINDOW) }, batch);
  return cut(state, batch, sample, outcome);
}

/** Decides again once enough of what was sent at the present concurrency has landed. */
function steered(state: PaceState, batch: Flying): PaceState {
  const landed = state.landed + (batch.change === state.change ? 1 : 0);
  if (landed < Math.max(4, 0.6 * state.concurrency)) return { ...state, landed };
  const { weightBudget, concurrencyBudget, concurrency } = state;
  const refit: PaceState = {
    ...refitted(state),
    landed: 0,
    decisions: state.decisions + 1,
    // A refusal may have been somebody else's load: budgets grow back slowly.
    weightBudget: weightBudget === null ? null : weightBudget * 1.03,
    concurrencyBudget: concurrencyBudget === null ? null : concurrencyBudget * 1.03,
  };
  const { knee, error } = refit.fit;
  const isProbe = refit.decisions % PROBE_EVERY === 0;
  const grown = Math.ceil(GROWTH * concurrency);
  const unmet = error > BLIND ? Math.max(concurrency, Math.min(grown, MOST_AT_FIRST)) : grown;
  const wanted = knee === null ? unmet : (isProbe ? PROBE : HEAD) * knee;
  // A concurrency that was not used up has not been tested: no reason to raise it.
  const most = state.isLimitReached ? grown : concurrency;
  return changed(refit, Math.min(Math.max(wanted, LEAST_STEP * concurrency), most));
}

function refitted(state: PaceState): PaceState {
  const { samples, prior } = state;
  const fit = fitOf(samples, prior, EVIDENCE);
  const latest = samples.slice(-DRIFT_RUN);
  if (samples.length < 2 * DRIFT_RUN || !isOff(fit, latest)) return { ...state, fit };
  // No one model explains old and new: the server has changed, the queries have not. Their cost is kept, the knee is found anew.
  const { aMs, bMsPerUnit, knee } = state.fit;
  const kept = knee === null ? prior : { aMs, bMsPerUnit, worth: WORTH_OF_WARM };
  return { ...state, samples: latest, prior: kept, fit: fitOf(latest, kept, EVIDENCE) };
}

function changed(state: PaceState, wanted: number): PaceState {
  const concurrency = clampConcurrency(state, wanted);
  if (concurrency === state.concurrency) return state;
  return { ...state, concurrency, change: state.change + 1, landed: 0, isLimitReached: false };
}

/** At most one cut for all that was in flight together: later failures of that flight are the same news. */
function cut(
  state: PaceState,
  batch: Flying,
  sample: Sample,
  outcome: Exclude<Outcome, 'success' | 'ignored'>,
): PaceState {
  if (batch.generation < state.generation) return state;
  const next = { ...state, generation: state.generation + 1, landed: 0 };
  if (outcome === 'tooHeavy') {
    const refused = state.flying.reduce((total, flown) => total + flown.weight, batch.weight);
    return { ...next, weightBudget: 0.75 * Math.min(refused, state.weightBudget ?? refused) };
  }
  const concurrency = Math.floor(0.7 * state.concurrency);
  if (outcome === 'tooMany') return changed({ ...next, concurrencyBudget: Math.max(1, concurrency) }, concurrency);
  // It would have taken at least this long, which is news if less was expected.
  const isNews = serverMsOf(state.fit, sample.weight, sample.load) < sample.serverMs;
  const samples = isNews ? [...state.samples, sample].slice(-WINDOW) : state.samples;
  const fit = isNews ? fitOf(samples, state.prior, EVIDENCE) : state.fit;
  return changed({ ...next, samples, fit, patienceMs: Math.max(1000, 0.7 * state.patienceMs) }, concurrency);
}

/**
 * For the next run; null if nothing was measured that tells. A knee that was not met is taken to lie a step of growth
 * ahead. One that only the prior speaks for is believed to half way at most, or a wrong guess would narrow each run more.
 */
export function modelOf({ samples, prior, decisions, concurrency, options }: PaceState): PaceModel | null {
  const { warm, pinnedConcurrency } = options;
  if (samples.length === 0 || pinnedConcurrency !== undefined) return null;
  const { aMs, bMsPerUnit, knee, error } = fitOf(samples, prior, EVIDENCE_FOR_NEXT_RUN);
  const highest = Math.max(...samples.map((sample) => sample.load));
  if (knee === null) {
    // A few types of a large dataset do not fill the flight: they say nothing of how wide it may be.
    if (decisions === 0 && highest < FULL * concurrency) return warm && { aMs, bMsPerUnit, knee: warm.knee };
    const isTold = decisions >= DECISIONS_THAT_TELL && error <= BLIND;
    const next = Math.min(GROWTH * highest, isTold ? Infinity : MOST_AT_FIRST) / HEAD;
    return { aMs, bMsPerUnit, knee: Math.max(next, isTold ? 0 : (warm?.knee ?? 0)) };
  }
  const isSeen = fitOf(samples, { ...prior, worth: UNHEARD }, EVIDENCE).knee !== null;
  return { aMs, bMsPerUnit, knee: isSeen ? knee : Math.max(knee, highest / 2) };
}
