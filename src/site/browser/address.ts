/** The page's state in its address: reload, back and forward find it again, and the place to which one had scrolled. */

import type { ViewState } from '../list/hash.ts';
import { hashFromState, stateFromHash } from '../list/hash.ts';

/** Browsers refuse more than some hundred changes of the address in half a minute. */
const TYPING_PAUSE_MS = 300;
/** Noted soon after scrolling ends: what a page changes while it is left (`pagehide`) is lost on reload. */
const SCROLL_PAUSE_MS = 120;

export interface Address {
  read(): ViewState;
  /** A choice is a step to come back from; the keys of one search are one step together. */
  write(state: ViewState, how: 'chosen' | 'typed'): void;
  /** Puts right what was written last: the same step. */
  amend(state: ViewState): void;
}

interface Step {
  scroll: number;
}

function scrollOf(step: unknown): number {
  const scroll = (step as Step | null)?.scroll;
  return typeof scroll === 'number' ? scroll : 0;
}

/** `onStep` is called when the reader goes back or forward, with the state to show and the scroll position after it. */
export function openAddress(onStep: (state: ViewState) => void): Address {
  let typing = false;
  let pending: { state: ViewState; timer: ReturnType<typeof setTimeout> } | null = null;

  const urlOf = (state: ViewState): string => `${location.href.replace(/#.*/s, '')}${hashFromState(state)}`;
  const replace = (url: string): void => history.replaceState({ scroll: scrollY } satisfies Step, '', url);
  const settle = (): void => {
    if (pending === null) return;
    clearTimeout(pending.timer);
    const { state } = pending;
    pending = null;
    replace(urlOf(state));
  };
  const rememberScroll = (): void => {
    if (pending !== null) settle();
    // Each write of the history takes 3 ms.
    else if (scrollOf(history.state) !== scrollY) replace(location.href);
  };

  // What is done after the last key, copying the link or leaving the page, finds the whole search in the address.
  for (const end of ['pointerdown', 'focusout']) addEventListener(end, settle);
  history.scrollRestoration = 'manual';
  let scrollTimer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('scroll', () => {
    clearTimeout(scrollTimer);
    scrollTimer = setTimeout(rememberScroll, SCROLL_PAUSE_MS);
  });
  addEventListener('popstate', (event) => {
    typing = false;
    if (pending !== null) clearTimeout(pending.timer);
    pending = null;
    clearTimeout(scrollTimer);
    onStep(stateFromHash(location.hash));
    scrollTo(0, scrollOf(event.state));
  });

  return {
    read: () => stateFromHash(location.hash),
    write(state, how) {
      clearTimeout(scrollTimer);
      const url = urlOf(state);
      if (how === 'chosen' || !typing) {
        settle();
        rememberScroll();
        history.pushState({ scroll: scrollY } satisfies Step, '', url);
      } else {
        if (pending !== null) clearTimeout(pending.timer);
        pending = { state, timer: setTimeout(settle, TYPING_PAUSE_MS) };
      }
      typing = how === 'typed';
    },
    amend(state) {
      if (pending === null) replace(urlOf(state));
      else pending.state = state;
    },
  };
}

/** Where the reader had scrolled to before a reload or before leaving the page. */
export function rememberedScroll(): number {
  return scrollOf(history.state);
}
