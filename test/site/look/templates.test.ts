import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { readOverrides } from '../../../src/site/look/overrides.ts';
import { renderPages } from '../../../src/site/render.ts';
import { hostileCatalog, pageOptions } from '../../support/catalogs.ts';
import { temporaryFolder } from '../../support/cli.ts';

let folder: string;
let browserDir: string;

beforeEach(() => {
  folder = join(temporaryFolder(), 'mine');
  browserDir = temporaryFolder();
  for (const name of ['index.js', 'types.js']) writeFileSync(join(browserDir, name), '');
  mkdirSync(folder);
});

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function render(look = {}): Record<string, string> {
  const options = { ...pageOptions, templatesDir: 'templates', browserDir, look };
  const files = renderPages(hostileCatalog(), { ...options, overrides: readOverrides(folder, 'templates') });
  return Object.fromEntries(files.map(({ path, content }) => [path, [...content].join('')]));
}

function messageOf(files: Record<string, string>): string {
  put(files);
  try {
    render();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'rendered';
}

describe('templates of a folder of the user', () => {
  it('take the place of ours of the same name, wherever they are included or laid out', () => {
    const before = render();
    put({ 'link.eta': '<b>mine</b>', 'themeSwitch.eta': '<%~ include("./parts/own", { say: "<twice>" }) %>' });
    put({ 'parts/own.eta': '<i><%= it.say %></i><%~ include("../link") %>' });
    const after = render();
    expect(before['index.html']).not.toContain('<b>mine</b>');
    for (const page of ['index.html', 'types.html']) {
      expect(after[page]).toContain('<i>&lt;twice&gt;</i><b>mine</b>');
      expect(after[page]).toContain('Content-Security-Policy');
    }
    expect(after['types.html']).toContain('id="row-template"');
  });

  it('may be the layout', () => {
    const meta = /<meta http-equiv="Content[^>]*>/.exec(render()['index.html'] ?? '')?.[0];
    put({ 'layout.eta': `<head>${meta}</head><body class="mine"><%~ it.body %></body>` });
    expect(render()['types.html']).toMatch(/^<head>.*<body class="mine">.*id="grid"/s);
  });

  it('replace parts of the style sheet in their place; further ones come last, in the order of their names', () => {
    put({ 'style/base.css': '/* base of mine */', 'style/z.css': '/* z */', 'style/a.css': '/* a */' });
    const css = render({ accentRules: '/* accent */' })['assets/style.css'] ?? '';
    const order = ['base of mine', 'index.html: what', 'accent', 'a', 'z'].map((word) => css.indexOf(`/* ${word}`));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    expect(css).not.toContain('--paper: light-dark');
  });

  it('are named with the line at which they fail, also where one of ours includes them', () => {
    const message = messageOf({ 'plot.eta': '<p>\n<%= it.nothing.here %>' });
    expect(message).toMatch(/\(.*mine\/plot\.eta, line 2: Cannot read properties of undefined \(reading 'here'\)\)/);
    expect(message).toContain("mend it, or take it away for neurodex's own");
    expect(message).not.toMatch(/install|\n/);
  });

  it.each([
    ['const e = new Error("mine"); e.cause = e; throw e', /line 1: mine\)/],
    ['throw Object.assign(new Error(), { message: 7 })', /line 1: 7\)/],
  ])('are named whatever they throw: %s', (code, expected) => {
    expect(messageOf({ 'plot.eta': `<% ${code} %>` })).toMatch(expected);
  });

  it.each([
    ['a\n<% if (x { %>\n', /mine\/own\.eta, line 2: Unexpected token '\{'\.$/],
    ['a\n\n<%= it. %>', /mine\/own\.eta, line 3: Unexpected token '\)'\.$/],
    ['a\n<%= it.x', /mine\/own\.eta, line 2: unclosed tag\.$/],
    ['a\n<%= "x %>', /mine\/own\.eta, line 2: unclosed string\.$/],
    ['a\n<p onclick="x">', /mine\/own\.eta, line 2: onclick/],
  ])('are refused before anything is rendered: %j', (text, expected) => {
    expect(messageOf({ 'own.eta': text })).toMatch(expected);
  });

  it('may include no other file than a template', () => {
    expect(messageOf({ 'plot.eta': '\n<%~ include("../../../etc/passwd") %>' })).toMatch(
      /plot\.eta, line 2: there is no template etc\/passwd\.eta in .*mine or of neurodex/,
    );
  });

  it('must bring the policy', () => {
    expect(messageOf({ 'index.eta': '<h1>mine</h1>' })).toMatch(/mine\/index\.eta, line 1: expected <% layout\(/);
    expect(messageOf({ 'layout.eta': '<html>\n<head>\n<title>x</title></head><body><%~ it.body %>' })).toMatch(
      /mine\/layout\.eta, line 2: expected the content security policy.*Put <meta http-equiv="Content-Security-Policy" content="default-src 'none'/,
    );
  });

  it.each([
    ['Types.eta', /mine\/Types\.eta: expected it to be called types\.eta, as case counts/],
    ['style/Base.CSS', /mine\/style\/Base\.CSS: expected it to be called style\/base\.css/],
  ])('are not called %s', (name, expected) => {
    expect(messageOf({ [name]: '' })).toMatch(expected);
  });

  it('tell of files that have no effect, but for hidden ones', () => {
    put({
      'style/base.scss': '',
      'README.md': '',
      'base.css': '',
      'style/deep/a.css': '',
      '.git/config': '',
      'own.eta': '',
    });
    expect(readOverrides(folder, 'templates').useless).toEqual([
      'README.md',
      'base.css',
      'style/base.scss',
      'style/deep/a.css',
    ]);
  });

  it('are refused where their folder is none, or another one', () => {
    rmSync(folder, { recursive: true });
    expect(messageOf({})).toMatch(/^--templates .*mine: expected a folder of templates, but there is none\.$/);
    writeFileSync(folder, '');
    expect(() => readOverrides(folder, 'templates')).toThrow(/expected a folder of templates, but it is a file\.$/);
    expect(() => readOverrides('node_modules', 'templates')).toThrow(/found one with over 1000 files/);
  });

  it('are refused where they are no UTF-8', () => {
    put({ 'own.eta': '' });
    writeFileSync(join(folder, 'own.eta'), Buffer.from('\xff\xfe', 'latin1'));
    expect(messageOf({})).toMatch(/own\.eta: expected a template or a style sheet, but it is not UTF-8\.$/);
  });
});
