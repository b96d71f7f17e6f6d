/** Type names as file names and anchors: two names never share one, also where case does not count. */
import { createHash } from 'node:crypto';

/** Names are given back whole up to here; with a suffix and an ending they stay below the 255 bytes of a file name. */
const MAX_LENGTH = 180;

/** Names that Windows keeps for devices, whatever ending follows. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;

/**
 * Letters, digits, "_", "-" and inner dots stay; every other byte becomes "~" and two hex digits. Capitals stay
 * too, and are told again after "~~" (one bit a letter, first letter lowest, in hex): "KCab-m" is "KCab-m~~3",
 * so that it differs from "kcab-m" on a disk that ignores case. Longer ones are cut and end in "~~~" and a hash.
 */
export function slugOf(name: string): string {
  let slug = '';
  let capitals = 0n;
  let letters = 0n;
  for (const byte of Buffer.from(name, 'utf8')) {
    const char = String.fromCharCode(byte);
    const isLetter = /[a-z]/i.test(char);
    if (isLetter && char < 'a') capitals |= 1n << letters;
    if (isLetter) letters++;
    slug += /[\w.-]/.test(char) ? char : encoded(byte);
  }
  slug = slug.replace(/^\.|\.$/g, encoded(0x2e));
  if (RESERVED.test(slug)) slug = encoded(slug.charCodeAt(0)) + slug.slice(1);
  if (capitals > 0n) slug += `~~${capitals.toString(16)}`;
  if (slug.length <= MAX_LENGTH) return slug;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return `${slug.slice(0, MAX_LENGTH).toLowerCase()}~~~${hash}`;
}

/** The name that a slug stands for; null for one that was cut, whose name only the index knows. */
export function nameOfSlug(slug: string): string | null {
  if (slug.includes('~~~')) return null;
  const [text = ''] = slug.split('~~');
  const bytes = text.replace(
    /~([0-9a-f]{2})|(.)/g,
    (_, hex: string | undefined, char: string) => hex ?? char.charCodeAt(0).toString(16),
  );
  return Buffer.from(bytes, 'hex').toString('utf8');
}

function encoded(byte: number): string {
  return `~${byte.toString(16).padStart(2, '0')}`;
}
