import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCache } from '../../src/cache/twoLevel.ts';
import { systemClock } from '../../src/clock.ts';
import { createSiteRecords } from '../../src/commands/siteRecord.ts';
import { loadConfig } from '../../src/config.ts';
import type { DatasetDescription } from '../../src/connectome/connectome.ts';
import { createRun } from '../../src/report.ts';
import { temporaryFolder } from '../support/cli.ts';

const description = { name: 'd', tag: 'v1' } as DatasetDescription;

test('a site counts as made from the catalogue that it was made from, by the templates as they were', async () => {
  const folder = temporaryFolder();
  const [output, templates] = [join(folder, 'site'), join(folder, 'templates')];
  for (const made of [output, join(templates, 'style')]) mkdirSync(made, { recursive: true });
  writeFileSync(join(output, 'index.html'), 'page');
  const style = join(templates, 'style', 'base.css');
  writeFileSync(style, 'a {}');
  const cache = createCache(null);
  const { settings } = loadConfig({ flags: { output } });
  const records = (): ReturnType<typeof createSiteRecords> =>
    createSiteRecords(settings, [templates], [], cache, { today: { iso: '2026-01-01T00:00:00Z', isFixed: false } });
  const run = createRun('test', systemClock.now);
  run.report.filesWritten = ['index.html'];
  const isMade = (id: string): Promise<boolean> => records().isMade(description, id, run.report);

  await records().keep(description, 'first', run.report);
  expect(await isMade('first')).toBe(true);
  expect(await isMade('second')).toBe(false);
  writeFileSync(style, 'a { color: red }');
  expect(await isMade('first')).toBe(false);
});

test('templates that are edited while the site is made are not taken for those that it was made by', async () => {
  const folder = temporaryFolder();
  const [output, templates] = [join(folder, 'site'), join(folder, 'templates')];
  for (const made of [output, templates]) mkdirSync(made);
  const template = join(templates, 'index.eta');
  writeFileSync(template, 'before');
  const cache = createCache(null);
  const { settings } = loadConfig({ flags: { output } });
  const today = { iso: '2026-01-01T00:00:00Z', isFixed: false };
  const run = createRun('test', systemClock.now);
  const records = createSiteRecords(settings, [templates], [], cache, { today });
  writeFileSync(template, 'after, in the middle of the build');
  await records.keep(description, 'id', run.report);
  expect(
    await createSiteRecords(settings, [templates], [], cache, { today }).isMade(description, 'id', run.report),
  ).toBe(false);
});
