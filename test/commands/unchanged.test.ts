/** What a build does where nothing changed: nothing, and what it must where the site or its rules did. */
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/report.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

const SAMPLE = ['--source', 'sample?types=20&cells=100'];

async function built(cwd: string, ...flags: string[]): Promise<Report> {
  const args = ['create-index', ...SAMPLE, '--report', 'r.json', '--silent', ...flags];
  const { code, stderr } = await runCli(args, { cwd, env: { SOURCE_DATE_EPOCH: '1600000000' } });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')) as Report;
}

const filesIn = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true }) as string[]).filter((path) => statSync(join(folder, path)).isFile()).sort();
const contentsOf = (folder: string): Map<string, string> =>
  new Map(filesIn(folder).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
const timesOf = (folder: string): number[] => filesIn(folder).map((path) => statSync(join(folder, path)).mtimeMs);

describe('a build where nothing changed', () => {
  test('touches no file, reads no answer, and reports what the site holds', async () => {
    const cwd = temporaryFolder();
    const site = join(cwd, 'site');
    const first = await built(cwd);
    const times = timesOf(site);
    const second = await built(cwd);
    expect(timesOf(site)).toEqual(times);
    expect(second.phases).not.toHaveProperty('site');
    expect(second).toMatchObject({ dataset: first.dataset, totals: first.totals, queries: 0, filesWritten: [] });
    expect(second.kept).toEqual({ unchanged: 20, changed: 0, added: 0, asked: 0, gone: 0 });
    expect([...second.filesUnchanged].sort()).toEqual([...first.filesWritten].sort());
  });

  const damages: [string, (site: string) => void][] = [
    ['is gone', (site) => rmSync(join(site, 'types.html'))],
    ['was added to', (site) => appendFileSync(join(site, 'types.html'), 'x')],
    [
      'was changed in place',
      (site) => {
        const file = join(site, 'data', 'types.csv');
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, `X${text.slice(1)}`);
        utimesSync(file, 1_000_000, 1_000_000);
      },
    ],
    ['and its folder are gone', (site) => rmSync(join(site, 'assets'), { recursive: true })],
  ];
  test.each(damages)('makes the site whole again where a file of it %s', async (_what, damage) => {
    const cwd = temporaryFolder();
    const site = join(cwd, 'site');
    await built(cwd);
    const whole = contentsOf(site);
    damage(site);
    expect(await built(cwd)).toMatchObject({ queries: 0 });
    expect(contentsOf(site)).toEqual(whole);
    expect(await built(cwd)).toMatchObject({ filesWritten: [] });
  });

  test.each([
    [['--set', 'rois.minSharePercent=20']],
    [['--set', 'rois.rule=quickpage']],
    [['--set', 'about.title=Another']],
    [['--quick']],
    [['--cells']],
    [['--quick', '--cells']],
    [['--match', '^[A-M]']],
    [['--preset', 'male-cns']],
  ])('writes what other rules say: %j', async (flags) => {
    const [cwd, cold] = [temporaryFolder(), temporaryFolder()];
    await built(cwd);
    await built(cwd, ...flags);
    await built(cold, ...flags);
    expect(contentsOf(join(cwd, 'site'))).toEqual(contentsOf(join(cold, 'site')));
    expect(await built(cwd, ...flags)).toMatchObject({ filesWritten: [] });
  });

  test('writes a site into another folder, and knows the two apart', async () => {
    const cwd = temporaryFolder();
    const { filesWritten } = await built(cwd);
    expect(await built(cwd, '--output', 'other')).toMatchObject({ queries: 0, filesWritten });
    expect(await built(cwd)).toMatchObject({ filesWritten: [] });
    expect(contentsOf(join(cwd, 'other'))).toEqual(contentsOf(join(cwd, 'site')));
  });

  test('does all of it where everything is to be fresh, or verified', async () => {
    const cwd = temporaryFolder();
    const { queries } = await built(cwd);
    expect(await built(cwd, '--fresh')).toMatchObject({ queries, kept: null });
    expect(await built(cwd, '--verify', '3')).toMatchObject({ verifiedTypes: 3 });
  });

  test('writes the time that it is told, as ever', async () => {
    const cwd = temporaryFolder();
    await built(cwd);
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    await runCli(['create-index', ...SAMPLE], { cwd, env });
    expect(readFileSync(join(cwd, 'site/data/index.json'), 'utf8')).toContain('2023-11-14T22:13:20Z');
  });
});
