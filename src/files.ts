/** The file system where node's own calls do not do: folders that may not be, first bytes, texts too long to hold. */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** What a text file holds: whole, or in pieces one after the other. */
export type Text = string | Iterable<string>;

/** What any file holds: a text, or bytes as they are. */
export type Content = Text | Uint8Array;

/** As much of a long text is held at once. 75 MB are encoded and written in 40 ms so; by 4 Ki or by 1 Mi in 70 to 80 ms. */
const CHARACTERS_AT_ONCE = 2 ** 16;

/** UTF-8 has 3 for one of JavaScript's characters, 4 for a pair of them. */
const MOST_BYTES_A_CHARACTER = 3;

/**
 * Makes a folder and those above it, one by one: node's recursive mkdir never ends where the system answers
 * ENOENT for a folder whose parent exists, as below /proc.
 */
export function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}

/** `length` bytes from `position` on; zeros beyond the end. Tells what a file is without reading it whole. */
export function bytesAt(file: string, position: number, length: number): Buffer {
  return whileOpen(file, 'r', (handle) => {
    const bytes = Buffer.alloc(length);
    readSync(handle, bytes, 0, length, position);
    return bytes;
  });
}

/** Pieces that can be read several times: each time they are made anew. */
export function pieces(make: () => Iterator<string>): Iterable<string> {
  return { [Symbol.iterator]: make };
}

/** Whether a file holds this and nothing else; no long text is held whole. */
export function holds(file: string, content: Content): boolean {
  return whileOpen(file, 'r', (handle) => {
    const found = Buffer.allocUnsafe(MOST_BYTES_A_CHARACTER * CHARACTERS_AT_ONCE);
    for (const bytes of encoded(content)) {
      if (!found.subarray(0, readFull(handle, found, bytes.length)).equals(bytes)) return false;
    }
    return readSync(handle, found, 0, 1, null) === 0;
  });
}

/** Writes a file anew. */
export function writeContent(file: string, content: Content): void {
  whileOpen(file, 'w', (handle) => {
    for (const bytes of encoded(content)) {
      // A disk that fills up takes a part and tells of it with the next call only.
      for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
    }
  });
}

/** At most as many bytes at a time as fit one buffer, into which text is encoded: what was given is overwritten by the next. */
function* encoded(content: Content): Iterable<Uint8Array> {
  if (content instanceof Uint8Array) {
    const atOnce = MOST_BYTES_A_CHARACTER * CHARACTERS_AT_ONCE;
    for (let at = 0; at < content.length; at += atOnce) yield content.subarray(at, at + atOnce);
    return;
  }
  const buffer = Buffer.allocUnsafe(MOST_BYTES_A_CHARACTER * CHARACTERS_AT_ONCE);
  let rest = '';
  for (const piece of typeof content === 'string' ? [content] : content) {
    // Short pieces are joined first: a call for each of 20,000 takes 20 ms.
    rest += piece;
    while (rest.length >= CHARACTERS_AT_ONCE) {
      const end = CHARACTERS_AT_ONCE - (isFirstOfPair(rest.charCodeAt(CHARACTERS_AT_ONCE - 1)) ? 1 : 0);
      yield buffer.subarray(0, buffer.write(rest.slice(0, end)));
      rest = rest.slice(end);
    }
  }
  if (rest !== '') yield buffer.subarray(0, buffer.write(rest));
}

function isFirstOfPair(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

/** How many bytes could be read: fewer than `length` only at the end of the file. */
function readFull(handle: number, into: Buffer, length: number): number {
  let done = 0;
  for (let read = 1; read > 0 && done < length; done += read) {
    read = readSync(handle, into, done, length - done, null);
  }
  return done;
}

function whileOpen<T>(file: string, flags: 'r' | 'w', work: (handle: number) => T): T {
  const handle = openSync(file, flags);
  try {
    return work(handle);
  } finally {
    closeSync(handle);
  }
}
