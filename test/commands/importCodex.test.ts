import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { type Given, importIn } from '../support/imports.ts';
import { SHARED_DATA, testWithData } from '../support/require.ts';

const A = '720575940628857211';
const B = '720575940628857212';
const C = '720575940628857213';

/** Four downloads of Codex, in its columns; quoted as RFC 4180 wants it. */
const CODEX: Given = {
  'consolidated_cell_types.csv.gz': gzipSync(
    `root_id,primary_type,additional_type(s)\n${A},T1,"CB1, (PLP191,PLP192)a"\n${B},"a ""b"", c\nd",\n`,
  ),
  'classification.csv.gz': gzipSync(
    `root_id,flow,super_class,class,sub_class,hemilineage,side,nerve\n${B},intrinsic,central,,,,left,\n${A},afferent,sensory,visual,R1-6,putative_primary,right,AN\n${C},intrinsic,central,,,,center,\n`,
  ),
  'neurons.csv.gz': gzipSync(
    `root_id,group,nt_type,nt_type_score,da_avg\n${A},ME,ACH,0.62,0.1\n${B},LO.LOP,,0,0\n${C},ME,HIST,0.5,0\n`,
  ),
  'cell_stats.csv': `root_id,length_nm,area_nm,size_nm\n${A},1,2,3\n`,
  'connections.csv.gz': gzipSync(
    `pre_root_id,post_root_id,neuropil,syn_count,nt_type\n${A},${B},ME_L,5,ACH\n${A},${B},FB,6,ACH\n${B},${A},UNASGD,7,\n${B},${C},ME_L,2,\n`,
  ),
};
const NEURONS = 'consolidated_cell_types.csv.gz classification.csv.gz neurons.csv.gz cell_stats.csv';
const ALL = `--preset flywire-fafb --dataset flywire-fafb:v783 --neurons ${NEURONS} --connections connections.csv.gz`;

interface Entry {
  name: string;
  cells: object;
  annotations: Record<string, string[]>;
  neurotransmitter: { name: string } | null;
  region: string | null;
}

