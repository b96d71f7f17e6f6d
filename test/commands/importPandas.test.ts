import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/connectome/file/database.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type Given, importIn } from '../support/imports.ts';

const A = '720575940628857211';
const B = '720575940628857212';

const META = {
  dataset: 'tiny',
  tag: 'v1',
  primaryRois: ['ME(R)', "a'L(R)"],
  roiHierarchy: { name: 'tiny', children: [{ name: 'ME(R)' }] },
  hideDataSet: false,
};

/** As DataFrame.to_csv writes fetch_neurons' neuron_df, whose roiInfo are dicts and whose inputRois are lists. */
const NEURONS = `bodyId,instance,type,pre,post,size,cropped,roiInfo,synonyms,flywireType,inputRois
${A},T1_R,T1,1,6,10.0,True,"{'ME(R)': {'pre': 1, 'post': 2, 'downstream': 3}, ""a'L(R)"": {'post': 4}}","['one', ""two's""]","['F1', 'F2']","['ME(R)', ""a'L(R)""]"
${B},,T2,6,7.0,20.0,,"{'b""\\'L': {'pre': 5.0}, 'AL(R)': None, 'aL(R)': {'pre': nan, 'post': np.int64(7)}}",Lee 2002: x,,['aL(R)']
5,"x, ""y""",,0,0,30.0,False,{},[],nan,[]
6,,"multi
line",1,0,,,{'ünï\\\\x': {'pre': 1}},[see note],"['G1'
 'G2']",[]
`;
const ROI_COUNTS = [
  ['6', 'ünï\\x', 1, null],
  [A, "a'L(R)", null, 4],
  [A, 'ME(R)', 1, 2],
  [B, 'aL(R)', null, 7],
  [B, 'b"\'L', 5, null],
];
const ROI_SQL =
  'SELECT bodyId::VARCHAR, roi, pre::INTEGER, post::INTEGER FROM roi_count ORDER BY bodyId::VARCHAR, lower(roi)';

/** DataFrame.to_csv without index=False. */
const indexed = (csv: string): string => {
  let row = -1;
  return csv.replaceAll(/^(?=bodyId|\d|roi)/gm, () => (row++ < 0 ? ',' : `${row - 1},`));
};

