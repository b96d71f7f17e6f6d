/** Which question a query is, and scripts of faults that befall questions: what the relay is told to do. */
import type { Act, AskedQuery } from '../support/boltRelay.ts';

export type OnRun = (query: AskedQuery) => Act | undefined;

/** The types that a query for ROI counts is about; null for any other query. */
export function typesOf({ parameters }: AskedQuery): readonly string[] | null {
  return Array.isArray(parameters.types) ? parameters.types : null;
}

export function isRoiQuery(query: AskedQuery): boolean {
  return typesOf(query) !== null;
}

export function isCatalogueQuery({ cypher }: AskedQuery): boolean {
  return cypher.includes(' AS p0');
}

/** Two queries with one key ask the same. */
export function keyOf({ cypher, parameters: { types, from, below } }: AskedQuery): string {
  return JSON.stringify([cypher, types, from, below]);
}

export function failure(code: string, message = 'as the test wants it'): Act {
  return { fail: { code, message } };
}

/** Befalls the queries that it is meant for, counted from 1. */
export function nth(isMeant: (query: AskedQuery) => boolean, act: (n: number) => Act | undefined): OnRun {
  let n = 0;
  return (query) => (isMeant(query) ? act(++n) : undefined);
}

/** Every fifth question that was not asked before, so that what is asked again is answered. */
export function everyFifth(isMeant: (query: AskedQuery) => boolean, act: Act): OnRun {
  const seen = new Set<string>();
  return (query) => {
    const isNew = isMeant(query) && seen.size < seen.add(keyOf(query)).size;
    return isNew && seen.size % 5 === 0 ? act : undefined;
  };
}
