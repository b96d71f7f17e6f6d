/** Which preset holds, and who chose it: somebody, or the name of the dataset. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConfigSources, loadConfig } from '../../src/config.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

/** The line of `neurodex config` about the preset. */
async function presetLine(args: string[], options: Parameters<typeof runCli>[1] = {}): Promise<string> {
  const { code, stdout, stderr } = await runCli(['config', ...args], { cwd: temporaryFolder(), ...options });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').find((line) => line.startsWith('preset: ')) ?? '';
}

describe('the preset', () => {
  const presetOf = (sources: ConfigSources): string => loadConfig(sources).settings.preset;

  test('is the one that is called as the dataset is, whatever its version and whoever names it', () => {
    expect(presetOf({ flags: { dataset: 'hemibrain' } })).toBe('hemibrain');
    expect(presetOf({ flags: { dataset: 'Male-CNS:v0.9' } })).toBe('male-cns');
    expect(presetOf({ assignments: ['dataset=manc:v1.2.1'] })).toBe('manc');
    expect(presetOf({ env: { NEURODEX_DATASET: 'flywire-fafb:v783b' } })).toBe('flywire-fafb');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'neurodex.yaml'), 'dataset: optic-lobe:v1.1\n');
    expect(presetOf({ folder })).toBe('optic-lobe');
  });

  test('brings its rules, its citation and its links', () => {
    const { settings } = loadConfig({ flags: { dataset: 'hemibrain:v1.2.1' } });
    expect(settings).toEqual({
      ...loadConfig({ flags: { preset: 'hemibrain' } }).settings,
      dataset: 'hemibrain:v1.2.1',
    });
    expect(settings.sides[0]?.property).toBe('instance');
  });

  test('that somebody says wins over the name of the dataset, in whatever layer either is said', () => {
    const env = { NEURODEX_PRESET: 'default' };
    expect(presetOf({ flags: { dataset: 'hemibrain:v1.2.1' }, env })).toBe('default');
    expect(presetOf({ env: { ...env, NEURODEX_DATASET: 'manc' }, flags: { preset: 'male-cns' } })).toBe('male-cns');
  });

  test.each(['fish2', 'fish2:v1', 'hemibrain2:v1', 'hemi', '', ':v1', '../config/manc'])(
    'of the dataset %j, which has none, is the default one',
    (dataset) => {
      expect(presetOf({ env: { NEURODEX_DATASET: dataset } })).toBe('default');
    },
  );

  test('is listed with who chose it', async () => {
    expect(await presetLine([])).toBe('preset: "default"  # default');
    expect(await presetLine(['--preset', 'manc', '--dataset', 'hemibrain'])).toBe('preset: "manc"  # --preset');
    expect(await presetLine(['--dataset', 'hemibrain:v1.2.1'])).toBe(
      'preset: "hemibrain"  # by --dataset hemibrain:v1.2.1',
    );
    expect(await presetLine([], { env: { NEURODEX_DATASET: 'manc:v1.2.3' } })).toBe(
      'preset: "manc"  # by NEURODEX_DATASET manc:v1.2.3',
    );
    expect(await presetLine(['--dataset', 'fish2:v1'])).toBe('preset: "default"  # default');
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'mine.yaml'), 'output: x\ndataset: manc\n');
    expect(await presetLine(['--config', 'mine.yaml'], { cwd })).toBe('preset: "manc"  # by mine.yaml, line 2: manc');
  });

  test('is listed as far as can be told where the source is no file, or none that can be read', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'thesis.duckdb'), 'my thesis');
    for (const source of ['sample', 'bolt://127.0.0.1:1', 'nothing.duckdb', 'thesis.duckdb'])
      expect(await presetLine(['--source', source], { cwd })).toBe('preset: "default"  # default');
  });
});
