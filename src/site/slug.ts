/** Type names as file names and anchors: two names never share one, also where case does not count. */
import { createHash } from 'node:crypto';
import { wholeSlugOf } from './wholeSlug.ts';

/** Names are given back whole up to here; with a suffix and an ending they stay below the 255 bytes of a file name. */
const MAX_LENGTH = 180;

/** As wholeSlugOf; a longer one is cut and ends in "~~~" and a hash. */
export function slugOf(name: string): string {
  const slug = wholeSlugOf(name);
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
