/** Owns the reading and writing of PackStream values, as far as a relay needs them; temporal and other types stay structures. */

export interface Structure {
  tag: number;
  fields: unknown[];
}

/** Reads one value. Integers come as bigint and floats as number: on the wire, too, `5n` and `5` are two types. */
export function unpack(bytes: Buffer): unknown {
  let at = 0;

  function size(byteCount: number): number {
    const value = bytes.readUIntBE(at, byteCount);
    at += byteCount;
    return value;
  }

  function text(byteCount: number): string {
    at += byteCount;
    return bytes.toString('utf8', at - byteCount, at);
  }

  function list(length: number): unknown[] {
    return Array.from({ length }, value);
  }

  function map(length: number): Record<string, unknown> {
    return Object.fromEntries(Array.from({ length }, () => [value(), value()]));
  }

  function structure(length: number): Structure {
    return { tag: size(1), fields: list(length) };
  }

  function value(): unknown {
    const marker = size(1);
    if (marker < 0x80) return BigInt(marker);
    if (marker >= 0xf0) return BigInt(marker - 0x100);
    const tinySize = marker & 0x0f;
    if (marker < 0x90) return text(tinySize);
    if (marker < 0xa0) return list(tinySize);
    if (marker < 0xb0) return map(tinySize);
    if (marker < 0xc0) return structure(tinySize);
    switch (marker) {
      case 0xc0:
        return null;
      case 0xc1:
        at += 8;
        return bytes.readDoubleBE(at - 8);
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc8:
      case 0xc9:
      case 0xca:
      case 0xcb: {
        const byteCount = 1 << (marker - 0xc8);
        at += byteCount;
        return byteCount === 8 ? bytes.readBigInt64BE(at - 8) : BigInt(bytes.readIntBE(at - byteCount, byteCount));
      }
      case 0xcc:
      case 0xcd:
      case 0xce: {
        const byteCount = size(1 << (marker - 0xcc));
        at += byteCount;
        return Buffer.from(bytes.subarray(at - byteCount, at));
      }
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return text(size(1 << (marker - 0xd0)));
      case 0xd4:
      case 0xd5:
      case 0xd6:
        return list(size(1 << (marker - 0xd4)));
      case 0xd8:
      case 0xd9:
      case 0xda:
        return map(size(1 << (marker - 0xd8)));
      default:
        throw new TypeError(`Expected a PackStream value at byte ${at - 1}, got marker 0x${marker.toString(16)}.`);
    }
  }

  return value();
}

/** Packs a structure of one map of texts, the shape of a FAILURE. */
export function packTexts(tag: number, texts: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(texts);
  if (entries.length > 0x0f) throw new TypeError(`Expected at most 15 texts, got ${entries.length}.`);
  return Buffer.concat([Buffer.of(0xb1, tag, 0xa0 | entries.length), ...entries.flat().map(packText)]);
}

function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const header = Buffer.of(0xd2, 0, 0, 0, 0);
  header.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}
