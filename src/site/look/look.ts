/** How a site looks beside its data: the name of the whole, a logo, one colour, a line at the foot of the pages. */

/** A picture that goes with the pages. */
export interface Logo {
  /** In the site, with its ending by what it holds. */
  path: string;
  bytes: Uint8Array;
}

export interface Look {
  title?: string | undefined;
  logo?: Logo | null;
  /** Rules for the style sheet that set the accent. */
  accentRules?: string | null;
  footer?: string | undefined;
}

/** A piece of text; where it is an address, a link. */
export interface FooterPart {
  text: string;
  href: string | null;
}

/** What every page shows of it. */
export interface SiteView {
  title: string;
  logo: { src: string; alt: string } | null;
  footer: FooterPart[];
}

/** @param dataset what the logo stands for where the site has no name */
export function siteView(look: Look | undefined, dataset: string): SiteView {
  const { title = '', logo, footer = '' } = look ?? {};
  return {
    title,
    logo: logo ? { src: logo.path, alt: `Logo of ${title || dataset}` } : null,
    footer: footerParts(footer),
  };
}

/** Addresses of the web, without the punctuation that follows them in a sentence; anything less plain stays text. */
const ADDRESS = /\bhttps?:\/\/[\w.-]+(?::\d+)?(?:[/?#](?:[\w/.~%?#=&+:@;,-]*[\w/~%#=&+-])?)?/g;

export function footerParts(text: string): FooterPart[] {
  const parts: FooterPart[] = [];
  let end = 0;
  for (const { 0: whole, index } of text.matchAll(ADDRESS)) {
    const address = whole.replace(/\.+$/, '');
    if (index > end) parts.push({ text: text.slice(end, index), href: null });
    parts.push({ text: address, href: address });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/** A logo is seen at 32 px: what weighs more than this was made for something else. */
export const MOST_LOGO_BYTES = 200_000;

/** By its first bytes, as a name tells nothing. */
function endingOf(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpg';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  // Each part ends at its first end: with a choice of ends, 40 comments before anything else would take years.
  const prologue =
    /^\ufeff?(?:\s|<\?(?:(?!\?>)[\s\S])*\?>|<!--(?:(?!-->)[\s\S])*-->|<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>)*<svg[\s>/]/i;
  return prologue.test(Buffer.from(bytes).toString('utf8')) ? 'svg' : null;
}

/** @returns the logo, or what these bytes are instead */
export function logoOf(bytes: Uint8Array): Logo | string {
  const ending = endingOf(bytes);
  if (ending === null) return 'found something else: save it as one of them';
  return { path: `assets/logo.${ending}`, bytes };
}

export const LOGO_EXPECTED = `an SVG, PNG, JPEG or WebP picture of at most ${MOST_LOGO_BYTES / 1000} kB`;
