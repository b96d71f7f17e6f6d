/** The commands of `neurodex cache`: to look into what is kept, and to remove it. */
import { type Command, Option } from 'commander';
import { cacheStatsText, removalText, verifiedText } from '../cacheSummary.ts';
import {
  byteSize,
  type ConfigFlags,
  configOf,
  configOfSource,
  wholeNumber,
  withOutputFlags,
  withSettings,
} from './flags.ts';
import { EXIT, type Outside } from './outside.ts';

export function addCache(root: Command, outside: Outside): void {
  const cache = root.command('cache').description('look into what is kept between runs, and remove it');
  addStats(cache, outside);
  addVerify(cache, outside);
  addClear(cache, outside);
  addPrune(cache, outside);
}

function addStats(cache: Command, outside: Outside): void {
  const command = cache.command('stats').description('what is kept, since when, and what the last run had of it');
  withOutputFlags(withSettings(command, ['cache']), 'say nothing but the result and errors').action(
    (flags: ConfigFlags) =>
      outside.perform(flags, async ({ wallMs }) => {
        const { settings } = configOf(flags, outside);
        const { cacheStats } = await import('../commands/cacheStats.ts');
        const contents = await cacheStats(settings);
        return { text: cacheStatsText(contents, wallMs()), result: { cache: contents }, isAnswer: true };
      }),
  );
}

const VERIFIED_TYPES = 200;

function addVerify(cache: Command, outside: Outside): void {
  const command = cache
    .command('verify')
    .description('ask the source again for some of what is kept, and compare: finds edits that left no sign');
  withOutputFlags(
    withSettings(command, ['source', 'dataset', 'database', 'tokenFile', 'preset', 'cache', 'timeoutMs']),
    'say nothing but the result and errors',
  )
    .option('--sample <n>', 'so many types of each lookup, chosen at random', wholeNumber, VERIFIED_TYPES)
    .addOption(new Option('--all', 'every type').conflicts('sample'))
    .action(({ sample, all, ...flags }: ConfigFlags & { sample: number; all?: boolean }) =>
      outside.perform(flags, async (context) => {
        const { settings } = await configOfSource(flags, outside);
        const { verifyCache } = await import('../commands/cacheVerify.ts');
        const verified = await verifyCache(all ? Number.POSITIVE_INFINITY : sample, settings, context);
        const has = (kind: 'wrong' | 'failed'): boolean => verified.parts.some((part) => part[kind].length > 0);
        const exitCode = has('wrong') ? EXIT.usageOrData : has('failed') ? EXIT.failedTypes : EXIT.ok;
        return { text: verifiedText(verified), result: { verified }, isAnswer: true, exitCode };
      }),
    );
}

function addClear(cache: Command, outside: Outside): void {
  const command = cache.command('clear').description('remove all that is kept, or what is kept of a dataset');
  withOutputFlags(withSettings(command, ['cache']))
    .option('--dataset <name:tag>', 'only what is kept of this dataset; without a tag, of all its versions')
    .action(({ dataset, ...flags }: ConfigFlags & { dataset?: string }) =>
      outside.perform(flags, async () => {
        const { settings } = configOf(flags, outside);
        const { clearCache } = await import('../commands/cacheRemove.ts');
        const removal = await clearCache(dataset, settings);
        return { text: removalText(removal, 'cleared'), result: { cache: removal } };
      }),
    );
}

function addPrune(cache: Command, outside: Outside): void {
  const command = cache
    .command('prune')
    .description('remove what older versions of neurodex kept, then what is oldest, until the rest is small enough');
  withOutputFlags(withSettings(command, ['cache']))
    .requiredOption('--max-size <size>', 'what may stay: 500MB, 1.5GB, 64KB or 0', byteSize)
    .action(({ maxSize, ...flags }: ConfigFlags & { maxSize: number }) =>
      outside.perform(flags, async () => {
        const { settings } = configOf(flags, outside);
        const { pruneCache } = await import('../commands/cacheRemove.ts');
        const removal = await pruneCache(maxSize, settings);
        return { text: removalText(removal, 'pruned'), result: { cache: removal } };
      }),
    );
}
