/** What the live tests' Neo4j holds: the vectors with their connections, and a large dataset beside them. */
import { dirname, join } from 'node:path';
import type { Driver } from 'neo4j-driver';
import { openDatabase } from '../../src/connectome/file/database.ts';
import { importFiles } from '../../src/connectome/import/importFiles.ts';
import { loadNeo4j } from '../../src/connectome/neo4j/loadNeo4j.ts';
import { connectNeo4j } from '../../src/connectome/neo4j/neo4j.ts';
import { FRAGMENT, writeConnections } from '../contract/connections.ts';
import { VECTORS } from '../support/cli.ts';

/** The first start on a machine downloads 120 MB. */
export const START_MS = 600_000;

/** A second dataset beside the vectors: its name tries the label, its size gives queries that can be caught running. */
export const BIG = 'b`ig set';

/** @param file where the vectors are put on the way, as a connectome file */
export async function fill(uri: string, file: string, driver: Driver): Promise<void> {
  const connections = writeConnections(dirname(file));
  const files = {
    neurons: [join(VECTORS, 'neurons.ndjson')],
    meta: join(VECTORS, 'meta.json'),
    connections,
    into: file,
  };
  await importFiles(files, { textProperties: ['type', 'instance', 'somaSide', 'class'] });
  const [database, server] = [await openDatabase(file), await connectNeo4j({ uri })];
  await loadNeo4j(database, server);
  database.close();
  await server.close();
  // A file holds cells alone; in neuPrint fragments are connected too, and are no :Neuron.
  await driver.executeQuery(
    `MATCH (n:vectors_Neuron {type: 'T1'})
     MERGE (s:Segment:vectors_Segment {bodyId: ${FRAGMENT}}) CREATE (n)-[:ConnectsTo {weight: 9}]->(s), (s)-[:ConnectsTo {weight: 9}]->(n)`,
  );
  const label = BIG.replaceAll('`', '``');
  const roiInfo = JSON.stringify(
    Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`ROI${i}(R)`, { pre: i, post: 2 * i }])),
  );
  await driver.executeQuery(
    `UNWIND range(1, 20000) AS i CREATE (n:\`${label}_Neuron\` {bodyId: i, type: 'T' + (i % 500), roiInfo: $roiInfo})`,
    { roiInfo },
  );
  await driver.executeQuery(`CREATE INDEX FOR (n:\`${label}_Neuron\`) ON (n.type)`);
  await driver.executeQuery('CALL db.awaitIndexes(100)');
  const properties = { dataset: BIG, tag: 'v0', uuid: 'u', lastDatabaseEdit: 'e', primaryRois: ['ROI1(R)'] };
  await driver.executeQuery(`CREATE (m:Meta:\`${label}_Meta\`) SET m = $properties`, { properties });
}
