/** A list of values as one text, as the properties that hold several names are written. */

/** neuPrint tells synonyms apart by semicolons (a comma may stand in a reference), all else by commas. */
export function listSeparator(property: string): string {
  return property === 'synonyms' ? '; ' : ', ';
}

export function listText(property: string, items: readonly unknown[]): string | null {
  const texts = items.filter((item) => item !== null && item !== undefined).map((item) => itemText(item).trim());
  return texts.filter((text) => text !== '').join(listSeparator(property)) || null;
}

/** JSON knows no integers of 64 bits. */
function itemText(item: unknown): string {
  if (typeof item !== 'object') return String(item);
  return JSON.stringify(item, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}
