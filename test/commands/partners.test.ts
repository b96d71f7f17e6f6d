import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDatabase } from '../../src/connectome/file/database.ts';
import { importFiles } from '../../src/connectome/import/importFiles.ts';
import { EXPECTED_PARTNERS, writeConnections } from '../contract/connections.ts';
import { type Finished, runCli, temporaryFolder, VECTORS } from '../support/cli.ts';

/** The vectors and their connections as a file. */
async function fileIn(cwd: string): Promise<string> {
  const into = join(cwd, 'vectors.duckdb');
  const files = { neurons: [join(VECTORS, 'neurons.ndjson')], meta: join(VECTORS, 'meta.json'), into };
  await importFiles({ ...files, connections: writeConnections(cwd) }, { textProperties: ['type'] });
  return into;
}

async function partners(...args: string[]): Promise<Finished> {
  const cwd = temporaryFolder();
  return await runCli(['partners', '--source', await fileIn(cwd), ...args], { cwd });
}

describe('neurodex partners', () => {
  test('prints a table for each type and direction, heaviest partner first', async () => {
    const { code, stdout, stderr } = await partners('T1', 'T3');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `T1 upstream: 5,000,000,020 synapses, 4 partner types
         weight    share  pairs  partner
  5,000,000,000  100.0\u00a0%      1  a\\"b:Neuron\\u{2028}
             10  <\u00a00.1\u00a0%      2  (no type)
              7  <\u00a00.1\u00a0%      2  T1
              3  <\u00a00.1\u00a0%      1  T2

T1 downstream: 25 synapses, 3 partner types
  weight   share  pairs  partner
      17  68.0\u00a0%      2  T2
       7  28.0\u00a0%      2  T1
       1   4.0\u00a0%      1  Ünï🧠

T3 upstream: 0 synapses, 0 partner types

T3 downstream: 0 synapses, 0 partner types
`,
    });
    expect(stderr).toBe('connect …\ntypes …\npartners …\n');
  });

  test('gives JSON with shares, types in the order in which they were named', async () => {
    const { code, stdout, stderr } = await partners('T2', 'T1', 'T2', '--format', 'json', '--silent');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.slice(0, 3)).toEqual([
      { type: 'T2', direction: 'upstream', partner: 'T1', pairs: 2, weight: 17, percent: 68 },
      { type: 'T2', direction: 'upstream', partner: 't1', pairs: 1, weight: 8, percent: 32 },
      { type: 'T2', direction: 'downstream', partner: 'T1', pairs: 1, weight: 3, percent: 100 },
    ]);
    // One fewer than in the data: the type of white space and no type are one partner.
    expect(rows).toHaveLength(EXPECTED_PARTNERS.length - 1);
    expect(stdout).toContain('a\\\\\\"b:Neuron\\u2028');
  });

  test('gives CSV that no spreadsheet runs', async () => {
    const { code, stdout } = await partners('=HYPERLINK("x")', 'T2', '--format', 'csv', '--direction', 'upstream');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'type,direction,partner,pairs,weight,percent\r\nT2,upstream,T1,2,17,68\r\nT2,upstream,t1,1,8,32\r\n',
    });
  });

  test('leaves out what is too light or too far down, and says how much', async () => {
    expect((await partners('T1', '--direction', 'downstream', '--min-weight', '2', '--top', '1')).stdout).toBe(
      'T1 downstream: 25 synapses, 3 partner types\n  weight   share  pairs  partner\n      17  68.0\u00a0%      2  T2\n  … and 2 more\n',
    );
    expect((await partners('T2', '--direction', 'downstream', '--min-weight', '4')).stdout).toBe(
      'T2 downstream: 3 synapses, 1 partner type (none shown)\n',
    );
  });

  test.each([
    [['t11', 'nosuch'], 'The dataset has no type "t11", "nosuch"; names are case-sensitive; did you mean "T11"?'],
    [['nosuch'], 'The dataset has no type "nosuch"; names are case-sensitive.'],
    [['T1', '--dataset', 'other'], '--dataset: the source holds vectors:v1; got "other".'],
    [['T1', '--top', 'x'], "error: option '--top <n>' argument 'x' is invalid. Expected a whole number from 1 up."],
    [[], "error: missing required argument 'type'"],
  ])('%j is refused in one line', async (args, line) => {
    const { code, stdout, stderr } = await partners(...args, '--silent');
    expect({ code, stdout, stderr: stderr.replace(/^neurodex: /, '').trim() }).toEqual({
      code: 1,
      stdout: '',
      stderr: line,
    });
  });

  test('names the types that fail, prints the others, and ends with 3', async () => {
    const cwd = temporaryFolder();
    const file = await fileIn(cwd);
    const database = await createDatabase(file);
    await database.query('ALTER TABLE connection ALTER weight TYPE DOUBLE');
    // From t1 to T2.
    await database.query('UPDATE connection SET weight = 8.5 WHERE bodyId_pre = 720575940628857234');
    database.close();
    const args = ['--source', file, '--direction', 'upstream', '--silent'];
    const { code, stdout, stderr } = await runCli(['partners', ...args, 'T2', 'T1', 'T3'], { cwd });
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr:
        'neurodex: "T2" failed: Type "T2", upstream partner "t1": expected whole numbers of pairs and synapses, got 1 and 8.5.\n',
    });
    expect(stdout).toMatch(/^T1 upstream: [\s\S]*\n\nT3 upstream: 0 synapses, 0 partner types\n$/);
  });
});
