import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { readRoiNames } from '../../../src/site/look/roiNames.ts';
import { temporaryFolder } from '../../support/cli.ts';

function readFrom(name: string, content: string | Uint8Array): ReturnType<typeof readRoiNames> {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  return readRoiNames(file);
}

function messageFor(name: string, content: string | Uint8Array): string {
  try {
    return JSON.stringify(readFrom(name, content));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe('full names of ROIs from a file', () => {
  it.each([
    ['a.csv', 'roi,full name\nLH,lateral horn\n'],
    ['a.csv', '\ufeffAbbreviation,Name,Colour\r\nLH,"lateral horn",red\r\n\r\n'],
    ['a.csv', 'Full_Name,Short-Name\nlateral horn , LH\n,SLP\n'],
    ['a.tsv', 'name\tdescription\nLH\tlateral horn\n'],
    ['a.yaml', '# names\nLH: lateral horn\nSLP:\n'],
    ['a.json', '{"LH": "lateral horn"}'],
  ])('%s: %j', (name, content) => {
    expect(readFrom(name, content)).toEqual({ LH: 'lateral horn' });
  });

  it('keeps case, quotes and names that YAML 1.1 took for other things', () => {
    const names = { aL: 'alpha lobe', AL: 'antennal lobe', "a'L": "alpha' lobe, upper", NO: 'noduli' };
    expect(
      readFrom('a.csv', `roi,label\naL,alpha lobe\nAL,antennal lobe\na'L,"alpha' lobe, upper"\nNO,noduli\n`),
    ).toEqual(names);
    expect(readFrom('a.yml', `aL: alpha lobe\nAL: antennal lobe\na'L: alpha' lobe, upper\nNO: noduli\n`)).toEqual(
      names,
    );
  });

  it('takes a name twice if it says the same', () => {
    expect(readFrom('a.csv', 'roi,label\nLH,lateral horn\nLH,lateral horn\n')).toEqual({ LH: 'lateral horn' });
  });

  it.each([
    [
      'a.csv',
      'roi,label\nLH,lateral horn\n\nLH,left half\n',
      /a\.csv, line 4: "LH" is "left half" here and "lateral horn" in line 2\. Keep one\.$/,
    ],
    [
      'a.yaml',
      'LH: lateral horn\nSLP: x\nLH: left half\n',
      /a\.yaml, line 3: "LH" is "left half" here and "lateral horn" in line 1/,
    ],
    ['a.csv', 'a,b\nLH,lateral horn\n', /line 1: expected a header .* found "a", "b"\.$/],
    ['a.csv', 'LH,lateral horn\n', /line 1: expected a header/],
    ['a.csv', '', /line 1: expected a header .* found nothing\.$/],
    ['a.csv', 'roi,label\nLH\n', /line 2: Invalid Record Length.*\.$/],
    ['a.csv', 'roi,label\nLH,"lateral\n', /a\.csv, line \d: Quote Not Closed/],
    ['a.csv', 'roi,label\n,lateral horn\n', /line 2: expected the name of an ROI, found none for "lateral horn"/],
    ['a.yaml', 'LH: lateral horn\n  SLP: x\n', /a\.yaml, line \d: /],
    ['a.yaml', 'LH:\n  full: lateral horn\n', /line 1: expected text as the full name of LH/],
    ['a.json', '["LH"]', /line 1: expected a map of NAME: full name/],
    ['a.json', '{"LH": 5}', /line 1: expected text as the full name of LH/],
    ['a.txt', 'LH lateral horn', /a\.txt: expected a file that ends in \.csv, \.tsv/],
  ])('%s refuses %j in one line', (name, content, expected) => {
    const message = messageFor(name, content);
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
  });

  it('says in which line the file is no UTF-8', () => {
    expect(messageFor('a.csv', Buffer.from('roi,label\nLH,lateral horn\nb,b\xeata\n', 'latin1'))).toMatch(
      /a\.csv, line 3: expected UTF-8, found other bytes/,
    );
  });

  it('says when there is no such file', () => {
    expect(() => readRoiNames('nowhere.csv')).toThrow(
      '--roi-names nowhere.csv: expected a file of full names, but there is none.',
    );
    expect(() => readRoiNames(join(temporaryFolder(), 'none.tsv'))).toThrow(ConfigError);
  });
});
