/** `neurodex diff`: what changed from one built index to another. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isEmpty } from '../catalog/difference.ts';
import { diffJsonText, diffText } from '../diffSummary.ts';
import { wholeNumber, withOutputFlags } from './flags.ts';
import { EXIT, type OutputFlags, type Outside } from './outside.ts';

const FORMATS = ['text', 'json'] as const;

interface DiffFlags extends OutputFlags {
  format: (typeof FORMATS)[number];
  limit: number;
  minShareChange: number;
  page?: string;
  exitCode?: boolean;
}

export function addDiff(root: Command, outside: Outside): void {
  const command = root
    .command('diff')
    .description(
      'what changed from one built index to another: types that came, went, were renamed or say something else',
    )
    .argument('<before>', 'a data/index.json, or the folder of a site')
    .argument('<after>', 'the same of the later one');
  withOutputFlags(command, 'say nothing but the result and errors')
    .addOption(new Option('--format <how>', 'of what is printed').choices(FORMATS).default('text').conflicts('json'))
    .option('--limit <n>', 'at most so many types of each list in the text', wholeNumber, 20)
    .option(
      '--min-share-change <points>',
      "how far an ROI's share must move to be listed, in percentage points",
      points,
      5,
    )
    .option('--page <folder>', 'write the difference as a page there, too: diff.html')
    .option('--exit-code', 'end with 1 if anything differs but when it was built')
    .action((before: string, after: string, { format, limit, minShareChange, page, exitCode, ...flags }: DiffFlags) =>
      outside.perform(flags, async (context) => {
        const { diff } = await import('../commands/diff.ts');
        const difference = diff(before, after, { minShareChange, page }, context);
        return {
          text: format === 'json' ? diffJsonText(difference) : diffText(difference, limit) + openText(page),
          result: { difference },
          isAnswer: true,
          exitCode: exitCode && !isEmpty(difference) ? EXIT.usageOrData : EXIT.ok,
        };
      }),
    );
}

function openText(page: string | undefined): string {
  return page === undefined ? '' : `\n\nopen    ${page}/diff.html`;
}

function points(text: string): number {
  const number = Number(text);
  // Shares are given with two decimals.
  if (!/^\d+(\.\d{1,2})?$/.test(text) || number > 100) {
    throw new InvalidArgumentError('Expected percentage points from 0 to 100, like 5 or 0.25.');
  }
  return number;
}