describe("fetch_neurons' table, saved by pandas", () => {
  test.each([
    ['as CSV', NEURONS],
    ['as CSV with the row numbers', indexed(NEURONS)],
    ['as CSV with the row numbers of a table read back', indexed(NEURONS).replace(',', 'Unnamed: 0,')],
  ])('%s keeps roiInfo and the lists that Python wrote', async (_title, csv) => {
    const given = { 'n.csv': csv, 'meta.json': JSON.stringify(META) };
    const imported = await importIn(given, '--neurons n.csv --meta meta.json');
    expect(imported).toMatchObject({ code: 0, told: [] });
    expect(await imported.rows(ROI_SQL)).toEqual(ROI_COUNTS);
    expect(
      await imported.rows('SELECT type, synonyms, flywireType, post::INTEGER FROM neuron ORDER BY bodyId'),
    ).toEqual([
      [null, null, 'nan', 0],
      ['multi\nline', '[see note]', 'G1, G2', 0],
      ['T1', "one; two's", 'F1, F2', 6],
      ['T2', 'Lee 2002: x', null, 7],
    ]);
  });

  test('as Parquet keeps ROIs that differ in case only, and lists', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'n.parquet');
    const database = await createDatabase();
    await database.query(
      `COPY (SELECT ${A} AS bodyId, 'T1' AS type, 1 AS pre, 6 AS post, ['one', NULL, 'two'] AS synonyms, 3 AS __index_level_0__,
         {'ME(R)': {'pre': 1, 'post': 2}, 'AL': NULL::STRUCT(pre INTEGER), 'bL': {'post': 4}} AS roiInfo
       UNION ALL SELECT ${B}, 'T2', 6, 7, NULL, 4, {'ME(R)': NULL, 'AL': {'pre': 5}, 'bL': NULL})
       TO '${file}' (FORMAT parquet)`,
    );
    database.close();
    // SQL cannot write fields AL and aL, pandas does.
    writeFileSync(file, Buffer.from(readFileSync(file, 'latin1').replaceAll('bL', 'aL'), 'latin1'));
    const imported = await importIn(
      { 'meta.json': JSON.stringify(META) },
      '--neurons n.parquet --meta meta.json',
      folder,
    );
    expect(imported).toMatchObject({ code: 0, told: [] });
    expect(await imported.rows(ROI_SQL)).toEqual([
      [A, 'aL', null, 4],
      [A, 'ME(R)', 1, 2],
      [B, 'AL', 5, null],
    ]);
    expect(await imported.rows('SELECT * EXCLUDE (bodyId, pre, post) FROM neuron ORDER BY bodyId')).toEqual([
      ['T1', 'one; two'],
      ['T2', null],
    ]);
  });

  test('with fetch_adjacencies gives connections; its ROIs count where nothing else does', async () => {
    const given: Given = {
      'n.csv': `bodyId,type,pre,post\n${A},T1,1,6\n5,T2,6,7\n`,
      'c.csv': indexed(`bodyId_pre,bodyId_post,roi,weight\n${A},5,ME(R),3\n${A},5,NotPrimary,2\n`),
      'meta.json': JSON.stringify(META),
    };
    const imported = await importIn(given, '--neurons n.csv --connections c.csv --meta meta.json');
    expect(imported.told).toEqual([expect.stringMatching(/^note: ROI counts are the connections of c\.csv/)]);
    expect(await imported.rows('SELECT weight::INTEGER FROM connection')).toEqual([[5]]);
    expect(await imported.rows(ROI_SQL)).toEqual([
      ['5', 'ME(R)', 0, 3],
      [A, 'ME(R)', 3, 0],
    ]);
  });

  test('without Meta takes all its ROIs for primary ones, and says so', async () => {
    const imported = await importIn({ 'n.csv': NEURONS }, '--neurons n.csv --dataset tiny:v1');
    expect(imported.told).toEqual([
      expect.stringMatching(/^note: All 5 ROIs of the data are taken for primary ones: .* give --meta\.$/),
      'note: import.hierarchy names none of the ROIs: each ROI will count as its own region.',
    ]);
  });
});

describe('Meta is read as', () => {
  const python = `{'dataset': 'tiny', 'tag': 'v1', 'primaryRois': ['ME(R)', "a'L(R)"], 'roiHierarchy': {'name': 'tiny', 'children': [{'name': 'ME(R)'}]}, 'hideDataSet': False, 'info': None, 'threshold': nan}`;
  const quoted = `"${python.replaceAll('"', '""')}"`;
  const asText = { ...META, roiHierarchy: JSON.stringify(META.roiHierarchy) };
  test.each<[string, string, string]>([
    ['json.dump writes it', 'm.json', JSON.stringify({ ...META, threshold: 0 }).replace(':0}', ':NaN}')],
    ['str() writes it', 'm.txt', python],
    ['a server answers it', 'm.json', JSON.stringify({ columns: ['m'], data: [[asText]], debug: '' })],
    ['DataFrame.to_json writes it', 'm.json', JSON.stringify({ m: { 0: asText } })],
    ['to_json(orient="records") writes it', 'm.json', JSON.stringify([{ m: asText }])],
    ['DataFrame.to_csv writes it', 'm.csv', `,m\n0,${quoted}\n`],
    ['to_csv(index=False) writes it', 'm.csv', `m\n${quoted}\n`],
  ])('%s', async (_title, name, text) => {
    const imported = await importIn({ 'n.csv': NEURONS, [name]: text }, `--neurons n.csv --meta ${name}`);
    expect(imported).toMatchObject({ code: 0, told: [] });
    expect(await imported.rows(`SELECT dataset, tag, array_to_string(primaryRois, '|') FROM meta`)).toEqual([
      ['tiny', 'v1', "ME(R)|a'L(R)"],
    ]);
  });
});
