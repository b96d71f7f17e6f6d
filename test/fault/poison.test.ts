/** What fails for good: a type alone is marked, a wrong question ends the run; the site that stands is safe from both. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { expect, onTestFinished, test } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { temporaryFolder } from '../support/cli.ts';
import { describeFaults, expectSame, indexIn, marked, reportIn } from './faulted.ts';
import { failure, isRoiQuery, typesOf } from './script.ts';

const TYPE_ERROR = 'Neo.ClientError.Statement.TypeError';

await describeFaults('5.26', 'what fails each time', (faulted) => {
  const catalogIn = (cwd: string): Catalog => {
    const { dataset, mode, totals, types } = JSON.parse(indexIn(cwd)) as Catalog;
    return { dataset, mode, totals, types };
  };

  test('a type that cannot be had is named and marked, no other differs, and the exit code is 3', async () => {
    const { name: bad } = faulted.whole.types[700] as { name: string };
    const relay = await faulted.relay((query) =>
      typesOf(query)?.includes(bad) ? failure(TYPE_ERROR, 'no such map') : undefined,
    );
    const cwd = temporaryFolder();
    expect(await faulted.createIndex(cwd, relay)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`failed 1 type: ${JSON.stringify(bad)}`),
    });
    const catalog = catalogIn(cwd);
    expectSame(catalog, faulted.whole, [bad]);
    expect(catalog.types[700]).toEqual(
      marked(
        faulted.whole.types[700] as Catalog['types'][0],
        `The server refused a query (${TYPE_ERROR}): no such map`,
      ),
    );
    const report = reportIn(cwd);
    expect(report).toMatchObject({ failedTypes: [bad], retries: 0 });
    expect(report.splits).toBeGreaterThan(0);

    const strict = await faulted.createIndex(cwd, relay, '--strict', '--output', 'strict');
    expect(strict).toMatchObject({ code: 3, stderr: expect.stringContaining('no site was written') });
    expect(existsSync(join(cwd, 'strict'))).toBe(false);
  });

  test('a type whose cells alone cannot be had keeps all else, is named, and the exit code is 3', async () => {
    const { name: bad } = faulted.whole.types[700] as { name: string };
    const relay = await faulted.relay((query) =>
      query.cypher.includes('n.instance') && typesOf(query)?.includes(bad)
        ? failure(TYPE_ERROR, 'no such property')
        : undefined,
    );
    const cwd = temporaryFolder();
    expect(await faulted.createIndex(cwd, relay, '--cells')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`failed 1 type: ${JSON.stringify(bad)}`),
      stderr: expect.stringContaining('The cells of 1 type could not be listed'),
    });
    expect(indexIn(cwd)).toBe(faulted.wholeIndex);
    expect(reportIn(cwd)).toMatchObject({ failedTypes: [bad], retries: 0 });
  });

  test('types that fail for reasons of their own are all marked', async () => {
    const bad = [3, 400, 1100].map((i) => (faulted.whole.types[i] as { name: string }).name);
    const relay = await faulted.relay((query) => {
      const found = typesOf(query)?.find((type) => bad.includes(type));
      return found === undefined ? undefined : failure(TYPE_ERROR, `cannot read ${found}`);
    });
    const { catalog, report } = await faulted.build(relay);
    expectSame(catalog as Catalog, faulted.whole, bad);
    expect(report.failedTypes).toEqual(bad);
  });

  test('a type that always takes the connection with it is marked, and no other is', async () => {
    const { name: bad } = faulted.whole.types[700] as { name: string };
    const relay = await faulted.relay((query) => (typesOf(query)?.includes(bad) ? { reset: true } : undefined));
    const { catalog, error, report } = await faulted.build(relay, { batchWeight: '40', concurrency: '4' });
    expect(error).toBeNull();
    expectSame(catalog as Catalog, faulted.whole, [bad]);
    expect(report.failedTypes).toEqual([bad]);
  });

  test('a question that the server does not understand ends the run at once, in one line, and leaves the site', async () => {
    const cwd = temporaryFolder();
    expect(await faulted.createIndex(cwd, faulted.server)).toMatchObject({ code: 0 });
    const page = readFileSync(join(cwd, 'site/types.html'), 'utf8');
    const relay = await faulted.relay((query) =>
      isRoiQuery(query) ? failure('Neo.ClientError.Statement.SyntaxError', 'Invalid input') : undefined,
    );
    const { code, stdout, stderr } = await faulted.createIndex(cwd, relay);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n').filter((line) => line !== '' && !line.endsWith('…'))).toEqual([
      expect.stringMatching(/^neurodex: .*SyntaxError.*Invalid input/),
    ]);
    expect(relay.queries.length).toBeLessThan(30);
    expect(readFileSync(join(cwd, 'site/types.html'), 'utf8')).toBe(page);
    expect(indexIn(cwd)).toBe(faulted.wholeIndex);

    const driver = neo4j.driver(faulted.server.uri);
    onTestFinished(() => driver.close());
    const running = async (): Promise<string[]> => {
      const { records } = await driver.executeQuery(
        'SHOW TRANSACTIONS YIELD currentQuery RETURN currentQuery AS query',
      );
      return records.map((record) => String(record.get('query'))).filter((query) => /_Neuron/.test(query));
    };
    // A server that is told to end a query does so at its next look.
    await expect.poll(running, { timeout: 10_000 }).toEqual([]);
  });
});
