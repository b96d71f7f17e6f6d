import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pieces } from '../../src/files.ts';
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

/** 200,000 characters of one to four bytes, so that every boundary within falls into one of them somewhere. */
const LONG = 'aé€𝄞'.repeat(40_000);

describe('a text in pieces', () => {
  test.each([
    ['characters', [...LONG]],
    ['halves of characters', LONG.split('')],
    ['pieces longer than what is encoded at once', [LONG.slice(0, 7), LONG.slice(7, 150_000), '', LONG.slice(150_000)]],
  ])('cut into %s gives the file of the whole', (_title, content) => {
    const folder = temporaryFolder();
    writeFiles([{ path: 'a', content }], folder, 't');
    expect(readFileSync(join(folder, 'a'), 'utf8') === LONG).toBe(true);
    expect(writeFiles([{ path: 'a', content: LONG }], folder, 't').unchanged).toEqual(['a']);
    expect(writeFiles([{ path: 'a', content }], folder, 't').unchanged).toEqual(['a']);
  });

  test.each([
    ['in its last character', `${LONG.slice(0, -2)}b`],
    ['by one character more', `${LONG}b`],
    ['by the loss of its end', LONG.slice(0, 100_000)],
    ['to nothing', ''],
  ])('that changed %s replaces the file', (_title, changed) => {
    const folder = temporaryFolder();
    writeFiles([{ path: 'a', content: [LONG] }], folder, 't');
    expect(writeFiles([{ path: 'a', content: [changed] }], folder, 't').written).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8') === changed).toBe(true);
  });

  test('of which one cannot be made leaves the site as it was, and says why', () => {
    const folder = temporaryFolder();
    writeFiles([{ path: 'a', content: 'old' }], folder, 't');
    const broken = pieces(function* () {
      yield LONG;
      throw new RangeError('no such type');
    });
    const files = [
      { path: 'a', content: 'new' },
      { path: 'b', content: broken },
    ];
    expect(() => writeFiles(files, folder, 't')).toThrow(new RangeError('no such type'));
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('what a run that was killed left behind', () => {
  test('goes once it is old, and what another run is writing at the moment stays', () => {
    const folder = temporaryFolder();
    for (const name of ['a.partial-dead', 'a.partial-alive', 'theirs']) writeFileSync(join(folder, name), '');
    const longAgo = Date.now() / 1000 - 7200;
    for (const name of ['a.partial-dead', 'theirs']) utimesSync(join(folder, name), longAgo, longAgo);
    writeFiles([{ path: 'a', content: 'new' }], folder, 't');
    expect(readdirSync(folder).sort()).toEqual(['a', 'a.partial-alive', 'theirs']);
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
