/** A dataset beside the vectors whose names try everything that they travel through: Cypher text, neuPrint's labels, JSON. */
import type { Driver } from 'neo4j-driver';

export const HOSTILE = 'hos-tile';

/** Each is a type, an ROI and, with a suffix, an instance. */
export const HOSTILE_NAMES: readonly string[] = [
  "KCa'b'-m",
  'say "x"',
  '`tick`',
  "'}) RETURN 1 //",
  '\\',
  '\\\\',
  "\\'",
  '\\u',
  '\\u0027',
  '\\\\u0027 OR true',
  'a:Neuron',
  ':Meta:Segment:SynapseSet:SynapsesTo',
  ':`Neuron`',
  '$types',
  '{type: $type}',
  '/* no comment',
  '// none either',
  'line\nbreak\ttab\r',
  '\u0000\u0001\u001f\u007f\u0085',
  'a\u2028b\u2029c\ufeff',
  '<b>&amp;</b>',
  '[["row"],["row"]]',
  '1234567890123456789',
  'Ünï🧠👩‍🔬',
  ' padded ',
];

/** Also in the vectors, with other cells. */
export const SHARED_TYPE = 'T1';

export interface HostileCell {
  bodyId: string;
  type: string;
  instance: string;
}

/** Ids above 2^53. */
export const hostileCells: readonly HostileCell[] = [...HOSTILE_NAMES, SHARED_TYPE].map((type, i) => ({
  bodyId: `72057594062885${7000 + i}`,
  type,
  instance: `${type}_R`,
}));

/** What a cell has of the ROI of its own name. */
export const COUNTS = { pre: 3, post: 4 };

export async function fillHostile(driver: Driver): Promise<void> {
  const cells = hostileCells.map((cell) => ({ ...cell, roiInfo: JSON.stringify({ [cell.type]: COUNTS }) }));
  await driver.executeQuery(
    `UNWIND $cells AS cell CREATE (n:Segment:\`${HOSTILE}_Segment\`:Neuron:\`${HOSTILE}_Neuron\`)
     SET n = cell, n.bodyId = toInteger(cell.bodyId), n.pre = 3, n.post = 4`,
    { cells },
  );
  await driver.executeQuery(`CREATE INDEX FOR (n:\`${HOSTILE}_Neuron\`) ON (n.type)`);
  await driver.executeQuery('CALL db.awaitIndexes(100)');
  const meta = { dataset: HOSTILE, tag: 'v1', uuid: 'u', lastDatabaseEdit: 'e', primaryRois: HOSTILE_NAMES };
  await driver.executeQuery(`CREATE (m:Meta:\`${HOSTILE}_Meta\`) SET m = $meta`, { meta });
}
