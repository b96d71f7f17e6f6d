/** A site that can be searched by its cells: what is asked, kept and written where --cells asks for it, and where nobody does. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/connectome/file/database.ts';
import type { Report } from '../../src/report.ts';
import {
  bodyIdOf,
  type CellColumns,
  type Cells,
  cellsFromColumns,
  instanceBy,
} from '../../src/site/table/cellsFile.ts';
import type { Columns } from '../../src/site/table/columns.ts';
import { runCli, temporaryFolder, VECTORS } from '../support/cli.ts';

const SAMPLE = 'sample?types=60&cells=600';

async function built(
  cwd: string,
  ...flags: string[]
): Promise<{ code: number | null; stderr: string; report: Report }> {
  const source = flags.includes('--source') ? [] : ['--source', SAMPLE];
  const { code, stderr } = await runCli(['create-index', ...source, '--report', 'r.json', ...flags], { cwd });
  return { code, stderr, report: JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8')) };
}

const fileIn = (cwd: string): string => join(cwd, 'site/assets/cells.js');

function globalIn<T>(file: string): T {
  const script = readFileSync(file, 'utf8');
  const [, name] = /^var (\w+) = /.exec(script) as unknown as [string, string];
  return (new Function(`${script}; return ${name};`) as () => T)();
}

/** As the pages read them. */
function cellsIn(cwd: string): { columns: Columns; cells: Cells; id: string } {
  const columns = globalIn<Columns>(join(cwd, 'site/assets/data.js'));
  const file = globalIn<CellColumns & { id: string }>(fileIn(cwd));
  return { columns, cells: cellsFromColumns(file, columns.names), id: file.id };
}

function listed({ names, starts, ...rest }: Cells): Record<string, [string, string | null][]> {
  const cells = { names, starts, ...rest };
  return Object.fromEntries(
    names.map((name, type) => {
      const count = (starts[type + 1] as number) - (starts[type] as number);
      const own = Array.from({ length: count }, (_, i) => (starts[type] as number) + i);
      return [
        name,
        own.map((cell) => [bodyIdOf(cells, cell), instanceBy(cells, type, cells.instance[cell] as number)]),
      ];
    }),
  );
}

interface VectorBody {
  bodyId: string;
  type?: string;
  instance?: string;
}

async function vectorsIn(cwd: string): Promise<string> {
  const file = join(cwd, 'v.duckdb');
  const files = ['--neurons', join(VECTORS, 'neurons.ndjson'), '--meta', join(VECTORS, 'meta.json'), '--into', file];
  expect(await runCli(['import', ...files], { cwd })).toMatchObject({ code: 0 });
  return file;
}

async function edited(file: string, sql: string): Promise<void> {
  const database = await createDatabase(file);
  await database.query(sql);
  database.close();
}

