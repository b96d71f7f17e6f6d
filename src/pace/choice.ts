/**
 * Which of two ways to ask is faster: pure rules on batches that were asked both ways at once. Side by side, with
 * no other batch in flight, both have the same link, the same server and the same types.
 */

export interface ChoiceOptions<Way extends string> {
  /** The first is the guess where nothing is known: the one that costs least where it is wrong. */
  ways: readonly [Way, Way];
  /** What an earlier run found. */
  remembered?: Way | null;
  totalWeight: number;
  rttMs: number;
  /** About how long the server works on all of it. */
  workMs: number;
}

export interface ChoiceState<Way extends string> {
  ways: readonly [Way, Way];
  current: Way;
  /** Whether anything but a guess speaks for it. */
  isFounded: boolean;
  totalWeight: number;
  /** Whether a comparison has the source to itself; if not, it tells whether the answers are equal and nothing else. */
  isAlone: boolean;
  /** Weight that was sent off so far, and at which the ways are compared next. */
  sentWeight: number;
  nextAtWeight: number;
  isComparing: boolean;
}

/** Of the whole job: enough to tell the ways apart (450 of 22,704 cells), and 70 ms of a 50 Mbit/s link at 1 kB a cell. */
const SAMPLE_SHARE = 0.02;
const LEAST_SAMPLE = 300;
const MOST_SAMPLE = 2_000;
/** What is left by then, in samples: a comparison may make it longer by a tenth. */
const LEAST_REST = 10;
/** After so many cells the ways are compared again: they drain the flight for it, some 0.2 s of 5 s. */
const AGAIN_AFTER = 400_000;
/** To wait for a comparison costs a round trip: it pays where that is little beside the work. */
const WAIT_SHARE = 0.25;
/** So much faster must the other way be: a guess gives way more easily than what was measured. */
const FASTER_THAN_GUESS = 1.1;
const FASTER_THAN_FOUND = 1.3;

export function startChoice<Way extends string>({
  ways,
  remembered = null,
  totalWeight,
  rttMs,
  workMs,
}: ChoiceOptions<Way>): ChoiceState<Way> {
  return {
    ways,
    current: remembered ?? ways[0],
    isFounded: remembered !== null,
    totalWeight,
    isAlone: rttMs < WAIT_SHARE * workMs,
    sentWeight: 0,
    nextAtWeight: remembered === null ? 0 : AGAIN_AFTER,
    isComparing: false,
  };
}

/** The weight of the next batch if it is to be asked both ways, else null. */
export function comparisonOf<Way extends string>({
  sentWeight,
  nextAtWeight,
  totalWeight,
  isComparing,
}: ChoiceState<Way>): number | null {
  const sample = Math.min(Math.max(SAMPLE_SHARE * totalWeight, LEAST_SAMPLE), MOST_SAMPLE);
  const isWorthwhile = totalWeight - sentWeight >= LEAST_REST * sample;
  return isWorthwhile && !isComparing && sentWeight >= nextAtWeight ? sample : null;
}

/** Whether nothing may be sent: a comparison is due or under way that is to have the source to itself. */
export function isHolding<Way extends string>(state: ChoiceState<Way>, inFlight: number): boolean {
  return state.isAlone && inFlight > 0 && (state.isComparing || comparisonOf(state) !== null);
}

export function otherWay<Way extends string>({ ways, current }: ChoiceState<Way>): Way {
  return current === ways[0] ? ways[1] : ways[0];
}

export function onChosen<Way extends string>(
  state: ChoiceState<Way>,
  { weight, isCompared }: { weight: number; isCompared: boolean },
): ChoiceState<Way> {
  const sentWeight = state.sentWeight + weight;
  if (!isCompared) return { ...state, sentWeight };
  return { ...state, sentWeight, nextAtWeight: sentWeight + AGAIN_AFTER, isComparing: true };
}

/** @param tookMs of a batch that was sent both ways at once and gave the same, without the round trip */
export function onCompared<Way extends string>(
  state: ChoiceState<Way>,
  tookMs: Readonly<Record<Way, number>>,
): ChoiceState<Way> {
  const compared = { ...state, isComparing: false };
  // Beside others in flight, the way that strains what they leave idle looks faster than it is: on a link of
  // 50 Mbit/s the rows of few cells overtake a server that is busy adding up, those of all take seven times as long.
  if (!state.isAlone) return compared;
  const other = otherWay(state);
  const needed = state.isFounded ? FASTER_THAN_FOUND : FASTER_THAN_GUESS;
  const isFaster = needed * tookMs[other] < tookMs[state.current];
  return { ...compared, current: isFaster ? other : state.current, isFounded: true };
}

/** The batch failed by the current way, whatever the other gave: nothing was learnt. */
export function onNotCompared<Way extends string>(state: ChoiceState<Way>): ChoiceState<Way> {
  return { ...state, isComparing: false };
}

/** The other way failed where the current one did not: it is not tried again. */
export function onOtherFailed<Way extends string>(state: ChoiceState<Way>): ChoiceState<Way> {
  return { ...state, isComparing: false, nextAtWeight: Infinity };
}
