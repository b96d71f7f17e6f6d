/** neuPrint's `synonyms`: names with who gave them, several in one text. */

/** "Lee 2002", as a part of what stands before a colon. */
const REFERENCE = /\b(?:1[89]|20)\d\d[a-z]?$/;

/**
 * "Lee 2002, Nojima 2021: pC1, Sten 2025: pC1x; fru-M" names pC1, pC1x and fru-M. Who gave a name stands before a
 * colon, in a list of its own, and a comma may begin either the next of that list or the next name: from right to
 * left it can be told, since references end in a year.
 */
export function namesInSynonym(text: string): string[] {
  return text.split(';').flatMap((item) => {
    const names: string[] = [];
    let inReferences = false;
    for (const part of item.split(',').reverse()) {
      const colon = part.indexOf(':');
      if (colon < 0 && inReferences && REFERENCE.test(part.trim())) continue;
      inReferences = colon >= 0;
      const name = part.slice(colon + 1).trim();
      if (name !== '') names.unshift(name);
    }
    return names;
  });
}
