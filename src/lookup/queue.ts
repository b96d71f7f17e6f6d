/** The types that wait to be asked about, and the packs that they travel in: by weight, so that each batch is about as much work as it should be. */

export interface Queue {
  /** Types that nobody asked about yet. */
  add(types: readonly string[]): void;
  /** A pack that came back to be asked about as it is; it goes before all others. */
  putBack(pack: readonly string[]): void;
  /** The heaviest types, filled up with the lightest, to about this weight; a type heavier than that alone. */
  take(weight: number): readonly string[];
  /** Types of every weight, about this much together: what is measured on them holds for all. */
  takeSample(weight: number): readonly string[];
  clear(): void;
  /** Of these types together, whether they wait or not. */
  weigh(types: readonly string[]): number;
  readonly weight: number;
  /** Of the heaviest type that waits; 0 if none does. */
  readonly heaviest: number;
}

/** @param weightOf the work that a type is, at least 1 (its cells) */
export function createQueue(weightOf: (type: string) => number): Queue {
  /** Heaviest first; those before `head` and from `end` on are gone. */
  let fresh: string[] = [];
  let head = 0;
  let end = 0;
  let returned: (readonly string[])[] = [];
  let weight = 0;

  const weigh = (types: readonly string[]): number => types.reduce((total, type) => total + weightOf(type), 0);
  const left = (): string[] => fresh.slice(head, end);
  const reset = (types: string[]): void => {
    fresh = types;
    head = 0;
    end = types.length;
  };
  const at = (i: number): string => fresh[i] as string;

  return {
    add(types) {
      reset([...left(), ...types].sort((a, b) => weightOf(b) - weightOf(a)));
      weight += weigh(types);
    },
    putBack(pack) {
      returned.push(pack);
      weight += weigh(pack);
    },
    take(most) {
      const pack = returned.pop() ?? [];
      if (pack.length > 0 || head === end) {
        weight -= weigh(pack);
        return pack;
      }
      const taken = [at(head++)];
      let room = most - weightOf(taken[0] as string);
      while (head < end && weightOf(at(head)) <= room) {
        room -= weightOf(at(head));
        taken.push(at(head++));
      }
      while (head < end && weightOf(at(end - 1)) <= room) {
        room -= weightOf(at(end - 1));
        taken.push(at(--end));
      }
      weight -= weigh(taken);
      return taken;
    },
    takeSample(wanted) {
      const types = left();
      if (types.length === 0) return this.take(wanted);
      // Half a step in: the first of all is the heaviest, which may be more than all that is wanted.
      const step = Math.min(Math.max(1, weigh(types) / wanted), types.length);
      const taken = new Set<string>();
      for (let i = step / 2; i < types.length; i += step) taken.add(types[Math.floor(i)] as string);
      reset(types.filter((type) => !taken.has(type)));
      const sample = [...taken];
      weight -= weigh(sample);
      return sample;
    },
    clear() {
      returned = [];
      reset([]);
      weight = 0;
    },
    weigh,
    get weight() {
      return weight;
    },
    get heaviest() {
      return Math.max(head < end ? weightOf(at(head)) : 0, ...returned.map(weigh));
    },
  };
}
