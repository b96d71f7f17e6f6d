/** Difference -> the files of its page: they lie side by side, so that they may stand in the folder of a site. */
import type { Difference } from '../../catalog/difference.ts';
import { openTemplates, readPart } from '../look/templates.ts';
import type { PageOptions, PlannedFile } from '../pages.ts';
import { diffJson } from './json.ts';
import { diffPage } from './page.ts';

/** The first tells what wrote them. */
export const DIFF_PATHS = ['diff.json', 'diff.html', 'diff.css', 'diff.js'] as const;

/** Of the site's style sheet what this page needs: the site's own may be of another version, and is left alone. */
const STYLE_PARTS = ['base', 'index', 'print', 'diff'];

export function diffFiles(
  difference: Difference,
  { templatesDir, browserDir }: Pick<PageOptions, 'templatesDir' | 'browserDir'>,
): PlannedFile[] {
  const { render, style } = openTemplates({ templatesDir }, STYLE_PARTS);
  const contents: Record<(typeof DIFF_PATHS)[number], string> = {
    'diff.json': diffJson(difference),
    'diff.html': render('diff', diffPage(difference)),
    'diff.css': style.join('\n'),
    'diff.js': readPart(browserDir, 'diff.js'),
  };
  return DIFF_PATHS.map((path) => ({ path, content: contents[path] }));
}