describe("Codex's downloads", () => {
  test('make an index without a file of Meta: every body of any file, in the names of neuPrint', async () => {
    const imported = await importIn(CODEX, ALL);
    expect(imported).toMatchObject({
      code: 0,
      stdout: 'x.duckdb: 3 cells, 2 cells with a type, 2 types, 5 ROI counts, 3 connections\n',
    });
    expect(
      await imported.rows(
        'SELECT bodyId::VARCHAR, type, superclass, subclass, side, predictedNt, predictedNtProb, nerve, flow, pre::INTEGER, post::INTEGER, size_nm::INTEGER, synonyms FROM neuron ORDER BY bodyId',
      ),
    ).toEqual([
      [A, 'T1', 'sensory', 'R1-6', 'right', 'acetylcholine', 0.62, 'AN', 'afferent', 11, 7, 3, 'CB1; (PLP191,PLP192)a'],
      [B, 'a "b", c\nd', 'central', null, 'left', null, 0, null, 'intrinsic', 9, 11, null, null],
      [C, null, 'central', null, 'center', 'HIST', 0.5, null, 'intrinsic', 0, 2, null, null],
    ]);
    expect(
      await imported.rows('SELECT bodyId::VARCHAR, roi, pre::INTEGER, post::INTEGER FROM roi_count ORDER BY ALL'),
    ).toEqual([
      [A, 'FB', 6, 0],
      [A, 'ME_L', 5, 0],
      [B, 'FB', 0, 6],
      [B, 'ME_L', 2, 5],
      [C, 'ME_L', 0, 2],
    ]);
    const built = await runCli(
      'create-index --source x.duckdb --preset flywire-fafb --dataset flywire-fafb:v783 --cache none'.split(' '),
      { cwd: imported.folder },
    );
    expect(built.code).toBe(0);
    const index = JSON.parse(readFileSync(join(imported.folder, 'site/data/index.json'), 'utf8')) as { types: Entry[] };
    expect(index.types).toMatchObject([
      {
        name: 'T1',
        cells: { total: 1, right: 1 },
        annotations: { synonyms: ['CB1; (PLP191,PLP192)a'], superclass: ['sensory'] },
        neurotransmitter: { name: 'acetylcholine' },
        region: 'CX',
      },
      { name: 'a "b", c\nd', cells: { total: 1, left: 1 }, region: 'OL' },
    ]);
    const neurons = JSON.parse(readFileSync(join(imported.folder, 'site/data/neurons.json'), 'utf8')) as {
      neurons: { types?: object }[];
    };
    expect(neurons.neurons[0]?.types).toEqual({ synonyms: ['CB1', '(PLP191,PLP192)a'] });
  });

  test('say of what the ROI counts are, and which code of a transmitter is unknown', async () => {
    expect((await importIn(CODEX, ALL)).told).toEqual([
      'note: neurons.csv.gz: expected values of predictedNt that import.values knows, got "HIST" (1 body); kept as they are.',
      expect.stringMatching(/^note: ROI counts and pre and post of cells are the connections of connections\.csv\.gz/),
    ]);
  });

  test('keep the totals that the neurons have', async () => {
    const totals = { 'totals.csv': `root_id,pre,post\n${A},100,200\n` };
    const imported = await importIn({ ...CODEX, ...totals }, ALL.replace('cell_stats.csv', 'totals.csv'));
    expect(await imported.rows('SELECT pre::INTEGER, post::INTEGER FROM neuron ORDER BY bodyId LIMIT 2')).toEqual([
      [100, 200],
      [null, null],
    ]);
  });

  test('of which two disagree are read as the first says, and a note shows a body', async () => {
    const other = { 'other.csv': `root_id,cell_type,side,group\n${A},T9,right,ME\n${C},T8,left,ME\n` };
    const imported = await importIn({ ...CODEX, ...other }, ALL.replace('cell_stats.csv', 'other.csv'));
    expect(await imported.rows('SELECT type, side FROM neuron ORDER BY bodyId')).toEqual([
      ['T1', 'right'],
      ['a "b", c\nd', 'left'],
      ['T8', 'center'],
    ]);
    expect(imported.told.filter((line) => line.includes('other.csv'))).toEqual([
      `note: other.csv: type of 1 body is not what consolidated_cell_types.csv.gz says, which holds (body ${A}: "T9", there "T1").`,
      `note: other.csv: side of 1 body is not what classification.csv.gz says, which holds (body ${C}: "left", there "center").`,
    ]);
  });

  test('are joined where pandas wrote ids and counts of another file with .0', async () => {
    const given = { 'a.csv': 'root_id,cell_type,pre\n5,T,1\n6,U,2\n', 'b.csv': 'root_id,pre,side\n5.0,1.0,left\n' };
    const imported = await importIn(
      { ...CODEX, ...given },
      `--preset flywire-fafb --dataset d:v1 --neurons a.csv b.csv --connections connections.csv.gz`,
    );
    expect(await imported.rows('SELECT bodyId::INTEGER, pre::INTEGER, side FROM neuron ORDER BY 1')).toEqual([
      [5, 1, 'left'],
      [6, 2, null],
    ]);
    expect(imported.told).not.toContainEqual(expect.stringContaining('is not what'));
  });

  testWithData('of the shared dataset have their additional types as synonyms', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const data = join(SHARED_DATA, 'flywire-v783');
    await importIn(
      {},
      `--preset flywire-fafb --neurons ${join(data, 'neurons.ndjson.gz')} --meta ${join(data, 'meta.json')}`,
      folder,
    );
    const built = await runCli('create-index --source x.duckdb --preset flywire-fafb --quick --cache none'.split(' '), {
      cwd: folder,
    });
    expect(built.code).toBe(0);
    const { types } = JSON.parse(readFileSync(join(folder, 'site/data/index.json'), 'utf8')) as { types: Entry[] };
    const { neurons } = JSON.parse(readFileSync(join(folder, 'site/data/neurons.json'), 'utf8')) as {
      neurons: { name: string; types?: { synonyms?: string[] } }[];
    };
    expect(types.find(({ name }) => name === 'Tm7')?.annotations.synonyms).toEqual(['CB3851', 'Tm5a']);
    expect(neurons.find(({ types }) => types?.synonyms?.includes('vDeltaC'))?.types?.synonyms).toEqual(
      expect.arrayContaining(['vDeltaB', 'vDeltaC', 'vDeltaD']),
    );
    expect(types.filter(({ annotations }) => annotations.synonyms).length).toBeGreaterThan(1000);
  });
});