describe('create-index --cells', () => {
  test('lists every cell of every type of a file, by all 18 digits, whatever its instance holds', async () => {
    const cwd = temporaryFolder();
    const file = await vectorsIn(cwd);
    const instance = `</script><img src=x>'"\\\u2028\u202e=1+1`;
    await edited(file, `UPDATE neuron SET instance = '${instance.replaceAll("'", "''")}' WHERE type = 'T2'`);
    expect(await built(cwd, '--source', file, '--cells', '--cache', 'none')).toMatchObject({ code: 0 });
    const { columns, cells, id } = cellsIn(cwd);
    const bodies = readFileSync(join(VECTORS, 'neurons.ndjson'), 'utf8').trim().split('\n');
    const expected: Record<string, [string, string | null][]> = {};
    for (const line of bodies) {
      const { type, bodyId, instance: own } = JSON.parse(line) as VectorBody;
      if (!type?.trim()) continue;
      const cell: [string, string | null] = [bodyId, type === 'T2' ? instance : (own ?? null)];
      expected[type] = [...(expected[type] ?? []), cell];
    }
    expect(listed(cells)).toEqual(expected);
    expect(columns.cellsId).toBe(id);
    expect(readFileSync(fileIn(cwd), 'utf8')).not.toContain('</script>');
  });

  test('asks one question more, and without the flag none: no file, and nothing that the pages would load', async () => {
    const cwd = temporaryFolder();
    const without = await built(cwd, '--cache', 'none');
    expect(existsSync(fileIn(cwd))).toBe(false);
    expect(globalIn<Columns>(join(cwd, 'site/assets/data.js')).cellsId).toBeNull();
    expect(readFileSync(join(cwd, 'site/types.html'), 'utf8')).not.toContain('in-cells');
    const withCells = await built(cwd, '--cache', 'none', '--cells');
    expect(without.report).toMatchObject({
      queries: 4,
      phases: expect.not.objectContaining({ cells: expect.anything() }),
    });
    expect(withCells.report).toMatchObject({ queries: 5, failedTypes: [], pace: [{}, { lookup: 'cells' }] });
    expect(readFileSync(join(cwd, 'site/types.html'), 'utf8')).toContain('in-cells');
  });

  test('works in quick mode, and for some types only', async () => {
    const cwd = temporaryFolder();
    const { report } = await built(cwd, '--cache', 'none', '--quick', '--cells', '--match', '^SMP');
    expect(report).toMatchObject({ mode: 'quick', queries: 3 });
    const { columns, cells } = cellsIn(cwd);
    expect(columns.names.every((name) => name.startsWith('SMP'))).toBe(true);
    expect(cells.tail).toHaveLength(report.totals.cells);
  });

  test('keeps what it asked: a site elsewhere asks nothing, one that stands is not touched', async () => {
    const cwd = temporaryFolder();
    await built(cwd, '--cells');
    const { mtimeMs } = statSync(fileIn(cwd));
    expect((await built(cwd, '--cells')).report).toMatchObject({ queries: 0, filesWritten: [] });
    expect(statSync(fileIn(cwd)).mtimeMs).toBe(mtimeMs);
    const elsewhere = await built(cwd, '--cells', '--offline', '--output', 'other');
    expect(elsewhere).toMatchObject({ code: 0, report: { queries: 0, kept: { unchanged: 60, asked: 0 } } });
    expect(readFileSync(join(cwd, 'other/assets/cells.js'))).toEqual(readFileSync(fileIn(cwd)));
  });

  test('asks for the cells alone where the rest is kept, and says offline that they are not', async () => {
    const cwd = temporaryFolder();
    await built(cwd);
    expect(
      await runCli(['create-index', '--source', SAMPLE, '--cells', '--offline', '--silent'], { cwd }),
    ).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^neurodex: --offline: the cache lacks the cells of 60 of 60 types \(/),
    });
    expect((await built(cwd, '--cells')).report).toMatchObject({ queries: 1, kept: { unchanged: 60, asked: 0 } });
  });

  test('warm --cells fills the cache with them, too', async () => {
    const cwd = temporaryFolder();
    expect(await runCli(['warm', '--source', SAMPLE, '--cells', '--silent'], { cwd })).toMatchObject({ code: 0 });
    expect((await built(cwd, '--cells')).report).toMatchObject({ queries: 0 });
    expect(await runCli(['cache', 'verify', '--source', SAMPLE], { cwd })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('cells'),
    });
  });

  test('removes the file of an earlier site when it is not asked for any more, but nobody else’s', async () => {
    const cwd = temporaryFolder();
    await built(cwd, '--cells');
    await built(cwd);
    expect(existsSync(fileIn(cwd))).toBe(false);
    expect(globalIn<Columns>(join(cwd, 'site/assets/data.js')).cellsId).toBeNull();
    writeFileSync(fileIn(cwd), 'mine');
    await built(cwd, '--quick');
    expect(readFileSync(fileIn(cwd), 'utf8')).toBe('mine');
  });

  test('marks a type whose cells cannot be had, says so, ends with 3, and asks for it again', async () => {
    const cwd = temporaryFolder();
    const file = await vectorsIn(cwd);
    await edited(file, "UPDATE neuron SET bodyId = -5 WHERE type = 'T2'");
    const { code, stderr, report } = await built(cwd, '--source', file, '--cells');
    const reason = 'Type "T2": expected the bodyId of each cell to be a whole number, got "-5".';
    const note = `The cells of 1 type could not be listed ("T2": ${reason})`;
    expect({ code, failed: report.failedTypes, notes: report.notes }).toEqual({
      code: 3,
      failed: ['T2'],
      notes: [note],
    });
    expect(stderr).toContain(note);
    const { columns, cells } = cellsIn(cwd);
    expect([...cells.failed]).toEqual([[columns.names.indexOf('T2'), reason]]);
    expect(listed(cells)).toMatchObject({
      T2: [],
      T1: [
        [expect.any(String), 'T1_L'],
        [expect.any(String), 'T1_R'],
      ],
    });
    // What is known of it is no less so.
    expect(readFileSync(join(cwd, 'site/data/index.json'), 'utf8')).not.toContain('"failed"');
    expect(await built(cwd, '--source', file, '--cells')).toMatchObject({ code: 3, report: { failedTypes: ['T2'] } });
    const strict = await built(cwd, '--source', file, '--cells', '--strict', '--output', 'strict');
    expect({ code: strict.code, site: existsSync(join(cwd, 'strict')) }).toEqual({ code: 3, site: false });
  });

  test('finds all cells of a bodyId that several have, and says that there is one', async () => {
    const cwd = temporaryFolder();
    const file = await vectorsIn(cwd);
    await edited(file, "UPDATE neuron SET bodyId = 77 WHERE type IN ('T1', 'T2')");
    const { code, report } = await built(cwd, '--source', file, '--cells');
    expect({ code, notes: report.notes }).toEqual({
      code: 0,
      notes: ['Several cells have the bodyId 77 (of "T1", "T2").'],
    });
    expect(listed(cellsIn(cwd).cells)).toMatchObject({
      T1: [
        ['77', 'T1_L'],
        ['77', 'T1_R'],
      ],
      T2: [['77', null]],
    });
  });

  test('is verified by asking some types one by one', async () => {
    const cwd = temporaryFolder();
    const { report } = await built(cwd, '--cells', '--verify', '5', '--cache', 'none');
    expect(report).toMatchObject({ verifiedTypes: 5, queries: 7 });
  });

  test('takes the same cells from a file as from the sample that it was made of', async () => {
    const [cwd, other] = [temporaryFolder(), temporaryFolder()];
    await runCli(['sample', '--types', '60', '--cells', '600', '--into', 's.duckdb'], { cwd });
    await built(cwd, '--source', join(cwd, 's.duckdb'), '--cells');
    await built(other, '--cells');
    expect(readFileSync(fileIn(cwd))).toEqual(readFileSync(fileIn(other)));
  });
});
