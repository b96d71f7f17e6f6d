/**
 * What the content security policy of the pages (templates/layout.eta) would block in a template or a style sheet:
 * found when the site is built, since a browser leaves out what it blocks without a word to the reader.
 */

import { Parser } from 'htmlparser2';

/** The first fault of a file: its line from 1 up, and what is wrong and what to do. */
export interface PolicyFault {
  line: number;
  words: string;
}

/** Stands for what a tag of the template puts out: no letter of HTML, no white space, nothing of a URL. */
const OUTPUT = '\ue000';

/** A tag of Eta from its opening on; the strings and comments in it may hold what looks like its end. */
const TAG_START = /<%[-_]?\s*([=~]?)/g;
const TAG_PART = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\*[\s\S]*?\*\/|%>/g;

/** The HTML around the tags of a template, and of each position in it the position in the source. */
function htmlOf(source: string): { html: string; sourceAt(position: number): number } {
  let html = '';
  const pieces: { at: number; from: number }[] = [];
  const add = (text: string, from: number): void => {
    pieces.push({ at: html.length, from });
    html += text;
  };
  let end = 0;
  TAG_START.lastIndex = 0;
  for (let tag = TAG_START.exec(source); tag !== null; tag = TAG_START.exec(source)) {
    add(source.slice(end, tag.index), end);
    // What is only run puts out nothing: the text before and after it is one.
    if (tag[1] !== '') add(OUTPUT, tag.index);
    TAG_PART.lastIndex = TAG_START.lastIndex;
    let part = TAG_PART.exec(source);
    while (part !== null && part[0] !== '%>') part = TAG_PART.exec(source);
    end = part === null ? source.length : TAG_PART.lastIndex;
    TAG_START.lastIndex = end;
  }
  add(source.slice(end), end);
  const sourceAt = (position: number): number => {
    const piece = pieces.findLast(({ at }) => at <= position);
    return piece === undefined ? 0 : piece.from + position - piece.at;
  };
  return { html, sourceAt };
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}

const BLOCKED = "is blocked by the pages' content security policy";

/** Elements that the policy, or its promise that nothing is fetched from elsewhere, rules out whatever they say. */
const BLOCKED_ELEMENTS: Record<string, string> = {
  style: 'put the rules into a file style/NAME.css beside the templates',
  iframe: 'link to what it shows instead',
  frame: 'link to what it shows instead',
  frameset: 'link to what it shows instead',
  object: 'link to what it shows instead',
  embed: 'link to what it shows instead',
  applet: 'link to what it shows instead',
  audio: 'link to the recording instead',
  video: 'link to the film instead',
  base: 'write addresses out',
};

/** Attributes whose address is fetched, and those that a click follows. */
const FETCHED = ['src', 'srcset', 'imagesrcset', 'background', 'ping'];
const FOLLOWED = ['href', 'xlink:href', 'to', 'from', 'by', 'values'];

/** Elements whose href is fetched, not followed. */
const FETCH_BY_HREF = ['link', 'script', 'image', 'use', 'feimage'];

/** A link to these is a remark on the page; any other fetches what it names, or gets ready to. */
const REMARKS = ['alternate', 'author', 'canonical', 'help', 'license', 'me', 'next', 'prev', 'search'];