describe('columns of a lab', () => {
  const LAB = {
    'cells.tsv': 'id\tcelltype\taka\tnt\tPre\n1\tX\ta,b\tG\t3\n2\tY\t\tQ\t4\n',
    'edges.csv': 'from,to,region,n\n1,2,R1,3\n2,1,R2,4\n2,1,nowhere,5\n',
    'neurodex.yaml': `import:
  columns: {id: bodyId, celltype: type, aka: synonyms, nt: consensusNt, Pre: pre, from: bodyId_pre, to: bodyId_post, region: roi, n: weight}
  lists: [aka]
  values:
    consensusNt: {G: gaba, Q: null}
    roi: {nowhere: null}
  hierarchy: {R: [R1, R2, R3]}
`,
  };

  test('need settings and no code', async () => {
    const imported = await importIn(LAB, '--dataset lab:v1 --neurons cells.tsv --connections edges.csv');
    expect(imported.code).toBe(0);
    expect(await imported.rows('SELECT type, synonyms, consensusNt, pre::INTEGER FROM neuron ORDER BY type')).toEqual([
      ['X', 'a; b', 'gaba', 3],
      ['Y', null, null, 4],
    ]);
    expect(await imported.rows('SELECT dataset, tag, primaryRois::VARCHAR, roiHierarchy::VARCHAR FROM meta')).toEqual([
      ['lab', 'v1', '[R1, R2]', '{"name":"lab","children":[{"name":"R","children":[{"name":"R1"},{"name":"R2"}]}]}'],
    ]);
  });

  test.each([
    ['import.columns', 'columns: [id]', /neurodex\.yaml, line 2: import\.columns: expected a list of COLUMN: property/],
    ['import.values', 'values: {nt: gaba}', /import\.values\.nt: expected a list of VALUE: value \(null: none\)/],
    ['import.hierarchy', 'hierarchy: {R: R1}', /import\.hierarchy\.R: expected a list of ROIs, got "R1"/],
    ['a key of import that is none', 'column: {a: b}', /unknown setting "import\.column\.a"/],
  ])('are refused with the line where %s is not what it must be', async (_title, line, message) => {
    const given = { ...LAB, 'neurodex.yaml': `import:\n  ${line}\n` };
    const { code, told } = await importIn(given, '--dataset lab:v1 --neurons cells.tsv --connections edges.csv');
    expect({ code, told }).toEqual({ code: 1, told: [expect.stringMatching(message)] });
  });
});

