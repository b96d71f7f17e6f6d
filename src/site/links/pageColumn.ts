/** The pages of types in their packed form: names that a rule gives travel as a code, a character a type. */

import { createSparsePacker, unpackSparse } from '../table/packing.ts';
import { wholeSlugOf } from '../wholeSlug.ts';
import { PAGE_SIDES, type PageSide, plainPageName, slugPageName, type TypePages } from './pageNames.ts';

/** The combined page: none, or by which rule it is called. `named` stands in `names`. */
const COMBINED = { none: 0, plain: 1, slug: 2, named: 3 } as const;

/** The other sides, whose pages are called by the plain rule, are a bit each above those. */
const SIDE_BITS: readonly (readonly [PageSide, number])[] = [
  ['left', 4],
  ['right', 8],
  ['middle', 16],
];

export interface PageColumn {
  base: string;
  /** Sparse: one of COMBINED and the bits of the other sides. */
  codes: string;
  /** File names that the browser cannot make, in the order of their types. */
  names: string[];
}

export interface Pages {
  base: string;
  codes: Uint8Array;
  /** By type. */
  names: ReadonlyMap<number, string>;
}

function combinedCode(type: string, file: string | undefined): number {
  if (file === undefined) return COMBINED.none;
  if (file === plainPageName(type, 'combined')) return COMBINED.plain;
  return file === slugPageName(wholeSlugOf(type)) ? COMBINED.slug : COMBINED.named;
}

/** @param types in the order of the table */
export function pageColumn(types: readonly string[], { base, files }: TypePages): PageColumn {
  const packer = createSparsePacker();
  const names: string[] = [];
  for (const type of types) {
    const own = files.get(type) ?? {};
    const combined = combinedCode(type, own.combined);
    if (combined === COMBINED.named) names.push(own.combined as string);
    packer.add(SIDE_BITS.reduce((code, [side, bit]) => (own[side] === undefined ? code : code + bit), combined));
  }
  return { base, codes: packer.text(), names };
}

export function readPages({ base, codes, names }: PageColumn): Pages {
  const read = Uint8Array.from(unpackSparse(codes));
  const named = new Map<number, string>();
  read.forEach((code, type) => {
    if (code % 4 === COMBINED.named) named.set(type, names[named.size] as string);
  });
  return { base, codes: read, names: named };
}

/** The file names of a type's pages, in the order of their links. */
export function pageFilesOf({ codes, names }: Pages, type: number, name: string): { side: PageSide; file: string }[] {
  const code = codes[type] as number;
  const bits = new Map(SIDE_BITS);
  return PAGE_SIDES.flatMap((side) => {
    const bit = bits.get(side);
    if (bit !== undefined) return code & bit ? { side, file: plainPageName(name, side) } : [];
    if (code % 4 === COMBINED.plain) return { side, file: plainPageName(name, side) };
    if (code % 4 === COMBINED.slug) return { side, file: slugPageName(wholeSlugOf(name)) };
    return code % 4 === COMBINED.named ? { side, file: names.get(type) as string } : [];
  });
}
