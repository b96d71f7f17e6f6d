/** The order of names: by Unicode code point, as UTF-8 bytes and Python sort them. */

/** JavaScript's own order is by UTF-16 unit, which puts U+1F9E0 before U+FF21; this one does not. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOf(x) - rankOf(y);
  }
  return a.length - b.length;
}

/** Surrogates (0xD800-0xDFFF) stand for code points above every other unit. */
function rankOf(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