describe('import of what others publish refuses in one line and leaves nothing behind', () => {
  const dataset = '--preset flywire-fafb --dataset flywire-fafb:v783';
  const rest = '--connections connections.csv.gz';
  test.each<[string, Given, string, RegExp]>([
    [
      'files of another preset',
      {},
      `--dataset d:v1 --neurons consolidated_cell_types.csv.gz ${rest}`,
      /consolidated_cell_types\.csv\.gz: expected the columns bodyId, type; bodyId, type missing, found root_id, primary_type, additional_type\(s\)\. These are columns that --preset flywire-fafb knows\.$/,
    ],
    [
      'columns that no preset knows',
      { 'n.csv': 'neuron,label\n1,T\n' },
      `--dataset d:v1 --neurons n.csv ${rest}`,
      /n\.csv: expected the columns bodyId, type; bodyId, type missing, found neuron, label\.$/,
    ],
    [
      'files of which none has types',
      {},
      `${dataset} --neurons classification.csv.gz cell_stats.csv ${rest}`,
      /classification\.csv\.gz, cell_stats\.csv: expected the columns bodyId \(or root_id\), type \(or primary_type, cell_type\); type missing, found root_id, flow, /,
    ],
    [
      'one file in the place of another',
      {},
      `${dataset} --neurons consolidated_cell_types.csv.gz --connections classification.csv.gz`,
      /classification\.csv\.gz: expected the columns bodyId_pre \(or pre_root_id\), .* missing, found root_id, flow/,
    ],
    [
      'two columns of one name',
      { 'n.csv': 'root_id,primary_type,cell_type\n1,T,T\n' },
      `${dataset} --neurons n.csv ${rest}`,
      /n\.csv: expected one column for type, found primary_type and cell_type; leave one out of the file, or give it another name in import\.columns/,
    ],
    [
      'several rows of a body',
      { 'coordinates.csv': `root_id,position,supervoxel_id\n${A},[1 2],3\n${B},[1 2],3\n${A},[2 3],3\n${A},[2 4],3\n` },
      `${dataset} --neurons consolidated_cell_types.csv.gz coordinates.csv ${rest}`,
      /coordinates\.csv: expected each bodyId once, found 720575940628857211 3 times; leave the file out, or keep one row of each body/,
    ],
    [
      'ids that went through floating point',
      { 'n.csv': 'root_id,cell_type\n5.0,T\n7.205759406288572e+17,T\n' },
      `${dataset} --neurons n.csv ${rest}`,
      /n\.csv, row 2: expected bodyId to be a whole number of at most 19 digits, got "7\.205759406288572e\+17"; keep ids as text or Int64/,
    ],
    [
      'ids that are none',
      { 'n.csv': 'root_id,cell_type\nNA,T\n' },
      `${dataset} --neurons n.csv ${rest}`,
      /n\.csv, row 1: expected bodyId to be a whole number of at most 19 digits, got "NA"\.$/,
    ],
    [
      'a header and nothing else',
      { 'n.csv': 'root_id,cell_type\n' },
      `${dataset} --neurons n.csv ${rest}`,
      /n\.csv: expected a row for each cell, found none/,
    ],
    ['an empty file', { 'n.csv': '' }, `${dataset} --neurons n.csv ${rest}`, /n\.csv: expected rows, found an empty/],
    [
      'no ROI counts anywhere',
      {},
      `${dataset} --neurons consolidated_cell_types.csv.gz`,
      /expected a column roiInfo, or the option --roi-counts FILE .*, or --connections FILE with a column roi; found root_id/,
    ],
    [
      'connections without neuropils, where nothing else counts ROIs',
      { 'c.csv': `pre_root_id,post_root_id,syn_count\n${A},${B},1\n` },
      `${dataset} --neurons consolidated_cell_types.csv.gz --connections c.csv`,
      /the option --roi-counts FILE with bodyId, roi, pre, post, or a column roi in c\.csv; found root_id/,
    ],
    [
      'connections of which there are none',
      { 'c.csv': 'pre_root_id,post_root_id,neuropil,syn_count,nt_type\n' },
      `${dataset} --neurons consolidated_cell_types.csv.gz --connections c.csv`,
      /c\.csv: expected connections, of which ROI counts could be made, found none/,
    ],
    [
      'neither Meta nor a name',
      {},
      `--preset flywire-fafb --neurons consolidated_cell_types.csv.gz ${rest}`,
      /--dataset: expected name:tag, since there is no --meta that would say it, got none/,
    ],
    [
      'a name without a tag',
      {},
      `--preset flywire-fafb --dataset flywire --neurons consolidated_cell_types.csv.gz ${rest}`,
      /--dataset: expected name:tag, .* got "flywire"/,
    ],
    [
      'Meta of another dataset',
      { 'meta.json': '{"dataset": "other", "tag": "v1"}' },
      `${dataset} --meta meta.json --neurons consolidated_cell_types.csv.gz ${rest}`,
      /--dataset: the source holds other:v1; got "flywire-fafb:v783"/,
    ],
  ])('%s', async (_title, given, flags, message) => {
    const { code, stdout, told, folder } = await importIn({ ...CODEX, ...given }, flags);
    expect({ code, stdout, told }).toEqual({ code: 1, stdout: '', told: [expect.stringMatching(message)] });
    expect(readdirSync(folder).filter((name) => name.includes('duckdb'))).toEqual([]);
  });
});
