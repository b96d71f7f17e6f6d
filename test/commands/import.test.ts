import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createDatabase, openDatabase } from '../../src/connectome/file/database.ts';
import { type Finished, runCli, temporaryFolder } from '../support/cli.ts';

const META = {
  dataset: 'tiny',
  tag: 'v1',
  primaryRois: ['A(R)', 'a(R)'],
  roiHierarchy: { name: 'tiny', children: [{ name: 'A(R)' }] },
};

const NEURONS = [
  {
    bodyId: '720575940628857211',
    type: '007',
    instance: '007_R',
    pre: 3,
    post: 4,
    roiInfo: { 'A(R)': { pre: 1, post: 2 }, 'a(R)': { post: 2 } },
  },
  { bodyId: '720575940628857212', type: 'b, "c"', pre: 5, post: 0, roiInfo: { 'A(R)': { pre: 5 } } },
  { bodyId: '720575940628857213', type: null, pre: 1, post: 1, roiInfo: {} },
];

const ROI_ROWS = [
  ['720575940628857211', 'A(R)', 1, 2],
  ['720575940628857211', 'a(R)', 0, 2],
  ['720575940628857212', 'A(R)', 5, 0],
  ['720575940628857213', 'NotPrimary', 1, 1],
];

const ndjson = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const csv = (rows: readonly (readonly unknown[])[], delimiter = ','): string =>
  rows
    .map((row) =>
      row
        .map((cell) => (cell === null || cell === undefined ? '' : `"${String(cell).replaceAll('"', '""')}"`))
        .join(delimiter),
    )
    .join('\n');
const neuronCsv = (roiInfo: (info: object) => unknown, delimiter?: string): string =>
  csv(
    [
      ['bodyId', 'type', 'instance', 'pre', 'post', 'roiInfo'],
      ...NEURONS.map((n) => [n.bodyId, n.type, n.instance, n.pre, n.post, roiInfo(n.roiInfo)]),
    ],
    delimiter,
  );

interface Given {
  [name: string]: string | Buffer;
}

/** Runs `import` in a folder with the given files; flags name them. */
async function importIn(given: Given, flags: readonly string[]): Promise<Finished & { folder: string }> {
  const folder = temporaryFolder();
  const files: Given = { 'meta.json': JSON.stringify(META), ...given };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return {
    ...(await runCli(['import', '--meta', 'meta.json', '--into', 'x.duckdb', ...flags], { cwd: folder })),
    folder,
  };
}

/** What any client of DuckDB finds in the file. */
async function contentOf(folder: string): Promise<unknown> {
  const database = await openDatabase(join(folder, 'x.duckdb'));
  const neuron = await database.query(
    'SELECT bodyId::VARCHAR, type, pre::INTEGER, post::INTEGER FROM neuron ORDER BY bodyId',
  );
  const roi = await database.query(
    'SELECT bodyId::VARCHAR, roi, coalesce(pre, 0)::INTEGER, coalesce(post, 0)::INTEGER FROM roi_count ORDER BY bodyId, roi',
  );
  database.close();
  return { neuron, roi };
}

const EXPECTED = {
  neuron: NEURONS.map(({ bodyId, type, pre, post }) => [bodyId, type, pre, post]),
  roi: ROI_ROWS.filter(([, roi]) => roi !== 'NotPrimary'),
};

async function parquetOf(folder: string, sql: string): Promise<void> {
  const database = await createDatabase();
  await database.query(`COPY (${sql}) TO '${join(folder, 'n.parquet')}' (FORMAT parquet)`);
  database.close();
}

