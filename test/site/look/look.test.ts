import { describe, expect, it } from 'vitest';
import { footerParts, logoOf } from '../../../src/site/look/look.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('a logo', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n…', 'assets/logo.png'],
    ['\xff\xd8\xff\xe0…', 'assets/logo.jpg'],
    ['RIFF\x10\x00\x00\x00WEBPVP8 ', 'assets/logo.webp'],
    ['<svg viewBox="0 0 1 1"/>', 'assets/logo.svg'],
    ['\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <svg> -->\n<!DOCTYPE svg PUBLIC "a" "b">\n<svg>', 'assets/logo.svg'],
  ])('is what its first bytes say: %j', (text, path) => {
    expect(logoOf(bytes(text))).toMatchObject({ path });
  });

  it.each([
    '',
    'GIF89a',
    '<html><svg></html>',
    '<svgx>',
    'RIFF\x10\x00\x00\x00WAVE',
    '%PDF-1.7',
    `${'<!-- a -->'.repeat(40)}<html>`,
  ])('is not %j', (text) => {
    expect(logoOf(bytes(text))).toMatch(/found something else/);
  });
});

describe('a footer', () => {
  const linksOf = (text: string): (string | null)[] =>
    footerParts(text).flatMap(({ text: shown, href }) => (href === null ? [] : shown === href ? href : null));

  it.each([
    ['See https://a.example/b?c=d#e.', ['https://a.example/b?c=d#e']],
    ['(https://a.example/b), http://b.example; more', ['https://a.example/b', 'http://b.example']],
    ['https://a.example.', ['https://a.example']],
    ['ftp://a.example javascript:alert(1) www.a.example xhttps://a.example', []],
    ['https://user:password@a.example', ['https://user']],
    ['https://"onclick="x', []],
  ])('links plain addresses: %j', (text, links) => {
    expect(linksOf(text)).toEqual(links);
    expect(
      footerParts(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});
