/** What may stand in braces in the address of a link (setting `links`): checked where settings are read, filled in by the pages. */

export const PLACEHOLDERS = ['type', 'dataset', 'tag', 'bodyIds'] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Puts what `read` says for each placeholder, percent-encoded; one for which it says null stays as it is. */
export function filled(url: string, read: (placeholder: Placeholder) => string | null): string {
  return url.replace(new RegExp(`\\{(${PLACEHOLDERS.join('|')})\\}`, 'g'), (placeholder, name: Placeholder) => {
    const value = read(name);
    return value === null ? placeholder : percentEncoded(value);
  });
}

export function holds(url: string, placeholder: Placeholder): boolean {
  return url.includes(`{${placeholder}}`);
}

/** A text as a part of a path, a query or a fragment. Half a character, which has no encoding, becomes U+FFFD. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}
