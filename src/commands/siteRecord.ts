/** What a site was made of and what its files were then: a run that finds both unchanged has nothing to do. */
import { hash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { siteKey } from '../cache/keys.ts';
import type { Cache } from '../cache/twoLevel.ts';
import type { DatasetDescription } from '../connectome/connectome.ts';
import { nameWithTag } from '../connectome/dataset.ts';
import { packageVersion } from '../packageRoot.ts';
import type { Report } from '../report.ts';
import { SETTINGS_OF_SITE, type Settings } from '../settings.ts';
import type { Context } from './context.ts';

const siteRecord = z.object({
  /** A digest of all that the site was made of. */
  madeOf: z.string(),
  files: z.array(z.object({ path: z.string(), size: z.number(), mtimeMs: z.number() })),
  totals: z.object({ types: z.number(), cells: z.number(), untyped: z.number(), pre: z.number(), post: z.number() }),
});

export interface SiteRecords {
  /** Whether the site stands as it would be made now; the report then says so. `id` is the kept catalogue's. */
  isMade(description: DatasetDescription, id: string, report: Report): Promise<boolean>;
  /** To be called when the site is written. */
  keep(description: DatasetDescription, id: string, report: Report): Promise<void>;
}

/**
 * @param makers the folders whose files make the pages, as they are now
 * @param besides digests of what decides beside settings and makers: pages that are linked to, files of the user
 */
export function createSiteRecords(
  settings: Settings,
  makers: readonly string[],
  besides: readonly (string | undefined)[],
  cache: Cache,
  { today }: Pick<Context, 'today'>,
): SiteRecords {
  const { output } = settings;
  const keyOf = (description: DatasetDescription): string =>
    siteKey(nameWithTag(description), hash('sha256', resolve(output)).slice(0, 16));
  const rules = SETTINGS_OF_SITE.map((key) => [key, settings[key]]);
  const program = [packageVersion(), statOf(fileURLToPath(import.meta.url)), makers.map(filesIn)];
  const toBeMade = JSON.stringify([rules, program, besides, today.isFixed ? today.iso : null], regexAsText);
  const madeOf = (id: string): string => hash('sha256', id + toBeMade);
  return {
    async isMade(description, id, report) {
      const { data } = siteRecord.safeParse(await cache.get(keyOf(description)));
      if (data?.madeOf !== madeOf(id)) return false;
      for (const { path, size, mtimeMs } of data.files) {
        const stat = statOf(join(output, path));
        if (stat?.size !== size || stat.mtimeMs !== mtimeMs) return false;
      }
      report.totals = data.totals;
      if (!settings.quick) report.kept = { unchanged: data.totals.types, changed: 0, added: 0, asked: 0, gone: 0 };
      report.filesUnchanged = data.files.map(({ path }) => path);
      return true;
    },
    async keep(description, id, { totals, filesWritten, filesUnchanged }) {
      const files = [...filesWritten, ...filesUnchanged].map((path) => ({ path, ...statOf(join(output, path)) }));
      await cache.set(keyOf(description), { madeOf: madeOf(id), files, totals });
    },
  };
}

function filesIn(folder: string): unknown[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.sort().map((name) => [name, statOf(join(folder, name))]);
}

function statOf(path: string): { size: number; mtimeMs: number } | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && { size: stat.size, mtimeMs: stat.mtimeMs };
}

function regexAsText(_key: string, value: unknown): unknown {
  return value instanceof RegExp ? value.source : value;
}
