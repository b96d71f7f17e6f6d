/** Lists of whole numbers as short text: digits of base 44, little end first; the first 44 characters end a number, the others go on. */

import { DecodeError } from '../../errors.ts';

/** Printable ASCII without the characters that a JSON text in a script would have to escape: 88 of them. */
const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  .filter((character) => !`"'\\<&\``.includes(character))
  .join('');
const BASE = DIGITS.length / 2;

const DIGIT_OF_CODE = new Uint8Array(128);
for (let digit = 0; digit < DIGITS.length; digit++) DIGIT_OF_CODE[DIGITS.charCodeAt(digit)] = digit;

/** Of 2^53 - 1. */
const MOST_DIGITS = 10;

/** Takes numbers one by one, so that no list of them need be made. */
export interface Packer {
  /** A whole number from 0 to 2^53 - 1. */
  add(number: number): void;
  /** All of them, once the last is added. */
  text(): string;
}

/**
 * The digits are gathered as bytes: a text that grows digit by digit holds 32 bytes for each until it is read, 100 MB
 * for the ROIs of 100,000 types.
 */
export function createPacker(): Packer {
  let codes = new Uint8Array(2 ** 10);
  let length = 0;
  return {
    add(number) {
      if (!Number.isSafeInteger(number) || number < 0) {
        throw new DecodeError(
          `expected whole numbers from 0 to 2^53 - 1 in the catalogue, got ${number}: mend the counts in the source`,
        );
      }
      if (length + MOST_DIGITS > codes.length) {
        const wider = new Uint8Array(2 * codes.length);
        wider.set(codes);
        codes = wider;
      }
      let rest = number;
      while (rest >= BASE) {
        codes[length++] = DIGITS.charCodeAt(BASE + (rest % BASE));
        rest = Math.floor(rest / BASE);
      }
      codes[length++] = DIGITS.charCodeAt(rest);
    },
    text: () => new TextDecoder().decode(codes.subarray(0, length)),
  };
}

/** For numbers that are mostly zero: after each zero stands how many more zeros follow it. */
export function createSparsePacker(): Packer {
  const packer = createPacker();
  let zeros = 0;
  const endZeros = (): void => {
    if (zeros === 0) return;
    packer.add(0);
    packer.add(zeros - 1);
    zeros = 0;
  };
  return {
    add(number) {
      if (number === 0) {
        zeros++;
        return;
      }
      endZeros();
      packer.add(number);
    },
    text() {
      endZeros();
      return packer.text();
    },
  };
}

export function packNumbers(numbers: Iterable<number>): string {
  return packed(createPacker(), numbers);
}

export function packSparse(numbers: Iterable<number>): string {
  return packed(createSparsePacker(), numbers);
}

function packed(packer: Packer, numbers: Iterable<number>): string {
  for (const number of numbers) packer.add(number);
  return packer.text();
}

export function unpackNumbers(text: string): Float64Array {
  // Counted first: a page that opens spends 20 ms on collecting what was made too large and cut.
  let length = 0;
  for (let i = 0; i < text.length; i++) if ((DIGIT_OF_CODE[text.charCodeAt(i)] as number) < BASE) length++;
  const numbers = new Float64Array(length);
  let at = 0;
  let value = 0;
  let unit = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGIT_OF_CODE[text.charCodeAt(i)] as number;
    if (digit >= BASE) {
      value += (digit - BASE) * unit;
      unit *= BASE;
    } else {
      numbers[at++] = value + digit * unit;
      value = 0;
      unit = 1;
    }
  }
  return numbers;
}

export function unpackSparse(text: string): number[] {
  const runs = unpackNumbers(text);
  const numbers: number[] = [];
  for (let i = 0; i < runs.length; i++) {
    numbers.push(runs[i] as number);
    if (runs[i] !== 0) continue;
    for (let more = runs[++i] as number; more > 0; more--) numbers.push(0);
  }
  return numbers;
}
