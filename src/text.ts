/** How numbers and dates are written, on the pages and in what a run says. */

/** 5620 -> 5,620. */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** 1 cell, 12 cells. */
export function counted(number: number, noun: string): string {
  return `${thousands(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** The share of a part in percent, 0 to 100. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole;
}

/** A number must not part from its sign at the end of a line. */
const NO_BREAK = '\u00a0';

/** 45.3 %; what is there but small is never written as zero. */
export function percent(part: number, whole: number): string {
  const share = percentOf(part, whole);
  if (share === 0) return `0${NO_BREAK}%`;
  if (share < 0.05) return `<${NO_BREAK}0.1${NO_BREAK}%`;
  return `${share.toFixed(1)}${NO_BREAK}%`;
}

/** The day of an ISO-like time; anything else as it stands. */
export function day(time: string): string {
  return /^\d{4}-\d{2}-\d{2}/.exec(time)?.[0] ?? time;
}
