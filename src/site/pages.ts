/** What the pages are told beside the catalogue. */
import type { Content } from '../files.ts';
import type { Settings } from '../settings.ts';
import type { Look } from './look/look.ts';
import type { Overrides } from './look/overrides.ts';
import type { FullNames, Outward } from './table/columns.ts';

/** Facts of a dataset that no database tells: from the preset. */
export interface About {
  title?: string | undefined;
  citation?: string | undefined;
  citationUrl?: string | undefined;
  licence?: string | undefined;
  licenceUrl?: string | undefined;
  homepage?: string | undefined;
}

export function aboutOf(settings: Settings): About {
  return {
    title: settings['about.title'],
    citation: settings['about.citation'],
    citationUrl: settings['about.citationUrl'],
    licence: settings['about.licence'],
    licenceUrl: settings['about.licenceUrl'],
    homepage: settings['about.homepage'],
  };
}

export interface PageOptions extends Outward {
  about: About;
  fullNames: FullNames;
  /** When the data was built, as an ISO 8601 UTC time. */
  generated: string;
  /** One-line remarks on the data that a reader must know ("Meta has no ROI hierarchy: …"). */
  notes: string[];
  /** The folder of the Eta templates and the style sheet. */
  templatesDir: string;
  /** What the user has instead of some of them. */
  overrides?: Overrides | null;
  look?: Look;
  /** The folder of the bundled page scripts (index.js, types.js, diff.js). */
  browserDir: string;
}

/** A file of the site: `path` is relative to the output folder, with forward slashes. */
export interface PlannedFile {
  path: string;
  /** Whole, or piece by piece where it is long: it may be read several times. */
  content: Content;
  /** Found to stand in the output folder as it is: it need not be compared once more. */
  isThere?: boolean;
}
