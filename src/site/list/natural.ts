/** Natural order of names: LC4 before LC10, upper and lower case together, ties by code point. */

/** A text whose plain order is the natural order of the names; a run of digits is preceded by its length. */
export function naturalKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (run) => {
    const digits = run.replace(/^0+(?=\d)/, '');
    return `0${String.fromCharCode(digits.length)}${digits}`;
  });
}

/** The positions 0 … n - 1 of the names, ordered by name. */
export function naturalOrder(names: readonly string[]): number[] {
  const keys = names.map(naturalKey);
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return names
    .map((_, position) => position)
    .sort((a, b) => before(keys[a] as string, keys[b] as string) || before(names[a] as string, names[b] as string));
}
