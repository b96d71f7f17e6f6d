import { describe, expect, test } from 'vitest';
import type { Connectome } from '../../../src/connectome/connectome.ts';
import { connectomeOnCypher } from '../../../src/connectome/cypher/cypherConnectome.ts';
import type { CypherServer } from '../../../src/connectome/cypher/cypherServer.ts';
import { ConnectError } from '../../../src/errors.ts';

interface Question {
  cypher: string;
  /** Answers with these rows. */
  answer(...rows: unknown[][]): void;
  fail(error: Error): void;
}

/** A server that records what it is asked and answers when it is told to. */
function heldServer(dataset?: string): { connectome: Connectome; asked: Question[]; ask: (i: number) => string } {
  const asked: Question[] = [];
  const readEach: CypherServer['readEach'] = (cypher, _parameters, onRow) =>
    new Promise((done, failed) => {
      const answer = (...rows: unknown[][]): void => {
        for (const row of rows) onRow(row);
        done({ received: rows.length, serverMs: 1 });
      };
      asked.push({ cypher, answer, fail: failed });
    });
  const server: CypherServer = {
    readEach,
    async read(cypher, parameters, ask) {
      const rows: unknown[][] = [];
      return { ...(await readEach(cypher, parameters, (row) => rows.push(row), ask)), rows };
    },
    bytesReceived: () => 0,
    close: () => Promise.resolve(),
  };
  const connectome = connectomeOnCypher(server, { id: 'fake', dataset, maxInFlight: 64 });
  return { connectome, asked, ask: (i) => /MATCH \(\w+:(\S+?)\)/.exec(asked[i]?.cypher ?? '')?.[1] ?? '' };
}

const META = [['Meta', 'hemibrain_Meta'], 'hemibrain', 'v1.2.1', 'u', 'e', null, null];
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('the first questions of a dataset in Neo4j', () => {
  test('are all in flight at once where the dataset is named', async () => {
    const { connectome, asked, ask } = heldServer('hemibrain:v1.2.1');
    const answers = Promise.all([connectome.describe(), connectome.typeSizes(), connectome.catalogue([])]);
    expect([0, 1, 2].map(ask)).toEqual(['Meta', '`hemibrain_Neuron`', '`hemibrain_Neuron`']);
    asked[1]?.answer(['EPG', 50n]);
    asked[2]?.answer(['EPG', 50n, 7n, 8n]);
    asked[0]?.answer(META);
    const [, sizes, rows] = await answers;
    expect(sizes).toEqual({ value: [{ type: 'EPG', cells: 50 }], serverMs: 1, rows: 1, roundTrips: 1 });
    expect(rows.roundTrips).toBe(1);
    expect(asked).toHaveLength(3);
  });

  test('are asked again, and counted, where the label is another than the guess', async () => {
    const { connectome, asked, ask } = heldServer('renamed');
    const answers = Promise.all([connectome.describe(), connectome.typeSizes()]);
    asked[1]?.answer();
    asked[0]?.answer([['Meta', 'hemibrain_Meta'], 'renamed', null, 'u', 'e', null, null]);
    await settled();
    expect([1, 2].map(ask)).toEqual(['`renamed_Neuron`', '`hemibrain_Neuron`']);
    asked[2]?.answer(['EPG', 50n]);
    const [, sizes] = await answers;
    expect(sizes).toMatchObject({ value: [{ type: 'EPG', cells: 50 }], roundTrips: 2 });
  });

  test('wait for the description that is in flight where no dataset is named', async () => {
    const { connectome, asked, ask } = heldServer();
    const answers = Promise.all([connectome.describe(), connectome.typeSizes(), connectome.catalogue([])]);
    await settled();
    expect(asked).toHaveLength(1);
    asked[0]?.answer(META);
    await settled();
    expect([0, 1, 2].map(ask)).toEqual(['Meta', '`hemibrain_Neuron`', '`hemibrain_Neuron`']);
    asked[1]?.answer();
    asked[2]?.answer();
    expect((await answers).map(({ roundTrips }) => roundTrips)).toEqual([1, 1, 1]);
  });

  test('ask for the description themselves where nobody does, once, and count it', async () => {
    const { connectome, asked } = heldServer();
    const answers = Promise.all([connectome.typeSizes(), connectome.catalogue([])]);
    asked[0]?.answer([['Meta', 'hemibrain_Meta'], 'hemibrain', null]);
    await settled();
    expect(asked).toHaveLength(3);
    asked[1]?.answer();
    asked[2]?.answer();
    expect((await answers).map(({ roundTrips }) => roundTrips)).toEqual([2, 1]);
  });

  test('fail with the description, which is asked for anew by the next', async () => {
    const { connectome, asked } = heldServer();
    const outage = new ConnectError('gone', { isOutage: true });
    const answers = Promise.allSettled([connectome.describe(), connectome.typeSizes()]);
    asked[0]?.fail(outage);
    expect(await answers).toEqual([
      { status: 'rejected', reason: outage },
      { status: 'rejected', reason: outage },
    ]);
    const again = connectome.describe();
    asked[1]?.answer(META);
    expect((await again).value.name).toBe('hemibrain');
  });
});

test('a property that holds a list is the text that an import makes of it: synonyms by semicolons, all else by commas', async () => {
  const { connectome, asked } = heldServer('hemibrain:v1.2.1');
  const catalogue = connectome.catalogue(['synonyms', 'flywireType', 'class', 'mancType']);
  asked[0]?.answer(META);
  asked[1]?.answer(['EPG', 1n, 7n, 8n, ['Lee 2002: a', null, ' b'], [720575940628857211n, 'F2'], [], 5n]);
  expect((await catalogue).value[0]?.values).toEqual(['Lee 2002: a; b', '720575940628857211, F2', null, '5']);
});
