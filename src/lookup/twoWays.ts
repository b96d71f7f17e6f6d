/** A lookup that can be asked in two ways: asks some batches both ways at once, requires equal answers, and goes on by the faster way. */
import type { Clock } from '../clock.ts';
import {
  type ChoiceOptions,
  type ChoiceState,
  comparisonOf,
  isHolding,
  onChosen,
  onCompared,
  onNotCompared,
  onOtherFailed,
  otherWay,
  startChoice,
} from '../pace/choice.ts';
import type { Outcome } from '../pace/controller.ts';
import { type BatchResult, requireEqual } from './batch.ts';

export interface TwoWaysOptions extends ChoiceOptions<string> {
  clock: Clock;
  /** Told when the other way became the current one. */
  onSwitch?: (way: string, left: string) => void;
  /** Told when the other way failed; the current one goes on alone. */
  onLost?: (way: string, error: unknown) => void;
}

export interface TwoWays {
  readonly state: Readonly<ChoiceState<string>>;
  /** Whether nothing is to be sent for the time being. */
  isHolding(inFlight: number): boolean;
  /** The weight of the next batch, and whether it is to be asked both ways, when the pace would have it so heavy. */
  plan(batchWeight: number): { weight: number; isCompared: boolean };
  sent(batch: { weight: number; isCompared: boolean }): void;
  /**
   * The answer by the current way.
   * @throws QueryError if the other way gives another answer; what the current way throws
   */
  askBoth<Value>(name: string, ask: (way: string) => Promise<Asked<Value>>): Promise<BatchResult<Value>>;
}

export interface Asked<Value> {
  result: BatchResult<Value>;
  /** What went wrong before it succeeded; null: the time it took is that of the question. */
  trouble: Outcome | null;
}

export function createTwoWays(options: TwoWaysOptions): TwoWays {
  const { clock, rttMs, onSwitch, onLost } = options;
  let state = startChoice(options);

  const timed = async <Value>(
    ask: (way: string) => Promise<Asked<Value>>,
    way: string,
  ): Promise<Asked<Value> & { netMs: number }> => {
    const startedMs = clock.now();
    const asked = await ask(way);
    const tookMs = clock.now() - startedMs;
    return { ...asked, netMs: Math.max(tookMs - rttMs, 0.05 * tookMs) };
  };

  return {
    get state() {
      return state;
    },
    isHolding: (inFlight) => isHolding(state, inFlight),
    plan(batchWeight) {
      const sampleWeight = comparisonOf(state);
      if (sampleWeight !== null) return { weight: sampleWeight, isCompared: true };
      return { weight: batchWeight, isCompared: false };
    },
    sent(batch) {
      state = onChosen(state, batch);
    },
    async askBoth(name, ask) {
      const [way, other] = [state.current, otherWay(state)];
      const [answer, comparison] = await Promise.allSettled([timed(ask, way), timed(ask, other)]);
      if (answer.status === 'rejected') {
        state = onNotCompared(state);
        throw answer.reason;
      }
      const { result, netMs, trouble } = answer.value;
      if (comparison.status === 'rejected') {
        state = onOtherFailed(state);
        onLost?.(other, comparison.reason);
        return result;
      }
      state = onNotCompared(state);
      requireEqual(name, result.values, comparison.value.result.values, [way, other]);
      if (trouble !== null || comparison.value.trouble !== null) return result;
      state = onCompared(state, { [way]: netMs, [other]: comparison.value.netMs });
      if (state.current !== way) onSwitch?.(state.current, way);
      return result;
    },
  };
}
