/** Which rules a file is read by where nobody says which: those of the dataset that it names. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tellOfPreset } from '../../src/commands/preset.ts';
import { type ConfigSources, loadConfig } from '../../src/config.ts';
import type { Report } from '../../src/report.ts';
import { type Finished, runCli, temporaryFolder, VECTORS } from '../support/cli.ts';

/** A folder with a connectome file x.duckdb of that name: some sides stand in the instance, ROIs end in "(R)". */
async function folderWith(dataset: string): Promise<string> {
  const cwd = temporaryFolder();
  const meta = JSON.parse(readFileSync(join(VECTORS, 'meta.json'), 'utf8'));
  writeFileSync(join(cwd, 'meta.json'), JSON.stringify({ ...meta, dataset, tag: 'v1' }));
  const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', 'meta.json', '--into', 'x.duckdb'];
  expect(await runCli(['import', ...files, '--silent'], { cwd })).toMatchObject({ code: 0 });
  return cwd;
}

async function built(cwd: string, ...flags: string[]): Promise<Finished & { report: Report }> {
  const args = ['create-index', '--source', 'x.duckdb', '--report', 'r.json', ...flags];
  const finished = await runCli(args, { cwd, env: { SOURCE_DATE_EPOCH: '0' } });
  expect(finished).toMatchObject({ code: 0 });
  return { ...finished, report: JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')) };
}

const siteIn = (cwd: string, folder: string): Map<string, string> => {
  const names = (readdirSync(join(cwd, folder), { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(cwd, folder, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(cwd, folder, name), 'utf8')]));
};

const COLD = ['--cache', 'none', '--output', 'cold'];

describe('a file', () => {
  test('is read by the preset that is called as its dataset is, without a word about it', async () => {
    const cwd = await folderWith('hemibrain');
    const { stderr } = await built(cwd);
    expect(stderr).not.toMatch(/preset/i);
    await built(cwd, ...COLD, '--preset', 'hemibrain');
    expect(siteIn(cwd, 'site')).toEqual(siteIn(cwd, 'cold'));
    expect(siteIn(cwd, 'site').get('index.html')).toContain('Scheffer et al. 2020');
    await built(cwd, ...COLD, '--preset', 'default');
    expect(siteIn(cwd, 'site')).not.toEqual(siteIn(cwd, 'cold'));
    const { stdout } = await runCli(['config', '--source', 'x.duckdb'], { cwd });
    expect(stdout).toContain('preset: "hemibrain"  # by x.duckdb, which holds hemibrain\n');
  });

  test('of a dataset without one is read by the default one, and the run says so once, but not with --silent', async () => {
    const cwd = await folderWith('fish"\u202e2');
    const told =
      'No preset is called "fish\\"\\u{202e}2"; the default one holds: sides from rootSide, somaSide, side, then instance; halves "(L)", "(R)". Choose another by --preset.';
    expect((await built(cwd)).stderr.split('\n').filter((line) => line.includes('preset'))).toEqual([`note: ${told}`]);
    expect((await built(cwd)).stderr).toContain(told);
    const { stderr, report } = await built(cwd, '--silent');
    expect(stderr).toBe('');
    expect(report.events).toEqual([expect.stringMatching(/^No preset is called/)]);
    expect(report.notes).toEqual([]);
    for (const flags of [
      ['--preset', 'default'],
      ['--set', 'preset=manc'],
    ])
      expect((await built(cwd, ...flags)).stderr).not.toMatch(/No preset/);
    expect((await runCli(['warm', '--source', 'x.duckdb'], { cwd })).stderr).toContain(told);
  });

  test('says the rules that hold, also where the user gave some of them', async () => {
    const cwd = await folderWith('fish2');
    writeFileSync(join(cwd, 'neurodex.yaml'), 'sides: [{property: somaSide}]\nrois.halfSuffix: _[LR]$\n');
    expect((await built(cwd)).stderr).toContain('the default one holds: sides from somaSide; halves "_L", "_R".');
    expect((await built(cwd, '--set', 'rois.halfSuffix=-half$')).stderr).toContain(
      'sides from somaSide; halves -half$.',
    );
  });

  test('that is a sample has the default one, which goes without saying', async () => {
    const cwd = temporaryFolder();
    await runCli(['sample', '--types', '20', '--cells', '100', '--into', 'x.duckdb'], { cwd });
    for (const source of ['sample?types=20&cells=100', 'x.duckdb']) {
      const { code, stderr } = await runCli(['create-index', '--source', source, '--cache', 'none'], { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/preset/i) });
    }
  });
});

describe('a server that is not told which dataset', () => {
  const toldOf = (dataset: string, flags: ConfigSources['flags']): string[] => {
    const told: string[] = [];
    tellOfPreset(dataset, loadConfig({ flags: { source: 'bolt://h:7687', ...flags } }), (text) => void told.push(text));
    return told;
  };

  test('is read by the default preset, and the run says which one the dataset has', () => {
    expect(toldOf('Hemibrain:v1.2.1', {})).toEqual([
      'The source holds Hemibrain:v1.2.1, which has a preset of its own; the default one holds: sides from rootSide, somaSide, side, then instance; halves "(L)", "(R)". Use --preset hemibrain, or --dataset Hemibrain:v1.2.1.',
    ]);
    expect(toldOf('fish2', {})).toEqual([
      expect.stringMatching(/^No preset is called "fish2"; the default one holds:/),
    ]);
  });

  test.each([{ preset: 'default' }, { preset: 'manc' }, { dataset: 'hemibrain:v1.2.1' }])(
    'and one that is told %j need not be told of it',
    (flags) => {
      expect(toldOf('hemibrain:v1.2.1', flags)).toEqual([]);
    },
  );
});

describe('what is kept', () => {
  test('serves whichever preset comes next: a site is always what a first run would have written', async () => {
    const cwd = await folderWith('hemibrain');
    // From many properties to few and back; by name, said, and by the name of the file.
    const turns = [['--preset', 'default'], [], ['--dataset', 'hemibrain:v1'], ['--preset', 'male-cns'], []];
    const presets = ['default', 'hemibrain', 'hemibrain', 'male-cns', 'hemibrain'];
    for (const [i, flags] of turns.entries()) {
      await built(cwd, ...flags);
      await built(cwd, ...COLD, '--preset', presets[i] as string);
      expect(siteIn(cwd, 'site')).toEqual(siteIn(cwd, 'cold'));
    }
    expect((await built(cwd)).report).toMatchObject({ queries: 0, filesWritten: [] });
    // The same rules, said otherwise, make the same site.
    expect((await built(cwd, '--preset', 'hemibrain')).report).toMatchObject({ queries: 0, filesWritten: [] });
  });

  test('chooses the preset of a run that may open nothing, also once the file is gone', async () => {
    const cwd = await folderWith('hemibrain');
    await built(cwd);
    const before = siteIn(cwd, 'site');
    rmSync(join(cwd, 'x.duckdb'));
    const { report, stderr } = await built(cwd, '--offline', '--output', 'offline');
    expect(stderr).not.toMatch(/preset/i);
    expect(report.queries).toBe(0);
    expect(siteIn(cwd, 'offline')).toEqual(before);
    expect(await runCli(['create-index', '--source', 'x.duckdb'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('x.duckdb: no such file'),
    });
  });

  test('is verified by the same preset', async () => {
    const cwd = await folderWith('hemibrain');
    await built(cwd);
    expect(await runCli(['cache', 'verify', '--source', 'x.duckdb', '--all'], { cwd })).toMatchObject({ code: 0 });
  });
});
