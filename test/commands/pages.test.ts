/** `create-index --pages`: the links of a site follow what stands in the folder. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/report.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { importSmall } from '../support/connectome.ts';

const TYPES = {
  LC4: { sides: 'LR' },
  X: { sides: 'L' },
  X_L: { sides: 'R' },
  'a/b': { sides: 'L' },
  a_b: { sides: 'L' },
};

interface Lab {
  cwd: string;
  /** Where the pages are. */
  types: string;
  build(...flags: string[]): Promise<Report>;
}

async function openLab(...pages: string[]): Promise<Lab> {
  const cwd = temporaryFolder();
  await importSmall(cwd, { dataset: 'small', types: TYPES });
  const types = join(cwd, 'types');
  mkdirSync(types);
  for (const page of pages) writeFileSync(join(types, page), page);
  return {
    cwd,
    types,
    async build(...flags) {
      const args = [
        'create-index',
        '--source',
        'small.duckdb',
        '--preset',
        'default',
        '--report',
        'r.json',
        '--silent',
        ...flags,
      ];
      const { code, stderr } = await runCli(args, { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')) as Report;
    },
  };
}

/** By type, as services read it. */
function urlsIn(cwd: string, site = 'site'): Record<string, object> {
  const { neurons } = JSON.parse(readFileSync(join(cwd, site, 'data/neurons.json'), 'utf8')) as {
    neurons: { name: string; urls: object }[];
  };
  return Object.fromEntries(neurons.filter(({ urls }) => Object.keys(urls).length > 0).map((n) => [n.name, n.urls]));
}

describe('--pages', () => {
  test.each([
    ['nowhere', /^neurodex: --pages nowhere: expected a folder of type pages, there is none of that name\.\n$/],
    ['small.duckdb', /^neurodex: --pages small\.duckdb: expected a folder of type pages, found a file\.\n$/],
  ])('%s is refused in one line, before anything is asked or written', async (folder, message) => {
    const { cwd } = await openLab();
    const args = ['create-index', '--source', 'small.duckdb', '--silent', '--pages', folder];
    expect(await runCli(args, { cwd })).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });

  test('tells how many files may be the pages of several types, and which', async () => {
    const { cwd, build } = await openLab('LC4.html', 'LC4_R.html', 'X_L.html', 'X.html', 'a_b.html');
    const { events } = await build('--pages', 'types');
    expect(urlsIn(cwd)).toEqual({ LC4: { combined: 'LC4.html', right: 'LC4_R.html' }, X: { combined: 'X.html' } });
    expect(events).toContain(
      '--pages types: 2 files are linked to no type, as several may be meant: X_L.html by "X", "X_L".',
    );
  });

  test('takes no page of a type that the site leaves out for one of its own', async () => {
    const { cwd, build } = await openLab('X_L.html', 'a_b.html', 'LC4.html');
    await build('--pages', 'types', '--types', 'X', 'a_b', 'LC4');
    expect(urlsIn(cwd)).toEqual({ LC4: { combined: 'LC4.html' } });
  });

  test('tells where no file is the page of a type, and how one would be called', async () => {
    const { cwd, types, build } = await openLab('index.html', 'LC4.txt', 'other.html');
    mkdirSync(join(types, 'LC4.html'));
    symlinkSync('nowhere', join(types, 'X.html'));
    const { events } = await build('--pages', 'types');
    expect(urlsIn(cwd)).toEqual({});
    expect(events).toContain(
      '--pages types: none of its files (1 .html) is a page of a type; expected such as LC4~~3.html, LC4.html, LC4_L.html.',
    );
  });

  test('may come from the environment; nothing is linked without it', async () => {
    const { cwd, build } = await openLab('LC4.html');
    await build();
    const plain = readFileSync(join(cwd, 'site/assets/data.js'), 'utf8');
    const env = { NEURODEX_PAGES: 'types' };
    expect(await runCli(['create-index', '--source', 'small.duckdb'], { cwd, env })).toMatchObject({ code: 0 });
    expect(urlsIn(cwd)).toEqual({ LC4: { combined: 'LC4.html' } });
    expect(readFileSync(join(cwd, 'site/assets/data.js'), 'utf8')).toContain('"base":"../types/"');
    expect(plain).not.toMatch(/"pages"|"links"|types\//);
  });

  test('is followed as pages come and go, while what they hold may change', async () => {
    const { cwd, types, build } = await openLab('LC4.html');
    const flags = ['--pages', 'types'];
    await build(...flags);
    appendFileSync(join(types, 'LC4.html'), 'more');
    writeFileSync(join(types, 'notes.txt'), 'of no type');
    const unchanged = await build(...flags);
    expect(unchanged.filesWritten).toEqual([]);
    expect(unchanged.phases).not.toHaveProperty('site');
    writeFileSync(join(types, 'LC4_L.html'), '');
    const { filesWritten } = await build(...flags);
    expect(filesWritten.sort()).toEqual(['assets/data.js', 'data/neurons.json']);
    expect(urlsIn(cwd)).toEqual({ LC4: { combined: 'LC4.html', left: 'LC4_L.html' } });
    rmSync(join(types, 'LC4.html'));
    await build(...flags);
    expect(urlsIn(cwd)).toEqual({ LC4: { left: 'LC4_L.html' } });
    await build();
    expect(urlsIn(cwd)).toEqual({});
  });

  test('may be the folder of the site itself, whose own pages are no type’s', async () => {
    const { cwd, build } = await openLab('LC4.html');
    const flags = ['--pages', 'types', '--output', 'types'];
    await build(...flags);
    expect(urlsIn(cwd, 'types')).toEqual({ LC4: { combined: 'LC4.html' } });
    expect(readFileSync(join(cwd, 'types/assets/data.js'), 'utf8')).toContain('"base":""');
    expect(await build(...flags)).toMatchObject({ filesWritten: [], events: [] });
  });

  test('may lie elsewhere, which is told: a server must serve both', async () => {
    const { build } = await openLab('LC4.html');
    const { events } = await build('--pages', 'types', '--output', 'public/site');
    expect(events).toContain(
      '--pages types: lies outside of the folder that holds the site; a server must serve that as well.',
    );
    expect(await build('--pages', 'types', '--output', 'site')).toMatchObject({ events: [] });
  });
});