describe('import reads the same from', () => {
  const roiCsv = csv([['bodyId', 'roi', 'pre', 'post'], ...ROI_ROWS]);
  test.each<[string, Given, string[]]>([
    ['NDJSON with roiInfo as objects', { 'n.ndjson': ndjson(NEURONS) }, ['--neurons', 'n.ndjson']],
    [
      'NDJSON with roiInfo as JSON text',
      { 'n.jsonl': ndjson(NEURONS.map((n) => ({ ...n, roiInfo: JSON.stringify(n.roiInfo) }))) },
      ['--neurons', 'n.jsonl'],
    ],
    ['NDJSON, gzip', { 'n.ndjson.gz': gzipSync(ndjson(NEURONS)) }, ['--neurons', 'n.ndjson.gz']],
    ['gzip without its ending', { 'n.ndjson': gzipSync(ndjson(NEURONS)) }, ['--neurons', 'n.ndjson']],
    ['a JSON array', { 'n.json': JSON.stringify(NEURONS) }, ['--neurons', 'n.json']],
    ['CSV with roiInfo as JSON text', { 'n.csv': neuronCsv(JSON.stringify) }, ['--neurons', 'n.csv']],
    ['CSV, gzip', { 'n.csv.gz': gzipSync(neuronCsv(JSON.stringify)) }, ['--neurons', 'n.csv.gz']],
    ['TSV', { 'n.tsv': neuronCsv(JSON.stringify, '\t') }, ['--neurons', 'n.tsv']],
    [
      "neuprint-python's pair of tables",
      { 'n.csv': neuronCsv(() => "{'A(R)': {'pre': 1}}"), 'r.csv': roiCsv },
      ['--neurons', 'n.csv', '--roi-counts', 'r.csv'],
    ],
    [
      'counts that pandas wrote as 3.0',
      { 'n.csv': neuronCsv(JSON.stringify).replace('"3"', '"3.0"') },
      ['--neurons', 'n.csv'],
    ],
    ['a name with a glob in it', { 'n[1]*.ndjson': ndjson(NEURONS) }, ['--neurons', 'n[1]*.ndjson']],
  ])('%s', async (_title, files, flags) => {
    const { code, stderr, folder } = await importIn(files, flags);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(await contentOf(folder)).toEqual(EXPECTED);
  });

  test.each([
    ['Parquet with roiInfo as text', 'roiInfo::VARCHAR AS roiInfo'],
    [
      'Parquet with roiInfo as a map',
      `from_json(roiInfo, '"MAP(VARCHAR, STRUCT(pre INTEGER, post INTEGER))"') AS roiInfo`,
    ],
  ])('%s', async (_title, roiInfo) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'meta.json'), JSON.stringify(META));
    const rows = NEURONS.map(
      (n) =>
        `(${n.bodyId}, ${n.type === null ? 'NULL' : `'${n.type}'`}, ${n.pre}, ${n.post}, '${JSON.stringify(n.roiInfo)}'::JSON)`,
    );
    await parquetOf(
      folder,
      `SELECT bodyId, type, pre, post, ${roiInfo} FROM (VALUES ${rows.join(', ')}) AS t(bodyId, type, pre, post, roiInfo)`,
    );
    const imported = await runCli(['import', '--neurons', 'n.parquet', '--meta', 'meta.json', '--into', 'x.duckdb'], {
      cwd: folder,
    });
    expect(imported).toMatchObject({ code: 0 });
    expect(await contentOf(folder)).toEqual(EXPECTED);
  });

  test('connections, added up by pair', async () => {
    const connections = 'bodyId_pre,bodyId_post,roi,weight\n1,2,A(R),3\n1,2,B,4\n2,1,B,1\n';
    const { folder } = await importIn({ 'n.ndjson': ndjson(NEURONS), 'c.csv': connections }, [
      '--neurons',
      'n.ndjson',
      '--connections',
      'c.csv',
    ]);
    const database = await openDatabase(join(folder, 'x.duckdb'));
    expect(
      await database.query(
        'SELECT bodyId_pre::INTEGER, bodyId_post::INTEGER, weight::INTEGER FROM connection ORDER BY ALL',
      ),
    ).toEqual([
      [1, 2, 7],
      [2, 1, 1],
    ]);
    database.close();
  });

  test('a property that first appears in row 30,001 is kept', async () => {
    const rows = Array.from({ length: 30_001 }, (_, i) => ({
      bodyId: i,
      type: 'T',
      roiInfo: {},
      ...(i === 30_000 ? { dimorphism: 'late' } : {}),
    }));
    const { folder } = await importIn({ 'n.ndjson': ndjson(rows) }, ['--neurons', 'n.ndjson']);
    const database = await openDatabase(join(folder, 'x.duckdb'));
    expect(await database.query('SELECT dimorphism FROM neuron WHERE dimorphism IS NOT NULL')).toEqual([['late']]);
    database.close();
  });
});

