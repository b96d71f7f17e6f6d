/** Events of a run -> what its user sees on stderr: a bar, plain lines, JSON lines or nothing. */
import { type Options, SingleBar } from 'cli-progress';
import type { Clock } from './clock.ts';
import type { RunEvent } from './report.ts';
import { jsonLine, printable } from './summary.ts';
import { thousands } from './text.ts';

export interface Progress {
  show(event: RunEvent): void;
  /** Leaves the terminal as it was found; to be called on every way out. */
  stop(): void;
}

export type ProgressMode = 'bar' | 'lines' | 'json' | 'silent';

export interface ProgressOptions {
  mode: ProgressMode;
  /** stderr for people, stdout for JSON. */
  stream: NodeJS.WriteStream;
  now: Clock['now'];
}

const CLEAR_LINE = '\r\x1b[K';

/** Plain lines come no more often than this, so that a log of a long run stays short. */
const LINE_EVERY_MS = 10_000;

export function createProgress({ mode, stream, now }: ProgressOptions): Progress {
  if (mode === 'silent') return { show: () => undefined, stop: () => undefined };
  if (mode === 'json') {
    return { show: (event) => stream.write(jsonLine(event)), stop: () => undefined };
  }
  return mode === 'bar' ? createBar(stream, now) : createLines(stream, now);
}

function createLines(stream: NodeJS.WriteStream, now: Clock['now']): Progress {
  let lastMs = now();
  return {
    show(event) {
      if (event.event === 'note') stream.write(`note: ${printable(event.text)}\n`);
      if (event.event === 'phase') stream.write(`${event.phase} …\n`);
      if (event.event !== 'progress' || now() - lastMs < LINE_EVERY_MS) return;
      lastMs = now();
      stream.write(`${event.phase}: ${thousands(event.done)} of ${thousands(event.total)} ${event.unit}\n`);
    },
    stop: () => undefined,
  };
}

function createBar(stream: NodeJS.WriteStream, now: Clock['now']): Progress {
  const options: Options = {
    stream,
    format: '{phase} {bar} {done} of {all} {unit}{eta_text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    fps: 8,
  };
  let bar: SingleBar | null = null;
  let hasLine = false;
  let startedMs = 0;
  const stop = (): void => {
    bar?.stop();
    bar = null;
    if (hasLine) stream.write(CLEAR_LINE);
    hasLine = false;
  };
  return {
    show(event) {
      if (event.event === 'note') {
        stop();
        stream.write(`note: ${printable(event.text)}\n`);
      }
      if (event.event === 'phase') {
        stop();
        startedMs = now();
        // Until there is a count to draw a bar of, and for phases that never have one.
        stream.write(`${event.phase} …`);
        hasLine = true;
      }
      if (event.event !== 'progress') return;
      const payload = {
        phase: event.phase,
        done: thousands(event.done),
        all: thousands(event.total),
        unit: event.unit,
        eta_text: etaText(event.done / event.total, now() - startedMs),
      };
      if (bar) bar.update(event.done, payload);
      else {
        stop();
        bar = new SingleBar(options);
        bar.start(event.total, event.done, payload);
      }
    },
    stop,
  };
}

/** cli-progress reckons from its last ten updates, which says nothing where batches land in bursts: this takes all. */
function etaText(fraction: number, elapsedMs: number): string {
  if (fraction < 0.05 || fraction >= 1) return '';
  return `, ${Math.ceil((elapsedMs * (1 - fraction)) / fraction / 1000)} s left`;
}
