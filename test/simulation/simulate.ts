/** A database server and its client in virtual time: runs a job of weighted types under a pace and tells how long it took. */
import type { Outcome, Plan } from '../../src/pace/controller.ts';
import { mulberry32, normal } from './random.ts';

export interface World {
  aMs: number;
  bMsPerUnit: number;
  rttMs: number;
  /** Cores from a time on, in order of time; the first from 0. */
  cores: readonly { fromMs: number; cores: number }[];
  /** Work lost to each query beyond the cores: throughput falls by 1 + thrash * (n - K) / K. */
  thrash: number;
  /** Sigma of the lognormal factor on a query's cost. */
  noise: number;
  timeoutMs: number;
  /** Queries beyond the cores wait their turn; otherwise all share the cores. */
  isFifo?: boolean;
  /** What a type costs as a multiple of what it weighs. */
  costOf?: (weight: number) => number;
  /** What the client needs for each unit, one batch at a time. */
  decodeMsPerUnit?: number;
  /** The server refuses what would take its load above these. */
  weightLimit?: number;
  countLimit?: number;
  /** All answers fail at once in this time. */
  down?: { fromMs: number; untilMs: number };
}

export interface Job {
  /** Heaviest first. */
  weights: readonly number[];
  seed: number;
  /** To take for endless what takes longer. */
  giveUpMs?: number;
}

/** What decides: asked after each event, told of each event. */
export interface Pace {
  plan(waiting: { weight: number; heaviest: number }): Plan;
  sent(batch: { id: number; weight: number; nowMs: number }): void;
  landed(batch: { id: number; nowMs: number; outcome: Outcome }): void;
}

export interface Run {
  makespanMs: number;
  sends: number;
  failed: number;
  trace: { nowMs: number; concurrency: number; batchWeight: number; inFlight: number; inFlightWeight: number }[];
}

interface Batch {
  id: number;
  weights: number[];
  weight: number;
  leftMs: number;
  deadlineMs: number;
  /** When it reaches the server; when it reaches the client; when it is decoded. */
  atMs: number;
  outcome: Outcome;
}

const MOST_SENDS = 6000;
/** A refusal, and the wait before asking again. */
const REFUSAL_MS = 200;

