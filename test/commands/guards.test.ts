import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/connectome/file/database.ts';
import { type Finished, runCli, temporaryFolder, VECTORS, writeForeignDatabase } from '../support/cli.ts';

const SAMPLE = ['create-index', '--source', 'sample?types=20&cells=200'];

async function refusal(args: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await runCli(args, { cwd, env });
  const lines = stderr
    .trim()
    .split('\n')
    .filter((line) => !/…$|^note: /.test(line));
  expect({ code, stdout, lines }).toEqual({ code: 1, stdout: '', lines: [expect.any(String)] });
  return lines[0] ?? '';
}

describe("what is somebody else's is left alone", () => {
  test('a site that neurodex did not write', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'index.html'), 'my page');
    expect(await refusal([...SAMPLE, '--cache', 'none', '--output', '.'], cwd)).toContain(
      'index.html there is not, or no longer, as neurodex writes it',
    );
    expect(readFileSync(join(cwd, 'index.html'), 'utf8')).toBe('my page');
  });

  test('a site that a killed run has begun is its own, one whose index was edited is not', async () => {
    const cwd = temporaryFolder();
    const args = [...SAMPLE, '--cache', 'none', '--output', 'site'];
    for (const folder of ['data', 'assets']) mkdirSync(join(cwd, 'site', folder), { recursive: true });
    writeFileSync(join(cwd, 'site/data/index.json.partial-123-abc'), '{');
    expect(await runCli(args, { cwd })).toMatchObject({ code: 0 });
    writeFileSync(join(cwd, 'site/data/index.json'), 'edited');
    expect(await refusal(args, cwd)).toContain('data/index.json there is not, or no longer, as neurodex writes it');
  });

  test('other things in the folder of the site are no reason to stop, and stay', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'thesis.txt'), 'mine');
    for (let run = 0; run < 2; run++) {
      expect(await runCli([...SAMPLE, '--cache', 'none', '--output', '.'], { cwd })).toMatchObject({ code: 0 });
    }
    expect(readFileSync(join(cwd, 'thesis.txt'), 'utf8')).toBe('mine');
  });

  test('a file that is no report', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'thesis.md'), '# mine');
    expect(await refusal([...SAMPLE, '--cache', 'none', '--report', 'thesis.md'], cwd)).toContain(
      'thesis.md: exists and is no report',
    );
    expect(readFileSync(join(cwd, 'thesis.md'), 'utf8')).toBe('# mine');
    for (let run = 0; run < 2; run++) {
      expect(await runCli([...SAMPLE, '--cache', 'none', '--report', 'report.json'], { cwd })).toMatchObject({
        code: 0,
      });
    }
  });

  test('a cache file of another program: not a byte is changed, and the run says that nothing is kept', async () => {
    const cwd = temporaryFolder();
    const file = writeForeignDatabase(join(cwd, 'cache'));
    const before = readFileSync(file);
    const { code, stderr } = await runCli(SAMPLE, { cwd });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('is not a database of neurodex; move it away'),
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a connectome file that another program writes to', async () => {
    const cwd = temporaryFolder();
    (await createDatabase(join(cwd, 'x.duckdb'))).close();
    writeFileSync(join(cwd, 'x.duckdb.wal'), 'what another program has yet to write');
    const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', join(VECTORS, 'meta.json')];
    expect(await refusal(['import', ...files, '--into', 'x.duckdb'], cwd)).toContain(
      'x.duckdb.wal exists: a program has x.duckdb open',
    );
  });
});

describe('secrets', () => {
  test.each<[string, string[]]>([
    ['a password by --set', ['config', '--set', 'password=hunter2']],
    ['a mistyped one', ['config', '--set', 'pasword=hunter2']],
    ['a password in a URI', [...SAMPLE.slice(0, 1), '--source', 'bolt://me:hunter2@host', '--cache', 'none']],
    [
      'one that holds what URIs are cut at',
      [...SAMPLE.slice(0, 1), '--source', 'ftp://me:p/hunter2@x@host', '--cache', 'none'],
    ],
  ])('%s is in no message', async (_title, args) => {
    expect(await refusal(args, temporaryFolder())).not.toContain('hunter2');
  });

  test('are masked where settings are listed', async () => {
    const { stdout } = await runCli(['config', '--source', 'bolt://me:hunter2@host'], {
      env: { NEO4J_PASSWORD: 'hunter2' },
    });
    expect(stdout).not.toContain('hunter2');
    expect(stdout).toContain('source: "bolt://***@host"');
  });
});

describe('odd input', () => {
  test('a time that is none', async () => {
    expect(await refusal(SAMPLE, temporaryFolder(), { SOURCE_DATE_EPOCH: 'abc' })).toBe(
      'neurodex: SOURCE_DATE_EPOCH: expected seconds since 1970, got "abc".',
    );
  });

  test.each([
    ['a list in YAML', 'match=[LR]$'],
    ['an alias in YAML', 'match=.*a'],
    ['no YAML at all', 'about.title=a: b: c'],
  ])('a setting that is %s is taken as it stands', async (_title, assignment) => {
    const { code, stdout } = await runCli(['config', '--set', assignment], { cwd: temporaryFolder() });
    expect(code).toBe(0);
    const [key, value] = assignment.split('=');
    expect(stdout).toContain(`${key}: ${JSON.stringify(value)}  # --set ${key}`);
  });

  const importOf = async (neurons: string, name: string): Promise<Finished & { cwd: string }> => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, name), neurons);
    const files = ['--neurons', name, '--meta', join(VECTORS, 'meta.json'), '--into', 'x.duckdb'];
    return { ...(await runCli(['import', ...files], { cwd })), cwd };
  };

  test.each([
    ['properties', '{"bodyId":1,"type":"T1","Class":"X","class":"c","roiInfo":{}}', 'n.ndjson'],
    ['columns', 'bodyId,type,Class,class,roiInfo\n1,T1,X,c,{}\n', 'n.csv'],
  ])('%s that differ in case only are refused by name, not lost', async (_title, neurons, name) => {
    const { code, stderr } = await importOf(neurons, name);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/differ in more than case, found (Class and class|class and Class)/),
    });
  });

  test('a column that ends in a number beside its namesake is no twin', async () => {
    expect(await importOf('bodyId,type,class,class_1,roiInfo\n1,T1,c,d,{}\n', 'n.csv')).toMatchObject({ code: 0 });
  });

  test('what R and pandas write for nothing is told', async () => {
    const { code, stdout, stderr } = await importOf('bodyId,type,roiInfo\n1,NA,{}\n2,  ,{}\n3,T,{}\n', 'n.csv');
    expect(code).toBe(0);
    expect(stdout).toContain('2 cells with a type, 2 types');
    expect(stderr).toContain('has a type "NA"');
    expect(stderr).toContain('no column pre, post');
  });

  test.each([
    ['semicolons', 'bodyId;type;roiInfo\n1;T;{}\n', /expected the columns bodyId, type|a comma between columns/],
    ['an empty file', '', /expected rows, found an empty file/],
  ])('%s', async (_title, neurons, message) => {
    expect((await importOf(neurons, 'n.csv')).stderr).toMatch(message);
  });
});
