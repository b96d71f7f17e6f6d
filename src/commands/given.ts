/** The files that a user gives for the looks of a site: read once, before the first query, so that none is found wanting after minutes. */
import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { ConfigError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { LOGO_EXPECTED, type Logo, type Look, logoOf, MOST_LOGO_BYTES } from '../site/look/look.ts';
import type { Overrides } from '../site/look/overrides.ts';
import type { FullNames } from '../site/table/columns.ts';

export interface Given {
  overrides: Overrides | null;
  look: Look;
  /** Of ROIs and regions: the preset's, and those of the user's file on top. */
  fullNames: FullNames;
  /** Of the user's file alone; null without one. */
  ownNames: FullNames | null;
  /** Of everything that was read. */
  digest: string;
}

const USELESS_SHOWN = 3;

/**
 * @param templatesDir the templates that come with neurodex
 * @throws ConfigError if a file is not what it must be, with its line
 */
export async function readGiven(
  settings: Settings,
  templatesDir: string,
  tell: (text: string) => void,
): Promise<Given> {
  const { templates, roiNames } = settings;
  // The parsers are loaded where there is something to parse: every other run would wait for them.
  const overrides =
    templates === undefined ? null : (await import('../site/look/overrides.ts')).readOverrides(templates, templatesDir);
  const ownNames = roiNames === undefined ? null : (await import('../site/look/roiNames.ts')).readRoiNames(roiNames);
  if (overrides && overrides.useless.length > 0) tell(uselessText(overrides));
  const logo = settings['site.logo'] === undefined ? null : readLogo(settings['site.logo']);
  const digest = hash(
    'sha256',
    JSON.stringify([[...(overrides?.files ?? [])], ownNames, logo && [logo.path, hash('sha256', logo.bytes)]]),
  );
  return {
    overrides,
    look: {
      title: settings['site.title'],
      footer: settings['site.footer'],
      logo,
      accentRules: await accentRulesOf(settings, overrides, templatesDir),
    },
    fullNames: { ...settings['rois.names'], ...ownNames },
    ownNames,
    digest,
  };
}

/** A file with the halves' names, or of another dataset, would change nothing without a word. */
export function tellOfUnusedNames(
  { ownNames }: Given,
  { types, mode, dataset }: Catalog,
  { roiNames }: Settings,
  tell: (text: string) => void,
): void {
  if (ownNames === null || mode === 'quick') return;
  const isUsed = types.some(({ rois, regions }) =>
    [...(rois ?? []), ...(regions ?? [])].some(({ name }) => Object.hasOwn(ownNames, name)),
  );
  if (isUsed) return;
  tell(
    `--roi-names ${roiNames}: none of its names is an ROI of ${nameWithTag(dataset)}. Names are as the pages show them: LH, not LH(R).`,
  );
}

async function accentRulesOf(
  { 'site.accent': accent }: Settings,
  overrides: Overrides | null,
  templatesDir: string,
): Promise<string | null> {
  if (accent === undefined) return null;
  const base = 'style/base.css';
  const css = overrides?.files.get(base) ?? readFileSync(join(templatesDir, base), 'utf8');
  return (await import('../site/look/accent.ts')).accentRules(accent, css);
}

function uselessText({ folder, useless }: Overrides): string {
  const shown = useless.slice(0, USELESS_SHOWN).join(', ');
  const more = useless.length > USELESS_SHOWN ? ` and ${useless.length - USELESS_SHOWN} more` : '';
  return `--templates ${folder}: only *.eta and style/*.css have an effect, so ${shown}${more} ${useless.length === 1 ? 'has' : 'have'} none.`;
}

function readLogo(file: string): Logo {
  const expected = `site.logo ${file}: expected ${LOGO_EXPECTED}`;
  try {
    // A film named by mistake need not be read to be refused.
    const { size } = statSync(file);
    const logo = size > MOST_LOGO_BYTES ? `found ${size} bytes: make it smaller` : logoOf(readFileSync(file));
    if (typeof logo === 'string') throw new ConfigError(`${expected}, ${logo}.`);
    return logo;
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`${expected}, but ${code === 'ENOENT' ? 'there is none' : `it cannot be read (${code})`}.`, {
      cause,
    });
  }
}