export function simulate(world: World, job: Job, pace: Pace): Run {
  const random = mulberry32(job.seed);
  const giveUpMs = job.giveUpMs ?? Infinity;
  const waiting = createWaiting(job.weights);
  const travelling: Batch[] = [];
  let serving: Batch[] = [];
  const returning: Batch[] = [];
  const run: Run = { makespanMs: 0, sends: 0, failed: 0, trace: [] };
  let nowMs = 0;
  let decoderFreeMs = 0;
  let inFlight = 0;
  let inFlightWeight = 0;

  const coresNow = (): number => world.cores.findLast((step) => step.fromMs <= nowMs)?.cores ?? 1;

  /** How many are being worked on, and how fast each. */
  const speed = (): { active: number; rate: number } => {
    const n = serving.length;
    const cores = coresNow();
    const lost = 1 + (world.thrash * Math.max(0, n - cores)) / cores;
    const active = world.isFifo ? Math.min(n, Math.ceil(cores)) : n;
    return { active, rate: Math.min(1, cores / Math.max(1, active)) / lost };
  };

  const send = (): void => {
    while (waiting.count() > 0 && run.sends < MOST_SENDS) {
      const { concurrency, batchWeight } = pace.plan({
        weight: waiting.weight(),
        heaviest: waiting.heaviest(),
      });
      if (inFlight >= concurrency) return;
      const weights = waiting.take(batchWeight);
      const weight = weights.reduce((a, b) => a + b, 0);
      const id = run.sends++;
      const work = world.costOf
        ? weights.reduce((sum, own) => sum + own * (world.costOf as (weight: number) => number)(own), 0)
        : weight;
      const costMs = (world.aMs + world.bMsPerUnit * work) * Math.exp(world.noise * normal(random));
      const atMs = nowMs + world.rttMs / 2;
      travelling.push({
        id,
        weights,
        weight,
        leftMs: costMs,
        deadlineMs: nowMs + world.timeoutMs,
        atMs,
        outcome: 'success',
      });
      inFlight++;
      inFlightWeight += weight;
      pace.sent({ id, weight, nowMs });
      run.trace.push({ nowMs, concurrency, batchWeight, inFlight, inFlightWeight });
    }
  };

  const reply = (batch: Batch, outcome: Outcome): void => {
    batch.outcome = outcome;
    const receivedMs = nowMs + (outcome === 'timeout' ? 0 : world.rttMs / 2);
    batch.atMs = receivedMs;
    if (outcome === 'success' && world.decodeMsPerUnit) {
      decoderFreeMs = Math.max(decoderFreeMs, receivedMs) + world.decodeMsPerUnit * batch.weight;
      batch.atMs = decoderFreeMs;
    } else if (outcome !== 'success' && outcome !== 'timeout') batch.atMs += REFUSAL_MS;
    returning.push(batch);
  };

  const arrive = (batch: Batch): void => {
    const { down, weightLimit = Infinity, countLimit = Infinity } = world;
    const load = serving.reduce((total, other) => total + other.weight, 0);
    if (down && nowMs >= down.fromMs && nowMs < down.untilMs) reply(batch, 'ignored');
    else if (serving.length > 0 && load + batch.weight > weightLimit) reply(batch, 'tooHeavy');
    else if (serving.length >= countLimit) reply(batch, 'tooMany');
    else serving.push(batch);
  };

  send();
  while (inFlight > 0 && nowMs < giveUpMs) {
    const { active, rate } = speed();
    let nextMs = world.cores.find((step) => step.fromMs > nowMs)?.fromMs ?? Infinity;
    for (const batch of travelling) nextMs = Math.min(nextMs, batch.atMs);
    for (const batch of returning) nextMs = Math.min(nextMs, batch.atMs);
    serving.forEach((batch, i) => {
      nextMs = Math.min(nextMs, batch.deadlineMs, i < active ? nowMs + batch.leftMs / rate : Infinity);
    });
    for (let i = 0; i < active; i++) (serving[i] as Batch).leftMs -= (nextMs - nowMs) * rate;
    nowMs = nextMs;

    const served = serving.filter((batch) => batch.leftMs < 1e-6 || batch.deadlineMs <= nowMs);
    serving = serving.filter((batch) => !served.includes(batch));
    for (const batch of served) reply(batch, batch.leftMs < 1e-6 ? 'success' : 'timeout');
    for (const batch of takeDue(travelling, nowMs)) arrive(batch);
    for (const batch of takeDue(returning, nowMs)) {
      inFlight--;
      inFlightWeight -= batch.weight;
      if (batch.outcome !== 'success') {
        run.failed++;
        waiting.giveBack(batch.weights);
      }
      pace.landed({ id: batch.id, nowMs, outcome: batch.outcome });
      send();
    }
  }
  run.makespanMs = waiting.count() > 0 || inFlight > 0 ? Infinity : nowMs;
  return run;
}

function takeDue(batches: Batch[], nowMs: number): Batch[] {
  const due = batches.filter((batch) => batch.atMs <= nowMs);
  for (const batch of due) batches.splice(batches.indexOf(batch), 1);
  return due.sort((a, b) => a.id - b.id);
}

interface Waiting {
  count(): number;
  weight(): number;
  heaviest(): number;
  /** The heaviest that fit, filled up with the lightest; always at least one. */
  take(batchWeight: number): number[];
  giveBack(weights: readonly number[]): void;
}

function createWaiting(heaviestFirst: readonly number[]): Waiting {
  const queue = [...heaviestFirst];
  let head = 0;
  let total = queue.reduce((a, b) => a + b, 0);
  return {
    count: () => queue.length - head,
    weight: () => total,
    heaviest: () => queue[head] ?? 0,
    take(batchWeight) {
      const taken = [queue[head++] as number];
      let room = batchWeight - (taken[0] as number);
      while (head < queue.length && (queue[head] as number) <= room) {
        const next = queue[head++] as number;
        taken.push(next);
        room -= next;
      }
      while (head < queue.length && (queue.at(-1) as number) <= room) {
        const next = queue.pop() as number;
        taken.push(next);
        room -= next;
      }
      total -= taken.reduce((a, b) => a + b, 0);
      return taken;
    },
    giveBack(weights) {
      for (const weight of weights) {
        let low = head;
        for (let high = queue.length; low < high; ) {
          const middle = (low + high) >> 1;
          if ((queue[middle] as number) >= weight) low = middle + 1;
          else high = middle;
        }
        queue.splice(low, 0, weight);
      }
      total += weights.reduce((a, b) => a + b, 0);
    },
  };
}
