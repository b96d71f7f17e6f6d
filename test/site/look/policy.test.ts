import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyOf, styleFault, templateFault } from '../../../src/site/look/policy.ts';

const POLICY = policyOf(readFileSync('templates/layout.eta', 'utf8')) ?? '';

const faultIn = (source: string): string | null => {
  const fault = templateFault(source, POLICY);
  return fault && `${fault.line}: ${fault.words}`;
};

describe('what the policy of the pages would block in a template', () => {
  it.each([
    ['an inline script', '<p>\n<script>\nalert(1)</script>', /^2: an inline script is blocked/],
    ['a script of an SVG', '<svg>\n\n<script>alert(1)</script></svg>', /^3: an inline script/],
    ['a script that the template writes', '<script><%~ it.code %></script>', /^1: an inline script/],
    ['a map of modules', '<script type="importmap">{}</script>', /^1: an inline script/],
    ['a script from elsewhere', '<script src="https://cdn.example/x.js"></script>', /^1: <script src="https:/],
    [
      'a script in data',
      '<script src="data:text/javascript,alert(1)"></script>',
      /^1: <script src="data:…"> is blocked/,
    ],
    ['a handler', '<p\n onclick="x()">', /^2: onclick="…" is blocked.*: take it out/],
    ['a handler in capitals, without quotes', '<BUTTON\tONCLICK=x()>', /^1: onclick="…"/],
    ['a handler whose code is data', '<p onload="<%= it.x %>">', /^1: onload="…"/],
    ['a handler of another branch', '<p <% if (a) { %>id="a"<% } else { %>id="b"\nonclick="x"<% } %>>', /^2: onclick/],
    ['a style attribute', '<p\n\nSTYLE=color:red>', /^3: style="…" is blocked.*a class/],
    ['a style whose value is data', '<p style="width: <%= it.x %>px">', /^1: style="…"/],
    ['a style element', 'a\n<style>a {}</style>', /^2: <style> is blocked.*style\/NAME\.css/],
    ['an address that runs', '<a href="javascript:alert(1)">', /^1: href="javascript:…" is blocked/],
    ['one with entities', '<a href="java&#115;cript:alert(1)">', /^1: href="javascript:…"/],
    ['one with white space', '<a href=" java\nscript:alert(1)">', /^1: href="javascript:…"/],
    ['one that is animated', '<svg><set attributeName="href" to="javascript:x()"/></svg>', /^1: to="javascript:…"/],
    ['one that ends in data', '<a href="JavaScript:<%= it.x %>">', /^1: href="javascript:…"/],
    [
      'a picture from elsewhere',
      '<img src="http://x.example/<%= it.x %>.png">',
      /^1: <img src="http:\/\/x\.example\/…\.png">/,
    ],
    ['one by the page’s own scheme', '<img src=//x.example/a.png>', /^1: <img src="\/\//],
    ['one by backslashes', String.raw`<img src="\\x.example/a.png">`, /^1: <img src="\\\\/],
    ['one of several', '<img srcset="a.png 1x, https://x.example/b.png 2x">', /^1: <img srcset="https:/],
    ['one without a space before it', '<img srcset="a.png 1x,https://x.example/b.png 2x">', /^1: <img srcset="https:/],
    ['one of a filter', '<svg><filter><feImage href="https://x.example/a.png"/></filter></svg>', /^1: <feimage href=/],
    ['one of several that are animated', '<animate values="#;javascript:x()">', /^1: values="javascript:…"/],
    ['one of an SVG', '<svg><image xlink:href="https://x.example/a.png"/></svg>', /^1: <image xlink:href="https:/],
    [
      'a style sheet from elsewhere',
      '<link rel="stylesheet" href="https://x.example/a.css">',
      /^1: <link href="https:/,
    ],
    [
      'a style sheet in data',
      '<link rel="stylesheet" href="data:text/css,a{}">',
      /^1: <link href="data:…"> is blocked/,
    ],
    ['a connection made early', '<link rel="preconnect" href="https://fonts.example">', /^1: <link href="https:/],
    ['an icon from elsewhere', '<link rel="icon" href="https://x.example/i.png">', /^1: <link href.*data:image/],
    ['a style where there is no script', '<noscript>\n<p style="x"></noscript>', /^2: style/],
    ['a handler in a template', '<template><p onclick="x"></template>', /^1: onclick/],
    ['a handler of a row without its table', '<tr><td onclick="x">', /^1: onclick/],
    ['a frame', '\n<IFRAME src="a.html"></IFRAME>', /^2: <iframe> is blocked.*: link to what it shows/],
    ['an object', '<object data="a.svg"></object>', /^1: <object> is blocked/],
    ['an embedded thing', '<embed src="a.svg">', /^1: <embed> is blocked/],
    ['a form', '<form action="/search">', /^1: <form action> is blocked/],
    ['a button of a form', '<button formaction="/x">', /^1: formaction/],
    ['another base', '<base href="/">', /^1: <base> is blocked/],
    ['a page that leaves', '<meta http-equiv=Refresh content="0; url=x">', /^1: a page that leaves by itself/],
    [
      'a weaker policy',
      '<meta http-equiv="content-security-policy" content="script-src *">',
      /^1: the content security policy is another/,
    ],
  ])('%s', (_, source, expected) => {
    expect(faultIn(source)).toMatch(expected);
  });

  it.each([
    ['an address of data', '<a href="<%= it.x %>" title="javascript: a book">x</a>'],
    ['a link to elsewhere', '<a href="https://x.example/">x</a>'],
    ['values of data', '<p class="<%= it.x %>" data-style="a" data-tip="onclick=x">'],
    ['a picture of the site', '<img src="assets/<%= it.x %>.svg" alt="">'],
    ['a picture in data', '<img src="data:image/png;base64,AAAA" alt="">'],
    ['a block that a script of theirs reads', '<script type="text/plain">a < b</script>'],
    ['a data block', '<script type="application/ld+json">{"a": 1}</script>'],
    ['a remark on the page', '<link rel="license" href="https://x.example/">'],
    ['an address that an SVG names', '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/></svg>'],
    ['code that looks like it', '<% const x = "<script>%>alert(1)</script>" /* onclick= %> */ %><p><%= x %></p>'],
    ['a comment', '<!-- <script>alert(1)</script> -->'],
    ['text that looks like it', '<p>write onclick="x" or style="y" as javascript:z</p>'],
  ])('but not %s', (_, source) => {
    expect(faultIn(source)).toBeNull();
  });

  it('is found at its line, whatever the line ends and tags before it', () => {
    expect(faultIn('a\r\n<%= it.a\r\n  .b -%>\r\n<p class="<%= it.c %>"\r\n style="x">')).toMatch(/^5: style/);
  });

  it.each(readdirSync('templates', { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name)))(
    'is not in our own %s',
    (name) => {
      const text = readFileSync(`templates/${name}`, 'utf8');
      expect(name.endsWith('.css') ? styleFault(text) : templateFault(text, POLICY)).toBeNull();
    },
  );
});

describe('the policy of a page', () => {
  const META = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;

  it.each([
    [
      'after the encoding',
      `<!doctype html><html><head><meta charset="utf-8">\n${META}<link rel="icon" href="x">`,
      POLICY,
    ],
    ['spaced in another way', `<head>${META.replaceAll('; ', ';\n  ')}`, POLICY],
    ['after a script, for which it does not hold', `<head><script src="x.js"></script>${META}`, null],
    ['in the body, where it does not count', `<head></head><body>${META}`, null],
    ['after a title and a comment', `<!-- <p> --><title>a < b</title><html lang=en class="a>b">${META}`, POLICY],
    ['after a text, which begins the body', `<!doctype html>a<html><head>${META}`, null],
    ['after a text in the head', `<head>&amp;${META}`, null],
    ['after an end tag that begins the body', `<html></br>${META}`, null],
    ['after a comment that ends earlier than it seems', `<head><!--> a -->${META}`, null],
    ['in a comment', `<head><!-- ${META} -->`, null],
    ['nowhere', '<head><title>x</title></head>', null],
  ])('stands %s', (_, html, expected) => {
    expect(policyOf(html)).toBe(expected);
  });
});

describe('what a style sheet may not ask for', () => {
  it.each([
    ['a {}\n@import "b.css";', /^2: @import is refused/],
    ['a { background: url(https://x.example/a.png) }', /^1: url\(https:\/\/x\.example\/a\.png\) cannot be shown/],
    ['@font-face {\n  src: url("a.woff2") format("woff2");\n}', /^2: url\(a\.woff2\) cannot/],
    ["a { background: image-set('https://x.example/a.png' 1x) }", /^1: url\(https:/],
    ['a { background: URL( //x.example/a.png ) }', /^1: url\(\/\/x/],
  ])('%s', (css, expected) => {
    const fault = styleFault(css);
    expect(`${fault?.line}: ${fault?.words}`).toMatch(expected);
  });

  it.each([
    '/* @import "x"; url(https://x.example) */ a {}',
    'a { background: url("data:image/svg+xml,%3Csvg/%3E") }',
    'a { fill: url(#gradient) }',
    'a::before { content: "@import url(https://x.example)" }',
    '@namespace svg url(http://www.w3.org/2000/svg);',
  ])('but %s it may', (css) => {
    expect(styleFault(css)).toBeNull();
  });
});
