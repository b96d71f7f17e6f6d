/** Lists of whole numbers as short text: digits of base 44, little end first; the first 44 characters end a number, the others go on. */

import { DecodeError } from '../errors.ts';

/** Printable ASCII without the characters that a JSON text in a script would have to escape: 88 of them. */
const DIGITS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))
  .filter((character) => !`"'\\<&\``.includes(character))
  .join('');
const BASE = DIGITS.length / 2;

const DIGIT_OF_CODE = new Uint8Array(128);
for (let digit = 0; digit < DIGITS.length; digit++) DIGIT_OF_CODE[DIGITS.charCodeAt(digit)] = digit;

/** Whole numbers from 0 to 2^53 - 1. */
export function packNumbers(numbers: Iterable<number>): string {
  let text = '';
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new DecodeError(
        `expected whole numbers from 0 to 2^53 - 1 in the catalogue, got ${number}: mend the counts in the source`,
      );
    }
    let rest = number;
    while (rest >= BASE) {
      text += DIGITS[BASE + (rest % BASE)];
      rest = Math.floor(rest / BASE);
    }
    text += DIGITS[rest];
  }
  return text;
}

export function unpackNumbers(text: string): Float64Array {
  const numbers = new Float64Array(text.length);
  let length = 0;
  let value = 0;
  let unit = 1;
  for (let i = 0; i < text.length; i++) {
    const digit = DIGIT_OF_CODE[text.charCodeAt(i)] as number;
    if (digit >= BASE) {
      value += (digit - BASE) * unit;
      unit *= BASE;
    } else {
      numbers[length++] = value + digit * unit;
      value = 0;
      unit = 1;
    }
  }
  return numbers.slice(0, length);
}

/** For numbers that are mostly zero: after each zero stands how many more zeros follow it. */
export function packSparse(numbers: readonly number[]): string {
  const runs: number[] = [];
  for (let i = 0; i < numbers.length; i++) {
    runs.push(numbers[i] as number);
    if (numbers[i] !== 0) continue;
    const first = i;
    while (numbers[i + 1] === 0) i++;
    runs.push(i - first);
  }
  return packNumbers(runs);
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
