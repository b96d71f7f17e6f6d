/** Search over the cells of types: by how their bodyIds begin, and by parts of their instances. */

import { type BeginsWith, bodyIdBeginsWith, bodyIdOf, type Cells, instanceBy } from '../table/cellsFile.ts';
import { NONE } from '../table/table.ts';
import { CELL_HIT, folded, kindOf, NO_HIT, normalized } from './search.ts';

/** Fewer digits are in most names: they would bring the cells in where nobody means them. */
const LEAST_DIGITS = 4;

/** Whether a query can only be a bodyId, or how one begins. */
export function isBodyIdQuery(text: string): boolean {
  const query = normalized(text);
  return query.length >= LEAST_DIGITS && /^[0-9]+$/.test(query);
}

/** What a cell is called that a query meets. */
export interface CellHit {
  /** What `text` is. */
  label: 'bodyId' | 'instance';
  text: string;
}

export interface CellSearch {
  /** For SearchIndex.rankByCells. */
  rank(query: string, inInstances: boolean, ranks: Uint8Array): void;
  /** Does beforehand what the first search in instances would have to do: 15 ms for 137,677 cells. */
  prepareInstances(): void;
  /** The cell of a type that is met best, a bodyId before an instance; null if none is. */
  hitOf(type: number, query: string, inInstances: boolean): CellHit | null;
}

/** Distinct instances of a type, folded, and joined: one look tells most types apart from a hit. */
interface Instances {
  texts: string[][];
  joined: string[];
}

const [EXACT, PREFIX] = [CELL_HIT, CELL_HIT + 1];

export function createCellSearch(cells: Cells): CellSearch {
  const { starts, head, tail } = cells;
  let instances: Instances | undefined;
  /** Rows ask one by one for what the list was searched by. */
  let last: { query: string; begins: BeginsWith } | undefined;

  const beginsWith = (query: string): BeginsWith => {
    if (last?.query !== query) last = { query, begins: bodyIdBeginsWith(cells, query) };
    return last.begins;
  };

  /**
   * The first cell of a type that begins so, or NONE. Ids come in the order of numbers: where one is the query itself, it
   * is the shortest, and so the first.
   */
  function cellBeginning(type: number, begins: BeginsWith): number {
    for (let cell = starts[type] as number; cell < (starts[type + 1] as number); cell++) {
      if (begins(head[cell] as number, tail[cell] as number)) return cell;
    }
    return NONE;
  }

  function rankByInstance({ joined, texts }: Instances, query: string, ranks: Uint8Array): void {
    for (let type = 0; type < ranks.length; type++) {
      if (ranks[type] === NO_HIT && joined[type]?.includes(query)) {
        for (const text of texts[type] as string[]) {
          ranks[type] = Math.min(ranks[type] as number, CELL_HIT + kindOf(text, query));
        }
      }
    }
  }

  return {
    prepareInstances() {
      instances ??= instancesOf(cells);
    },
    rank(query, inInstances, ranks) {
      if (isBodyIdQuery(query)) {
        const begins = beginsWith(query);
        for (let type = 0; type < ranks.length; type++) {
          if (ranks[type] !== NO_HIT) continue;
          const cell = cellBeginning(type, begins);
          if (cell !== NONE) ranks[type] = bodyIdOf(cells, cell) === query ? EXACT : PREFIX;
        }
      }
      if (!inInstances) return;
      instances ??= instancesOf(cells);
      rankByInstance(instances, query, ranks);
    },
    hitOf(type, query, inInstances) {
      if (isBodyIdQuery(query)) {
        const cell = cellBeginning(type, beginsWith(query));
        if (cell !== NONE) return { label: 'bodyId', text: bodyIdOf(cells, cell) };
      }
      return inInstances ? instanceHit(cells, type, query) : null;
    },
  };
}

/** Patterns of a type's cells, each once. */
function patternsOf({ starts, instance }: Cells, type: number): Set<number> {
  return new Set(instance.subarray(starts[type], starts[type + 1]));
}

function instancesOf(cells: Cells): Instances {
  const texts = cells.names.map((_, type) =>
    Array.from(patternsOf(cells, type), (pattern) => instanceBy(cells, type, pattern))
      .filter((text) => text !== null)
      .map(folded),
  );
  return { texts, joined: texts.map((own) => own.join('\n')) };
}

function instanceHit(cells: Cells, type: number, query: string): CellHit | null {
  let best: { text: string; kind: number } | null = null;
  for (const pattern of patternsOf(cells, type)) {
    const text = instanceBy(cells, type, pattern);
    const own = folded(text ?? '');
    if (text === null || !own.includes(query)) continue;
    const kind = kindOf(own, query);
    if (best === null || kind < best.kind) best = { text, kind };
  }
  return best && { label: 'instance', text: best.text };
}