describe('import refuses in one line and leaves nothing behind', () => {
  const [first] = NEURONS;
  test.each<[string, Given, string[], RegExp]>([
    ['a missing file', {}, ['--neurons', 'no.ndjson'], /^neurodex: no\.ndjson: no such file\.$/],
    ['an unknown ending', { 'n.xlsx': 'x' }, ['--neurons', 'n.xlsx'], /n\.xlsx: expected a name ending in ndjson/],
    [
      'neurons without bodyId',
      { 'n.ndjson': ndjson([{ type: 'T', roiInfo: {} }]) },
      ['--neurons', 'n.ndjson'],
      /n\.ndjson: expected the columns bodyId, type; bodyId missing, found type, roiInfo/,
    ],
    [
      'neurons without type',
      { 'n.csv': 'bodyId,roiInfo\n1,{}\n' },
      ['--neurons', 'n.csv'],
      /type missing, found bodyId, roiInfo/,
    ],
    [
      'neurons without ROI counts',
      { 'n.csv': 'bodyId,type\n1,T\n' },
      ['--neurons', 'n.csv'],
      /expected a column roiInfo, or the option --roi-counts/,
    ],
    [
      'a duplicate bodyId',
      { 'n.ndjson': ndjson([first as object, first as object]) },
      ['--neurons', 'n.ndjson'],
      /expected each bodyId once, found 720575940628857211 twice/,
    ],
    [
      'a bodyId that is none',
      { 'n.csv': 'bodyId,type,roiInfo\n1,T,{}\n7.2e17,T,{}\n' },
      ['--neurons', 'n.csv'],
      /n\.csv, row 2: expected bodyId to be a whole number of at most 19 digits, got "7\.2e17"/,
    ],
    [
      'a quote that is never closed',
      { 'n.csv': `bodyId,type,roiInfo\n${Array.from({ length: 30_000 }, (_, i) => `${i},T,{}\n`).join('')}9,"T,{}\n` },
      ['--neurons', 'n.csv'],
      /n\.csv: .*CSV Error on Line: 30002: Value with unterminated quote found\./,
    ],
    [
      'roiInfo that is not JSON',
      { 'n.csv': neuronCsv(() => "{'A(R)': {'pre': 1}") },
      ['--neurons', 'n.csv'],
      /body 720575940628857211: expected roiInfo to be a JSON object or a dict of Python, got .*json\.dumps, or give --roi-counts/,
    ],
    [
      'roiInfo that is a list',
      { 'n.ndjson': ndjson([{ ...first, roiInfo: [1] }]) },
      ['--neurons', 'n.ndjson'],
      /body 720575940628857211: expected roiInfo to be a JSON object or a dict of Python, got "\[1\]"/,
    ],
    [
      'an ROI that is a number',
      { 'n.ndjson': ndjson([{ ...first, roiInfo: { 'A(R)': 3 } }]) },
      ['--neurons', 'n.ndjson'],
      /expected roiInfo\["A\(R\)"\] to be an object with pre and post, got 3/,
    ],
    [
      'a count that is none',
      { 'n.ndjson': ndjson([{ ...first, roiInfo: { 'A(R)': { pre: -1 } } }]) },
      ['--neurons', 'n.ndjson'],
      /body 720575940628857211: expected pre to be a whole number from 0 up, got "-1"/,
    ],
    [
      'a line that is no JSON',
      { 'n.ndjson': `${JSON.stringify(first)}\n{"bodyId":` },
      ['--neurons', 'n.ndjson'],
      /n\.ndjson: cannot be read as ndjson: .*Malformed JSON .*line 3/,
    ],
    [
      'Meta that is no JSON',
      { 'n.ndjson': ndjson(NEURONS), 'meta.json': 'dataset: x' },
      ['--neurons', 'n.ndjson'],
      /meta\.json: expected the properties of a :Meta node as one JSON object/,
    ],
    [
      'Meta without dataset',
      { 'n.ndjson': ndjson(NEURONS), 'meta.json': '{}' },
      ['--neurons', 'n.ndjson'],
      /Meta: expected a property "dataset"/,
    ],
    [
      'a target in no folder',
      { 'n.ndjson': ndjson(NEURONS) },
      ['--neurons', 'n.ndjson', '--into', 'no/x.duckdb'],
      /the folder no does not exist/,
    ],
  ])('%s', async (_title, files, flags, message) => {
    const { code, stdout, stderr, folder } = await importIn(files, flags);
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith('…'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readdirSync(folder).filter((name) => name.includes('duckdb'))).toEqual([]);
  });

  // Root may read whatever its owner may not; a link that ends nowhere stops everybody.
  test('a file that may not be read', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'meta.json'), '{"dataset": "d"}');
    symlinkSync('n.csv', join(folder, 'n.csv'));
    expect(
      await runCli(['import', '--neurons', 'n.csv', '--meta', 'meta.json', '--into', 'x.duckdb'], { cwd: folder }),
    ).toMatchObject({ code: 1, stderr: expect.stringMatching(/\nneurodex: n\.csv: cannot be read \(ELOOP\)\.\n$/) });
  });

  test('a target that is no DuckDB file, which is left alone', async () => {
    const { code, stderr, folder } = await importIn({ 'n.ndjson': ndjson(NEURONS), 'x.duckdb': 'my thesis' }, [
      '--neurons',
      'n.ndjson',
    ]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/x\.duckdb: exists and is no DuckDB file/),
    });
    expect(readFileSync(join(folder, 'x.duckdb'), 'utf8')).toBe('my thesis');
  });

  test('data that go bad keep the file of the last import', async () => {
    const { folder } = await importIn({ 'n.ndjson': ndjson(NEURONS) }, ['--neurons', 'n.ndjson']);
    writeFileSync(join(folder, 'n.ndjson'), ndjson([first as object, first as object]));
    const again = await runCli(['import', '--neurons', 'n.ndjson', '--meta', 'meta.json', '--into', 'x.duckdb'], {
      cwd: folder,
    });
    expect(again.code).toBe(1);
    expect(await contentOf(folder)).toEqual(EXPECTED);
  });

  test('Meta without ROI lists is no reason to stop: the notes say which rule suffers', async () => {
    const { code, stderr, folder } = await importIn(
      { 'n.ndjson': ndjson(NEURONS), 'meta.json': '{"dataset":"bare"}' },
      ['--neurons', 'n.ndjson'],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/note: meta\.json has no primaryRois: ROI shares and regions cannot be told/);
    const built = await runCli(['create-index', '--source', 'x.duckdb', '--cache', 'none'], { cwd: folder });
    expect(built).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('note: The dataset names no primary ROIs'),
    });
    const index = JSON.parse(readFileSync(join(folder, 'site/data/index.json'), 'utf8')) as {
      types: { rois: unknown }[];
    };
    expect(index.types.map((type) => type.rois)).toEqual([null, null]);
  });
});

test('import killed half-way leaves no file and no rubbish', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'meta.json'), JSON.stringify(META));
  const rows = Array.from({ length: 200_000 }, (_, i) => ({
    bodyId: i,
    type: `T${i % 5000}`,
    roiInfo: { 'A(R)': { pre: 1, post: i }, 'a(R)': { post: 1 } },
  }));
  writeFileSync(join(folder, 'n.ndjson'), ndjson(rows));
  const stopped = await runCli(['import', '--neurons', 'n.ndjson', '--meta', 'meta.json', '--into', 'x.duckdb'], {
    cwd: folder,
    onStart: (child) => child.stderr?.once('data', () => child.kill('SIGINT')),
  });
  expect(stopped).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') });
  expect(existsSync(join(folder, 'x.duckdb'))).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(['meta.json', 'n.ndjson']);
});
