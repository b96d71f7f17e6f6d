import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram } from '../support/cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const TSC = resolve(ROOT, 'node_modules/.bin/tsc');

/** The package as a stranger gets it: packed, installed in an empty folder; the optional cache is left out (it compiles for 80 s). */
describe('the package', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'neurodex-package-'));
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT, encoding: 'utf8' }),
    ) as { filename: string }[];
    writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true,"type":"module"}');
    const install = [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      join(folder, packed?.filename ?? ''),
    ];
    execFileSync('npm', install, { cwd: folder, stdio: 'ignore' });
    rmSync(join(folder, 'node_modules/@keyv/sqlite'), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const npx = (...args: string[]) =>
    runProgram('npx', ['--no-install', 'neurodex', ...args], { cwd: folder, env: { HOME: folder } });

  test('holds the program, its templates and presets, and no test or tool', () => {
    const files = readdirSync(join(folder, 'node_modules/neurodex'), { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(
      expect.arrayContaining([
        'dist/cli.js',
        'dist/index.js',
        'dist/types/index.d.ts',
        'templates/types.eta',
        'config/default.yaml',
        'LICENSE',
        'README.md',
      ]),
    );
    expect(files.filter((file) => /^(dist\/dev|src|test)/.test(file))).toEqual([]);
  });

  test('runs by npx, and says that nothing is kept where the cache is not installed', async () => {
    expect(await npx('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    const built = await npx('create-index', '--source', 'sample?types=30&cells=300');
    expect(built).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('note: Nothing is kept for the next run: @keyv/sqlite does not load'),
    });
    expect(readFileSync(join(folder, 'site/index.html'), 'utf8')).toContain('sample');
  });

  test.each([
    [0, 16, /^(.+: \d+ cells, \S+\n){3}\d+ of 200 types, asked in \d+ round trips\n$/],
    [1, 30, /^9481 follow, 50 follow nobody\n$/],
  ])("compiles and runs the README's example %i", async (number, mostLines, output) => {
    const examples = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
    const example = examples[number]?.[1] ?? '';
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(mostLines);
    writeFileSync(join(folder, 'example.ts'), example);
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    const flags = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--skipLibCheck', ...types];
    const compiled = await runProgram(TSC, [...flags, 'example.ts'], { cwd: folder });
    expect(compiled).toMatchObject({ code: 0, stdout: '' });
    const { code, stdout } = await runProgram(process.execPath, ['example.js'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(output) });
  });
});
