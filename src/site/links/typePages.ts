/** Which of the files in a folder are pages of which types. A file that may be the page of several types is that of none. */

import { slugOf } from '../slug.ts';
import { PAGE_SIDES, type PageFiles, type PageSide, plainPageName, slugPageName } from './pageNames.ts';

export interface FoundPages {
  files: Map<string, PageFiles>;
  /** Files that may be the pages of several types, so that no type has them. */
  contested: { file: string; types: string[] }[];
}

interface Claim {
  type: string;
  side: PageSide;
  file: string;
}

/**
 * A page that is called by a type's slug is that type's and no other's, unless the slug is what plain names would give,
 * too: then it counts as a plain name.
 * @param files the names of the files in the folder
 */
export function findPages(types: readonly string[], files: ReadonlySet<string>): FoundPages {
  const owned = new Map<string, string>();
  for (const type of types) {
    const file = slugPageName(slugOf(type));
    if (file !== plainPageName(type, 'combined') && files.has(file)) owned.set(file, type);
  }
  const hasSlugPage = new Set(owned.values());
  const found: FoundPages = { files: new Map(), contested: [] };
  const take = ({ type, side, file }: Claim): void => {
    const sides = found.files.get(type);
    if (sides) sides[side] = file;
    else found.files.set(type, { [side]: file });
  };
  for (const [file, type] of owned) take({ type, side: 'combined', file });

  // On a disk that ignores case, the page of "Abc" is that of "abc" as well.
  const claims = new Map<string, Claim[]>();
  for (const file of files) if (!owned.has(file)) claims.set(file.toLowerCase(), []);
  for (const type of types) {
    for (const side of PAGE_SIDES) {
      if (side === 'combined' && hasSlugPage.has(type)) continue;
      const file = plainPageName(type, side);
      claims.get(file.toLowerCase())?.push({ type, side, file });
    }
  }
  for (const claimants of claims.values()) {
    const names = new Set(claimants.map(({ file }) => file));
    const there = [...names].filter((name) => files.has(name) && !owned.has(name));
    if (there.length === claimants.length) claimants.forEach(take);
    else for (const file of there) found.contested.push({ file, types: claimants.map(({ type }) => type) });
  }
  return found;
}
