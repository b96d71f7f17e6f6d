/** Asks some types again, each alone and in every way there is, and requires the answers that the batches gave. */
import { DecodeError, QueryError } from '../errors.ts';
import { requireEqual, runBatch } from './batch.ts';
import type { TunedLookup, TunedParts } from './tunedLoader.ts';

/** In flight at once: single questions are light, and mostly round trip. */
const AT_ONCE = 4;

/**
 * @param values what the batches gave; failed types are passed over
 * @param count so many types, chosen at random
 * @throws DecodeError that shows both answers, if any two differ
 */
export async function verifySample<Row extends { type: string }, Value>(
  lookup: TunedLookup<Row, Value>,
  values: ReadonlyMap<string, Value | Error>,
  cells: ReadonlyMap<string, number>,
  count: number,
  { source, clock, run, settings, signal }: TunedParts,
): Promise<void> {
  const types = sampled(
    [...values.keys()].filter((type) => !(values.get(type) instanceof Error)),
    count,
    clock.random,
  );
  const verify = async (type: string): Promise<void> => {
    for (const way of Object.keys(lookup.guesses)) {
      const alone = await source.retries.run(
        () =>
          runBatch(lookup, [type], {
            signal,
            timeoutMs: settings.timeoutMs,
            way,
            cellsOf: () => cells.get(type) ?? null,
          }),
        { signal },
      );
      run.answered(`${lookup.name}, one type`, alone.answer);
      const known = new Map([[type, values.get(type) as Value]]);
      requireEqual(lookup.name, known, alone.values, ['in a batch', `alone, by the ${way}`]);
    }
  };
  try {
    await run.phase('verify', async () => {
      let verified = 0;
      const next = types.values();
      const worker = async (): Promise<void> => {
        for (const type of next) {
          await verify(type);
          run.progress(++verified, types.length, 'types');
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    });
  } catch (error) {
    if (error instanceof QueryError && error.failure === 'question') {
      throw new DecodeError(`--verify: ${error.message}`, { cause: error });
    }
    throw error;
  }
  run.report.verifiedTypes = types.length;
}

/** So many items, chosen at random. */
export function sampled<T>(items: readonly T[], count: number, random: () => number): T[] {
  const drawn = [...items];
  const length = Math.min(count, drawn.length);
  for (let i = 0; i < length; i++) {
    const from = i + Math.floor(random() * (drawn.length - i));
    [drawn[i], drawn[from]] = [drawn[from] as T, drawn[i] as T];
  }
  return drawn.slice(0, length);
}
