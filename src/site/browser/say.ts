/** What a button has done, said and shown for a moment. */

import { find, setText } from './dom.ts';

const SHOWN_MS = 4000;

let timer: ReturnType<typeof setTimeout> | undefined;

export function say(words: string): void {
  const said = find('#said');
  setText(said, words);
  clearTimeout(timer);
  timer = setTimeout(() => setText(said, ''), SHOWN_MS);
}
