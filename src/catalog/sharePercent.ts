/** The share of a part in percent, rounded half up to 2 decimals, from integers. */
export function sharePercent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((part * 20_000 + whole) / (2 * whole)) / 100;
}