/** What a browser runs or obeys of scripts; of another type they are data, which no policy blocks. */
const RUN_TYPE =
  /^(?:|module|importmap|speculationrules|(?:text|application)\/(?:x-)?(?:java|ecma)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

/** As browsers read an address: without the white space at its start and the line ends within. */
function addressOf(value: string): string {
  let start = 0;
  while (start < value.length && value.charCodeAt(start) <= 32) start++;
  return value.slice(start).replaceAll(/[\t\n\r]/g, '');
}

/** Of a srcset each address ends at white space or at commas before that; what describes it goes on to the next comma. */
const CANDIDATE = /[\s,]*(?:(\S*[^\s,]),+(?=\s|$)|(\S+)[^,]*)/g;

function addressesIn(name: string, value: string): string[] {
  if (name.endsWith('srcset')) return [...value.matchAll(CANDIDATE)].map(([, before = '', whole = before]) => whole);
  return name === 'values' ? value.split(';') : [value];
}

function schemeOf(address: string): string {
  return /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase() ?? '';
}

function isElsewhere(address: string): boolean {
  return /^[\\/]{2}/.test(address) || !['', 'data'].includes(schemeOf(address));
}

interface Element {
  name: string;
  /** Where it begins in the HTML. */
  at: number;
  /** Names in small letters, values with their entities decoded; the same name may come twice, from two branches. */
  attributes: { name: string; value: string; at: number }[];
}

function attributeOf({ attributes }: Element, name: string): string {
  return attributes.find((attribute) => attribute.name === name)?.value ?? '';
}

function elementFault(element: Element, policy: string): string | null {
  const { name } = element;
  const instead = Object.hasOwn(BLOCKED_ELEMENTS, name) ? BLOCKED_ELEMENTS[name] : undefined;
  if (instead !== undefined) return `<${name}> ${BLOCKED}: ${instead}`;
  if (name !== 'meta') return null;
  const directive = attributeOf(element, 'http-equiv').trim().toLowerCase();
  if (directive === 'refresh')
    return 'a page that leaves by itself (<meta http-equiv="refresh">) is refused: link to where it leads';
  if (directive === 'content-security-policy' && spaced(attributeOf(element, 'content')) !== policy) {
    return `the content security policy is another than neurodex's own, which is a promise to the readers: expected content="${policy}"`;
  }
  return null;
}

function attributeFault(element: Element, name: string, value: string): string | null {
  if (/^on[a-z]+$/.test(name)) return `${name}="…" ${BLOCKED}: take it out`;
  if (name === 'style')
    return `style="…" ${BLOCKED}: give the element a class, and the class its rules in style/NAME.css`;
  if (name === 'srcdoc') return `srcdoc="…" ${BLOCKED}: take it out`;
  if (name === 'action' && element.name === 'form') return `<form action> ${BLOCKED}: link to the page instead`;
  if (name === 'formaction') return `formaction="…" ${BLOCKED}: link to the page instead`;
  const fetched = FETCHED.includes(name) || (name.endsWith('href') && FETCH_BY_HREF.includes(element.name));
  if (!fetched && !FOLLOWED.includes(name)) return null;
  for (const candidate of addressesIn(name, value)) {
    const address = addressOf(candidate);
    if (['javascript', 'vbscript'].includes(schemeOf(address)))
      return `${name}="${schemeOf(address)}:…" ${BLOCKED}: take it out`;
    if (fetched && isElsewhere(address) && !isRemark(element)) {
      return `<${element.name} ${name}="${shown(address)}"> is fetched from elsewhere, which ${BLOCKED}: ${insteadOf(element)}`;
    }
    if (fetched && schemeOf(address) === 'data' && !isPicture(element)) {
      return `<${element.name} ${name}="data:…"> ${BLOCKED}: ${insteadOf(element)}`;
    }
  }
  return null;
}

function isPicture(element: Element): boolean {
  return element.name === 'link' ? relOf(element).includes('icon') : element.name !== 'script';
}

function relOf(element: Element): string[] {
  return attributeOf(element, 'rel').trim().toLowerCase().split(/\s+/);
}

function isRemark(element: Element): boolean {
  return element.name === 'link' && relOf(element).every((word) => REMARKS.includes(word));
}

function insteadOf(element: Element): string {
  if (element.name === 'script') return 'take it out';
  if (element.name === 'link' && !isPicture(element))
    return 'put the rules into a file style/NAME.css beside the templates';
  return 'link to it, or write it as data:image/…';
}

function shown(address: string): string {
  const clear = address.replaceAll(OUTPUT, '…');
  return clear.length > 60 ? `${clear.slice(0, 60)}…` : clear;
}

function spaced(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

/** Calls back for each element, in order, and for each text of a script that a browser would run. */
function walk(html: string, onElement: (element: Element) => void, onScript: (at: number) => void): void {
  let element: Element = { name: '', at: 0, attributes: [] };
  let isScript = false;
  const parser = new Parser({
    onopentagname(name) {
      // The parser gives names of SVG as they are written there: feImage.
      element = { name: name.toLowerCase(), at: parser.startIndex, attributes: [] };
    },
    onattribute(name, value) {
      element.attributes.push({ name: name.toLowerCase(), value, at: parser.startIndex });
    },
    onopentag(_name, _attributes, isImplied) {
      if (isImplied) return;
      isScript = element.name === 'script' && RUN_TYPE.test(attributeOf(element, 'type').trim().toLowerCase());
      onElement(element);
    },
    ontext(text) {
      if (isScript && text.trim() !== '') onScript(element.at);
    },
    onclosetag(name) {
      if (name === 'script') isScript = false;
    },
  });
  parser.end(html);
}

/** @param policy as policyOf gives it */
export function templateFault(source: string, policy: string): PolicyFault | null {
  const { html, sourceAt } = htmlOf(source);
  const found: { at: number; words: string | null }[] = [];
  walk(
    html,
    (element) => {
      found.push({ at: element.at, words: elementFault(element, policy) });
      for (const { name, value, at } of element.attributes)
        found.push({ at, words: attributeFault(element, name, value) });
    },
    (at) => found.push({ at, words: `an inline script ${BLOCKED}: take it out` }),
  );
  for (const { at, words } of found.sort((a, b) => a.at - b.at)) {
    if (words !== null) return { line: lineAt(source, sourceAt(at)), words };
  }
  return null;
}

const ATTRIBUTES = String.raw`(?:\s+[\w:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>\`]+))?)*\s*\/?>`;

/**
 * What may stand before the policy: it holds for what comes after it only, and not at all in <body>, which begins with
 * the first text or other element. So strict that no browser can read anything else in it.
 */
const BEFORE_POLICY = new RegExp(
  String.raw`^\ufeff?(?:[ \t\n\f\r]|<!--(?!-?>)(?:(?!--!?>)[\s\S])*-->|<!doctype[^>]*>|<(?:html|head|meta)${ATTRIBUTES}|<title${ATTRIBUTES}(?:(?!<\/title[\s/>])[\s\S])*<\/title\s*>)*$`,
  'i',
);

/** The policy of a page or of its layout, white space evened out; null where none holds for the whole page. */
export function policyOf(source: string): string | null {
  const { html } = htmlOf(source);
  let policy: Element | undefined;
  walk(
    html,
    (element) => {
      const directive = element.name === 'meta' && attributeOf(element, 'http-equiv').trim().toLowerCase();
      if (directive === 'content-security-policy') policy ??= element;
    },
    () => undefined,
  );
  if (policy === undefined || !BEFORE_POLICY.test(html.slice(0, policy.at))) return null;
  return spaced(attributeOf(policy, 'content'));
}

/** Comments and texts are passed over, but for addresses; so are those of name spaces, which only name. */
const CSS_PART =
  /\/\*[\s\S]*?(?:\*\/|$)|@namespace\b[^;]*|@import\b|\burl\(\s*("(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[^)\s]*)|\bimage-set\(\s*("[^"]*"|'[^']*')|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'/gi;

export function styleFault(css: string): PolicyFault | null {
  for (const { 0: part, 1: url, 2: image, index } of css.matchAll(CSS_PART)) {
    const line = lineAt(css, index);
    if (/^@import/i.test(part)) {
      return { line, words: '@import is refused: every style/*.css of the folder is part of the style sheet anyway' };
    }
    const address = (url ?? image)?.replace(/^["']/, '');
    if (address === undefined || /^(?:#|data:image\/)/i.test(addressOf(address))) continue;
    return {
      line,
      words: `url(${shown(addressOf(address).replace(/["']$/, ''))}) cannot be shown, as pages fetch nothing from elsewhere and no other file goes with them: write an image as data:image/…, and for fonts take those of the system`,
    };
  }
  return null;
}
