import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { csvCell } from '../../src/site/csv.ts';
import { writeFiles } from '../../src/site/write.ts';
import { temporaryFolder } from '../support/cli.ts';
import { parseCsv } from '../support/csv.ts';

describe('writing a site', () => {
  test('touches only what changed', () => {
    const folder = temporaryFolder();
    writeFiles(
      [
        { path: 'a', content: '1' },
        { path: 'b/c', content: '2' },
      ],
      folder,
      't',
    );
    const before = statSync(join(folder, 'a')).mtimeMs;
    const result = writeFiles(
      [
        { path: 'a', content: '1' },
        { path: 'b/c', content: '3' },
      ],
      folder,
      't',
    );
    expect(result).toEqual({ written: ['b/c'], unchanged: ['a'] });
    expect(statSync(join(folder, 'a')).mtimeMs).toBe(before);
    expect(readFileSync(join(folder, 'b/c'), 'utf8')).toBe('3');
  });

  test('leaves every file as it was when one of them cannot be written', () => {
    const folder = temporaryFolder();
    writeFiles([{ path: 'a', content: 'old' }], folder, 't');
    writeFileSync(join(folder, 'blocked'), 'a file where a folder must be');
    expect(() =>
      writeFiles(
        [
          { path: 'a', content: 'new' },
          { path: 'blocked/b', content: 'x' },
        ],
        folder,
        't',
      ),
    ).toThrow(/a file stands where a folder must be/);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['a', 'blocked']);
  });

  test('leaves a stranger in the folder alone', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data/mine.txt'), 'mine');
    writeFiles([{ path: 'data/index.json', content: '{}' }], folder, 't');
    expect(readFileSync(join(folder, 'data/mine.txt'), 'utf8')).toBe('mine');
  });
});

describe('a CSV cell', () => {
  test.each(['=HYPERLINK("x")', '+1', '-1', '@x', "'quoted", '\tx', 'plain', 'a,b', 'a"b', 'a\nb', ' padded ', ''])(
    '%j is inert and comes back',
    (text) => {
      const [[read]] = parseCsv(`${csvCell(text)}\r\n`) as [[string]];
      expect(read).not.toMatch(/^[=+\-@\t\r]/);
      expect(read.replace(/^'/, '')).toBe(text);
    },
  );
});
