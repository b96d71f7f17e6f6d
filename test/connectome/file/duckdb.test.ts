import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createDatabase, openDatabase } from '../../../src/connectome/file/database.ts';
import { openDuckdb } from '../../../src/connectome/file/duckdb.ts';
import { importFiles } from '../../../src/connectome/import/importFiles.ts';
import { openConnectome } from '../../../src/connectome/open.ts';
import { writeConnections } from '../../contract/connections.ts';
import { connectomeContract } from '../../contract/connectome.ts';
import { runProgram, temporaryFolder, VECTORS } from '../../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'neurodex-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

connectomeContract('DuckDB', async () => {
  const into = join(folder, 'vectors.duckdb');
  const connections = writeConnections(folder);
  const files = { neurons: [join(VECTORS, 'neurons.ndjson')], meta: join(VECTORS, 'meta.json'), connections, into };
  await importFiles(files, { textProperties: ['type', 'instance', 'somaSide', 'class'] });
  return await openDuckdb(into);
});

describe('the embedded database', () => {
  test('stops a statement that runs when its signal aborts, and serves the next one', async () => {
    const database = await createDatabase();
    const stop = new AbortController();
    const reason = new Error('stop');
    const running = database.query('SELECT count(*) FROM range(1000000) a, range(1000000) b', [], {
      signal: stop.signal,
    });
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(database.query('SELECT 1')).resolves.toEqual([[1]]);
    database.close();
  });

  test('says which time ran out', async () => {
    const database = await createDatabase();
    const running = database.query('SELECT count(*) FROM range(1000000) a, range(1000000) b', [], { timeoutMs: 50 });
    await expect(running).rejects.toMatchObject({
      failure: 'timeout',
      message: 'The database did not answer within 50 ms.',
    });
    database.close();
  });

  test.each([
    ['SELECT list(range) FROM range(100000000)', 'memory'],
    ['SELECT nosuch(1)', 'question'],
    ['SELECT 1 +', 'question'],
    ["SELECT 'x'::INTEGER FROM range(3)", 'data'],
  ])('tells %s as a failure of %s', async (sql, failure) => {
    const database = await createDatabase();
    await database.query("SET memory_limit = '20MB'");
    await database.query("SET temp_directory = ''");
    await expect(database.query(sql)).rejects.toMatchObject({ failure });
    database.close();
  });

  test('is not changed by reading', async () => {
    const file = join(temporaryFolder(), 'x.duckdb');
    const written = await createDatabase(file);
    await written.query('CREATE TABLE t (i INTEGER)');
    written.close();
    const reading = await openDatabase(file);
    await expect(reading.query('INSERT INTO t VALUES (1)')).rejects.toThrow(/read-only/);
    reading.close();
  });
});

test.each([
  ['no table of connections', 'DROP TABLE connection'],
  ['one that lacks a column', 'ALTER TABLE connection DROP weight'],
  ['none in it', 'DELETE FROM connection'],
])('a file with %s does not know partners, and says how to import them', async (_title, sql) => {
  const file = join(temporaryFolder(), 'x.duckdb');
  await importFiles(
    { neurons: [join(VECTORS, 'neurons.ndjson')], meta: join(VECTORS, 'meta.json'), into: file },
    { textProperties: [] },
  );
  const database = await createDatabase(file);
  await database.query(sql);
  database.close();
  const connectome = await openDuckdb(file);
  await expect(connectome.partners(['T1'])).rejects.toThrow(
    'make it with --connections, by "neurodex import" or "neurodex snapshot"',
  );
  await connectome.close();
});

describe('a source', () => {
  test.each([
    ['nosuch.duckdb', /no such file/],
    ['ftp://host/x', /expected FILE\.duckdb/],
    ['sample?cels=3', /expected the parameters types, cells, seed; got "cels"/],
    ['sample?types=10&cells=3', /at least one cell a type/],
    ['sample?types=0', /at least 1 type/],
    ['sample?seed=x', /seed to be a whole number/],
  ])('%s is refused in one line', async (source, message) => {
    await expect(openConnectome(source)).rejects.toThrow(message);
  });

  test('never repeats a password', async () => {
    await expect(openConnectome('ftp://me:secret@host/x')).rejects.not.toThrow(/secret/);
  });

  test('that is no DuckDB file is told apart from one that lacks tables', async () => {
    const text = join(temporaryFolder(), 'x.duckdb');
    writeFileSync(text, 'not a database at all, though long enough to be looked at');
    await expect(openDuckdb(text)).rejects.toThrow(/expected a DuckDB file/);
    const empty = join(temporaryFolder(), 'y.duckdb');
    (await createDatabase(empty)).close();
    await expect(openDuckdb(empty)).rejects.toThrow(/Expected a table neuron with the columns bodyId, type/);
  });
});

describe('the edit of a connectome file', () => {
  const vectorsIn = async (folder: string): Promise<string> => {
    const into = join(folder, 'x.duckdb');
    const files = { neurons: [join(VECTORS, 'neurons.ndjson')], meta: join(VECTORS, 'meta.json'), into };
    await importFiles(files, { textProperties: ['type', 'class'] });
    return into;
  };
  const editOf = async (file: string): Promise<string | null> => {
    const connectome = await openDuckdb(file);
    const { value } = await connectome.edit();
    await connectome.close();
    return value;
  };

  test('is another one after a change that is in its log alone', async () => {
    const file = await vectorsIn(temporaryFolder());
    const before = await editOf(file);
    // A writer that ends before its time leaves the change in the log.
    const writer = `
      const { DuckDBInstance } = await import('@duckdb/node-api');
      const connection = await (await DuckDBInstance.create(${JSON.stringify(file)})).connect();
      await connection.run("UPDATE neuron SET class = 'edited'");
      process.kill(process.pid, 'SIGKILL');`;
    const { code } = await runProgram(process.execPath, ['--input-type=module', '--eval', writer], {
      cwd: import.meta.dirname,
    });
    expect(code).toBeNull();
    expect(existsSync(`${file}.wal`)).toBe(true);
    expect(await editOf(file)).not.toBe(before);
  });

  test('is that of the file that was opened, whatever takes its place', async () => {
    const folder = temporaryFolder();
    const [file, next] = [await vectorsIn(folder), join(folder, 'next.duckdb')];
    const before = await editOf(file);
    const connectome = await openDuckdb(file);
    copyFileSync(file, next);
    renameSync(next, file);
    expect((await connectome.edit()).value).toBe(before);
    expect((await connectome.describe()).value.edit).toBe(before);
    await connectome.close();
    expect(await editOf(file)).not.toBe(before);
  });
});
