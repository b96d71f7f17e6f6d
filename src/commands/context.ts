/** What cli.ts hands to every command: the outside world, so that commands touch none of it themselves. */
import type { Clock } from '../clock.ts';
import type { RunEvent } from '../report.ts';

export interface Context {
  signal: AbortSignal;
  clock: Clock;
  /** In ms since 1970: for ages of what is kept. */
  wallMs(): number;
  /** The time to be written into outputs (ISO 8601, UTC, to the second); fixed where SOURCE_DATE_EPOCH is set. */
  today: { iso: string; isFixed: boolean };
  /** Distinguishes this process's partial files from another's. */
  token: string;
  peakRssBytes(): number;
  onEvent(event: RunEvent): void;
}
