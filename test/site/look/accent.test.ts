import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { type Accent, accentRules, contrast } from '../../../src/site/look/accent.ts';

const BASE = readFileSync('templates/style/base.css', 'utf8');

/** The colours of a rule: those of light, those of dark. */
function coloursOf(css: string, name: string): string[] {
  return new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(css)?.slice(1) ?? [];
}

function messageFor(accent: Accent, css = BASE): string {
  try {
    return accentRules(accent, css);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('contrast', () => {
  it.each([
    ['#000', '#ffffff', 21],
    ['#fff', '#fff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#0000ff', '#ffffff', 8.59],
  ])('of %s and %s is %f, as WCAG has it', (a, b, ratio) => {
    expect(contrast(a, b)).toBeCloseTo(ratio, 2);
    expect(contrast(b, a)).toBe(contrast(a, b));
  });
});

describe('an accent', () => {
  it.each(['#7b1fa2', '#b00020', '#0b6570', '#333', '#0057b7', '#00f'])(
    '%s can be read in both themes, on every ground, and quiet text on its own',
    (accent) => {
      const rules = accentRules(accent, BASE);
      const [soft, quiet] = [coloursOf(rules, 'accent-soft'), coloursOf(BASE, 'quiet')];
      coloursOf(rules, 'accent').forEach((colour, theme) => {
        for (const ground of [coloursOf(BASE, 'paper')[theme], soft[theme], coloursOf(BASE, 'on-accent')[theme]]) {
          expect(contrast(colour, ground as string)).toBeGreaterThanOrEqual(4.5);
        }
        expect(contrast(quiet[theme] as string, soft[theme] as string)).toBeGreaterThanOrEqual(4.5);
      });
      expect(coloursOf(rules, 'accent')).toHaveLength(2);
    },
  );

  it('is the light theme’s as given', () => {
    expect(coloursOf(accentRules('#7b1fa2', BASE), 'accent')[0]).toBe('#7b1fa2');
  });

  it.each<[Accent, string, RegExp]>([
    ['#fc0', 'light', /Give a darker one, such as "(#\w{6})", or a pair/],
    [{ light: '#0b6570', dark: '#0b6570' }, 'dark', /Give a lighter one, such as "(#\w{6})"\.$/],
    ['#7a7aff', 'light', /Give a darker one, such as "(#\w{6})", or a pair/],
  ])('%j is refused for the %s theme, with its ratio and a colour that passes', (accent, theme, expected) => {
    const message = messageFor(accent);
    expect(message).toMatch(new RegExp(`cannot be read in the ${theme} theme: its contrast is \\d\\.\\d\\d:1 with --`));
    const better = expected.exec(message)?.[1] ?? '';
    expect(messageFor(typeof accent === 'string' ? better : { ...accent, [theme]: better })).toContain(better);
    expect(messageFor(typeof accent === 'string' ? better : { ...accent, [theme]: better })).toContain(':root');
  });

  it('is held against the colours of the style sheet that is used', () => {
    expect(messageFor('#0b6570', BASE.replace('--paper: light-dark(#fff', '--paper: light-dark(#444'))).toMatch(
      /in the light theme.*with --paper \(#444444\)/,
    );
    expect(messageFor('#0b6570', BASE.replace(/--paper: [^;]*/, '--paper: white'))).toMatch(
      /expected --paper: light-dark\(#rrggbb, #rrggbb\) in style\/base\.css/,
    );
  });
});
