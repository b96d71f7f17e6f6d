/** What a page's search field finds among the cells: loads them when a query needs them, and says what it met. */

import { counted } from '../../text.ts';
import { type CellSearch, createCellSearch, isBodyIdQuery } from '../list/cellSearch.ts';
import { folded, normalized, otherNameHit, type SearchIndex } from '../list/search.ts';
import type { Table } from '../table/table.ts';
import { cellsTrouble, knownCells, loadCells } from './cells.ts';

/** A row has room for so many characters: with a word before them the last ones, which tell most, would be cut. */
const LONG = 14;

/** The part of a page's state that decides what is searched. */
export interface Query {
  q: string;
  inCells: boolean;
}

/** By which other name a type is found. */
export interface Met {
  otherName: string | null;
  /** What that is, where it is no name of the type: words before it. */
  otherLabel: string;
}

export interface CellQuery {
  /** The index with the cells in it, as far as the query needs them; loads them where they are needed first. */
  over(searchIndex: () => SearchIndex, query: Query): () => SearchIndex;
  /** Whether the query needs cells that are still on their way: until then nobody can say that nothing is met. */
  isAwaited(query: Query): boolean;
  /** What keeps cells from being found that the query needs, as one line; empty where nothing does. */
  troubleOf(query: Query): string;
  met(type: number, query: Query): Met;
}

/** @param onLoaded called when the cells that a query asked for are there, or could not be had */
export function createCellQuery(table: Table, onLoaded: () => void): CellQuery {
  let search: CellSearch | null = null;
  let isAsked = false;

  const needsCells = ({ q, inCells }: Query): boolean => table.cellsId !== null && (inCells || isBodyIdQuery(q));

  function ask(): void {
    if (isAsked) return;
    isAsked = true;
    void loadCells(table).then(onLoaded);
  }

  function searchOf(query: Query): CellSearch | null {
    const cells = needsCells(query) ? knownCells() : null;
    if (cells !== null) search ??= createCellSearch(cells);
    return cells && search;
  }

  return {
    over(searchIndex, query) {
      if (!needsCells(query)) return searchIndex;
      if (knownCells() === null) ask();
      const cellSearch = searchOf(query);
      if (cellSearch === null) return searchIndex;
      // Before the first key.
      if (query.inCells && query.q === '') setTimeout(cellSearch.prepareInstances);
      return () => ({ ...searchIndex(), rankByCells: (text, ranks) => cellSearch.rank(text, query.inCells, ranks) });
    },
    isAwaited: (query) => needsCells(query) && knownCells() === null && cellsTrouble() === null,
    troubleOf(query) {
      if (!needsCells(query)) return '';
      const failed = knownCells()?.failed.size ?? 0;
      const unknown =
        failed === 0 ? '' : `The cells of ${counted(failed, 'type')} are not known: they are not searched.`;
      return cellsTrouble() ?? unknown;
    },
    met(type, query) {
      const otherName = otherNameHit(table, type, query.q);
      const text = normalized(query.q);
      if (otherName !== null || text === '' || folded(table.names[type] as string).includes(text))
        return { otherName, otherLabel: '' };
      const hit = searchOf(query)?.hitOf(type, text, query.inCells) ?? null;
      return {
        otherName: hit?.text ?? null,
        otherLabel: hit === null || hit.text.length > LONG ? '' : `${hit.label} `,
      };
    },
  };
}
