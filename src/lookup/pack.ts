/** Types -> packs of about equal weight, so that each batch is about equally much work. */

/**
 * Heaviest first; a type heavier than `packWeight` travels alone.
 * @param weightOf the work that a type is, at least 1 (its cells)
 */
export function packByWeight(
  types: readonly string[],
  weightOf: (type: string) => number,
  packWeight: number,
): string[][] {
  const heaviestFirst = types.map((type) => ({ type, weight: weightOf(type) })).sort((a, b) => b.weight - a.weight);
  const packs: string[][] = [];
  let room = 0;
  for (const { type, weight } of heaviestFirst) {
    const pack = packs.at(-1);
    if (pack && weight <= room) {
      pack.push(type);
      room -= weight;
    } else {
      packs.push([type]);
      room = packWeight - weight;
    }
  }
  return packs;
}
