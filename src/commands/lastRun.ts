/** What the last run had of the cache, as it is kept there for `neurodex cache stats`. */
import { z } from 'zod';

const lastRun = z.object({
  command: z.string(),
  /** When it ended: ISO 8601, UTC. */
  at: z.string(),
  stats: z.object({
    l1: z.object({ hits: z.number(), misses: z.number() }),
    l2: z.object({ hits: z.number(), misses: z.number(), faults: z.number() }),
  }),
});

export type LastRun = z.infer<typeof lastRun>;

/** @param kept what some run stored, if any did */
export function lastRunOf(kept: unknown): LastRun | null {
  return lastRun.safeParse(kept).data ?? null;
}
