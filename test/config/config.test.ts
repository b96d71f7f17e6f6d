import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig, presetNames } from '../../src/config.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

function folderWith(yaml: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'neurodex.yaml'), yaml);
  return folder;
}

describe('settings', () => {
  test('a flag wins over --set, that over the environment, that over the file, that over the preset', () => {
    const folder = folderWith('preset: hemibrain\noutput: file\nabout:\n  title: mine\n');
    const env = { NEURODEX_OUTPUT: 'env' };
    const outputOf = (sources: Parameters<typeof loadConfig>[0]): string =>
      loadConfig({ folder, ...sources }).settings.output;
    expect(outputOf({})).toBe('file');
    expect(outputOf({ env })).toBe('env');
    expect(outputOf({ env, assignments: ['output=set'] })).toBe('set');
    expect(outputOf({ env, assignments: ['output=set'], flags: { output: 'flag' } })).toBe('flag');
    const { settings } = loadConfig({ folder });
    expect(settings['about.title']).toBe('mine');
    expect(settings['about.licence']).toBe('CC BY 4.0');
    expect(settings['rois.minSharePercent']).toBe(1.5);
  });

  test('may be nested or dotted, and say where they were said', () => {
    const folder = folderWith('rois.minSharePercent: 2\nrois:\n  rule: quickpage\n');
    const { settings, origins } = loadConfig({ folder });
    expect([settings['rois.minSharePercent'], settings['rois.rule']]).toEqual([2, 'quickpage']);
    expect(origins['rois.rule']).toMatch(/neurodex\.yaml, line 3$/);
  });

  test.each([
    ['rois: 5', /line 1: unknown setting "rois"/],
    ['sides: []', /line 1: sides: expected at least one rule, got \[\]/],
    ['sides: [{property: instance, pattern: "("}]', /line 1: sides\[0\]\.pattern: expected a regular expression/],
    ['quick: yes please', /line 1: quick: expected true or false, got "yes please"/],
    ['about: {licenceUrl: "javascript:alert(1)"}', /line 1: about\.licenceUrl: expected a URL that begins with http/],
    ['rois: {minSharePercent: 120}', /expected a number from 0 to 100, got 120/],
    [
      'links:\n  - label: a\n    url: https://a.org/{type}\n  - label: b\n    url: https://b.org/{body}',
      /line 5: links\[1\]\.url: expected no braces but \{type\}, .* got "https:\/\/b\.org\/\{body\}"/,
    ],
    ['links:\n- url: https://a.org', /line 2: links\[0\]\.label: expected text, got \(not set\)/],
    ['links: [{label: a, url: "javascript:{type}"}]', /line 1: links\[0\]\.url: expected a URL that begins with http/],
    ['links: [{label: a, url: "https://[{type}"}]', /line 1: links\[0\]\.url: expected a URL that is whole/],
    ['links: &a [*a]', /line 1: Converting circular structure to JSON$/],
    ['links: {label: a}', /line 1: links: expected a list of \{label, url, dataset\?\}, got \{"label":"a"\}/],
    ['output: a\noutput: b', /line 2: Map keys must be unique/],
    ['- a\n- b', /expected settings as "key: value"/],
  ])('%j is refused with its line', (yaml, message) => {
    expect(() => loadConfig({ folder: folderWith(yaml) })).toThrow(message);
  });

  test.each(presetNames())('the preset %s is whole', (preset) => {
    const { settings } = loadConfig({ flags: { preset } });
    expect(settings.sides.length).toBeGreaterThan(0);
    if (preset !== 'default')
      expect([settings['about.citation'], settings['about.licence']]).toEqual([expect.any(String), expect.any(String)]);
  });

  test('`neurodex config` lists every one with its value and origin', async () => {
    const { code, stdout } = await runCli(['config', '--preset', 'flywire-fafb', '--set', 'rois.rule=quickpage'], {
      cwd: temporaryFolder(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('rois.halfSuffix: "_(L|R)$"  # config/flywire-fafb.yaml, line 3');
    expect(stdout).toContain('rois.rule: "quickpage"  # --set rois.rule');
    expect(stdout).toContain('output: "site"  # default');
  });
});

describe('--help', () => {
  test.each([[['--help']], [['create-index', '--help']], [['import', '--help']], [['sample', '--help']]])(
    '%j tells what there is',
    async (args) => {
      const { code, stdout, stderr } = await runCli(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^Usage: neurodex/);
    },
  );

  test('no command at all shows it too, as an error', async () => {
    expect(await runCli([])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Usage: neurodex/) });
  });
});
