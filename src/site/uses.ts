/** How often each of some values is used: the frequent ones get the short numbers, and facets their order. */

export type Uses = Map<string, number>;

export function addUse(uses: Uses, value: string): void {
  uses.set(value, (uses.get(value) ?? 0) + 1);
}

/** Position of each value, the most frequent first; the keys come in that order. */
export function positionsByUse(uses: Uses): Map<string, number> {
  const byUse = [...uses].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return new Map(byUse.map(([value], position) => [value, position]));
}
