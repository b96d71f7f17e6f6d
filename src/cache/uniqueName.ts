/** 96 bits: no two processes give the same. */
export function uniqueName(random: () => number): string {
  return [random(), random()]
    .map((part) =>
      Math.floor(part * 2 ** 48)
        .toString(36)
        .padStart(10, '0'),
    )
    .join('');
}
