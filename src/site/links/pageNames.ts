/** How the files of type pages are called: the same at build time, where they are looked for, and in the browser, which opens them. */

import type { CellCounts } from '../../catalog/catalog.ts';

/** Which cells of a type a page is about. */
export type PageSide = 'combined' | Exclude<keyof CellCounts, 'total' | 'unknown'>;

/** In the order in which links to them stand. */
export const PAGE_SIDES: readonly PageSide[] = ['combined', 'left', 'right', 'middle'];

/** File names. */
export type PageFiles = Partial<Record<PageSide, string>>;

/** The pages that are there. */
export interface TypePages {
  /** From the pages of the site to the folder of those, percent-encoded: the empty text, or with a slash at its end. */
  base: string;
  /** By type; a type without a page is absent. */
  files: ReadonlyMap<string, PageFiles>;
}

const SUFFIXES: Readonly<Record<PageSide, string>> = { combined: '', left: '_L', right: '_R', middle: '_M' };

/** As QuickPage and neuView call them. Not reversible: "a/b", "a b" and "a_b" share one name, so do "X_L" and the left side of "X". */
export function plainPageName(type: string, side: PageSide): string {
  return `${type.replaceAll(/[/ ]/g, '_')}${SUFFIXES[side]}.html`;
}

/** As neurodex calls them; the slug is that of slug.ts. */
export function slugPageName(slug: string): string {
  return `${slug}.html`;
}
