import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexJsonParts } from '../../src/site/data.ts';
import { readIndex } from '../../src/site/indexFile.ts';
import { hostileCatalog, longCatalog, quickCatalog } from '../support/catalogs.ts';
import { temporaryFolder } from '../support/cli.ts';

test.each([hostileCatalog(), quickCatalog(), longCatalog(30)])('reads back what was written: %#', (catalog) => {
  const file = join(temporaryFolder(), 'index.json');
  const [before, after] = indexJsonParts(catalog);
  writeFileSync(file, `${before}2026-11-21T08:00:00Z${[...after].join('')}`);
  expect(readIndex(file)).toStrictEqual({ ...catalog, generated: '2026-11-21T08:00:00Z' });
});

test('passes over what a later neurodex may add', () => {
  const file = join(temporaryFolder(), 'index.json');
  const [before, after] = indexJsonParts(hostileCatalog());
  const written = JSON.parse(`${before}${[...after].join('')}`);
  written.types[0].colour = 'red';
  written.types[0].annotations.colour = ['red'];
  writeFileSync(file, JSON.stringify({ ...written, colour: 'red' }));
  expect(readIndex(file)).toEqual({ ...hostileCatalog(), generated: '' });
});

test('refuses an index that has a type twice', () => {
  const file = join(temporaryFolder(), 'index.json');
  const { types, ...rest } = longCatalog(2);
  const [before, after] = indexJsonParts({ ...rest, types: types.flatMap((type) => [type, type]) });
  writeFileSync(file, `${before}${[...after].join('')}`);
  expect(() => readIndex(file)).toThrow(
    /index\.json: expected each type once, found ".+" twice\. Build that site again\.$/,
  );
});
