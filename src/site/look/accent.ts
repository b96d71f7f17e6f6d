/** One colour -> the rules of the style sheet that hang on it, if text in it can be read wherever it stands (WCAG 2.2). */

import { ConfigError } from '../../errors.ts';

/** As the setting has it. */
export type Accent = string | { light: string; dark: string };

/** Red, green, blue, 0 to 255. */
type Rgb = readonly [number, number, number];

/** Of normal text, level AA. */
const LEAST_CONTRAST = 4.5;

const THEMES = ['light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** How much of the accent the soft ground behind chips and details has at most: so much less than paper, so much still paper. */
const MOST_SOFT: Record<Theme, number> = { light: 0.12, dark: 0.16 };

/** Towards what a colour gains contrast. */
const AWAY: Record<Theme, Rgb> = { light: [0, 0, 0], dark: [255, 255, 255] };

/** "#0b6" or "#00bb66". */
function rgbOf(hex: string): Rgb {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as unknown as Rgb;
}

function hexOf(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** `share` of the first in the second. */
function mixed(colour: Rgb, ground: Rgb, share: number): Rgb {
  return colour.map((part, i) => Math.round(share * part + (1 - share) * (ground[i] as number))) as unknown as Rgb;
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(a: Rgb, b: Rgb): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** 1 to 21, as WCAG 2.2 defines it, of two colours as #rgb or #rrggbb. */
export function contrast(a: string, b: string): number {
  return contrastOf(rgbOf(a), rgbOf(b));
}

/** What stands on the accent or under it. */
const GROUNDS = ['paper', 'raised', 'quiet', 'on-accent'] as const;
type Grounds = Record<(typeof GROUNDS)[number], Rgb>;

/** @param css what sets the colours: style/base.css */
function groundsOf(css: string, theme: Theme): Grounds {
  return Object.fromEntries(
    GROUNDS.map((name) => {
      const pair = new RegExp(`--${name}:\\s*light-dark\\(\\s*(#\\w+)\\s*,\\s*(#\\w+)\\s*\\)`).exec(css);
      const hex = pair?.[theme === 'light' ? 1 : 2] ?? '';
      if (!/^#(?:[\da-f]{3}){1,2}$/i.test(hex)) {
        throw new ConfigError(
          `site.accent: expected --${name}: light-dark(#rrggbb, #rrggbb) in style/base.css, by which its contrast is measured. Write it so, or set --accent in your own style sheet.`,
        );
      }
      return [name, rgbOf(hex)];
    }),
  ) as Grounds;
}

/** The ground of chips and details, on which quiet text stands too. */
function softOf(accent: Rgb, { paper, quiet }: Grounds, theme: Theme): Rgb {
  let share = MOST_SOFT[theme];
  while (share > 0.02 && contrastOf(quiet, mixed(accent, paper, share)) < LEAST_CONTRAST) share -= 0.01;
  return mixed(accent, paper, share);
}

/** The worst of its contrasts, and on what. */
function worstOf(accent: Rgb, grounds: Grounds, theme: Theme): { on: string; ground: Rgb; ratio: number } {
  const found: [string, Rgb][] = [
    ['--paper', grounds.paper],
    ['--raised', grounds.raised],
    ['--accent-soft', softOf(accent, grounds, theme)],
    ['--on-accent', grounds['on-accent']],
  ];
  const ratios = found.map(([on, ground]) => ({ on, ground, ratio: contrastOf(accent, ground) }));
  return ratios.reduce((worst, next) => (next.ratio < worst.ratio ? next : worst));
}

/** The nearest colour of the same hue that can be read. */
function readable(accent: Rgb, grounds: Grounds, theme: Theme): Rgb {
  let share = 1;
  let colour = accent;
  while (share > 0 && worstOf(colour, grounds, theme).ratio < LEAST_CONTRAST) {
    share -= 0.02;
    colour = mixed(accent, AWAY[theme], share);
  }
  return colour;
}

/**
 * A single colour is the light theme's: none can be read on white and on a dark ground too, so the dark theme takes a
 * lighter one of the same hue.
 * @throws ConfigError with the ratio, and a colour that would do
 */
export function accentRules(accent: Accent, baseCss: string): string {
  const colours = THEMES.map((theme): [accent: string, soft: string] => {
    const grounds = groundsOf(baseCss, theme);
    const given = typeof accent === 'string' ? (theme === 'light' ? accent : null) : accent[theme];
    const colour = given === null ? readable(rgbOf(accent as string), grounds, theme) : rgbOf(given);
    const { on, ground, ratio } = worstOf(colour, grounds, theme);
    if (ratio < LEAST_CONTRAST) {
      // Cut, not rounded: 4.49 is not enough.
      const told = (Math.floor(100 * ratio) / 100).toFixed(2);
      throw new ConfigError(
        `site.accent: ${given} cannot be read in the ${theme} theme: its contrast is ${told}:1 with ${on} (${hexOf(ground)}), expected at least ${LEAST_CONTRAST}:1 (WCAG 2.2). Give a ${theme === 'light' ? 'darker' : 'lighter'} one, such as "${hexOf(readable(colour, grounds, theme))}"${typeof accent === 'string' ? ', or a pair {light, dark}' : ''}.`,
      );
    }
    return [hexOf(colour), hexOf(softOf(colour, grounds, theme))];
  });
  const pair = (at: 0 | 1): string => `light-dark(${colours.map((colour) => colour[at]).join(', ')})`;
  return `:root {\n  --accent: ${pair(0)};\n  --accent-soft: ${pair(1)};\n}\n`;
}
