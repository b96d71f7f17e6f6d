/** The reversible part of slug.ts: what a browser can make, too. */

/** Names that Windows keeps for devices, whatever ending follows. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * Letters, digits, "_", "-" and inner dots stay; every other byte becomes "~" and two hex digits. Capitals stay
 * too, and are told again after "~~" (one bit a letter, first letter lowest, in hex): "KCab-m" is "KCab-m~~3",
 * so that it differs from "kcab-m" on a disk that ignores case. It may be too long for a file name.
 */
export function wholeSlugOf(name: string): string {
  let slug = '';
  let capitals = 0n;
  let letters = 0n;
  for (const byte of new TextEncoder().encode(name)) {
    const char = String.fromCharCode(byte);
    const isLetter = /[a-z]/i.test(char);
    if (isLetter && char < 'a') capitals |= 1n << letters;
    if (isLetter) letters++;
    slug += /[\w.-]/.test(char) ? char : encoded(byte);
  }
  slug = slug.replace(/^\.|\.$/g, encoded(0x2e));
  if (RESERVED.test(slug)) slug = encoded(slug.charCodeAt(0)) + slug.slice(1);
  if (capitals > 0n) slug += `~~${capitals.toString(16)}`;
  return slug;
}

function encoded(byte: number): string {
  return `~${byte.toString(16).padStart(2, '0')}`;
}
