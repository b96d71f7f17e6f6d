/** Edits and runs in an order that nobody thought of: each run makes what a first one would make. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failure, isRoiQuery, nth } from '../fault/script.ts';
import { mulberry32, type Random } from '../simulation/random.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type Cell, describeEdited, type Edited, type Flags } from './edited.ts';

const STEPS = 25;
const SEEDS = [1];

function pick<T>(items: readonly T[], random: Random): T {
  return items[Math.floor(random() * items.length)] as T;
}

function some(types: readonly string[], random: Random): string[] {
  return Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(types, random));
}

/** Each changes the data in a way of its own. */
const EDITS: Record<string, (edited: Edited, types: readonly string[], random: Random) => Promise<unknown>> = {
  alter: (edited, types, random) => edited.alter([...new Set(some(types, random))]),
  annotate: ({ cypher }, types, random) =>
    cypher('MATCH (n:sample_Neuron {type: $type}) SET n.class = $value', {
      type: pick(types, random),
      value: `class ${random()}`,
    }),
  rename: ({ cypher }, types, random) =>
    cypher('MATCH (n:sample_Neuron {type: $type}) SET n.type = $name', {
      type: pick(types, random),
      name: `renamed ${random()}`,
    }),
  async move({ cellsOf, setCell }, types, random) {
    const [cell] = (await cellsOf(pick(types, random))) as [Cell];
    await setCell(cell.bodyId, { type: pick(types, random) });
  },
  async swap({ cellsOf, setCell }, types, random) {
    const [[a], [b]] = (await Promise.all([cellsOf(pick(types, random)), cellsOf(pick(types, random))])) as [
      [Cell],
      [Cell],
    ];
    await setCell(a.bodyId, { pre: b.pre, post: b.post, roiInfo: b.roiInfo });
    await setCell(b.bodyId, { pre: a.pre, post: a.post, roiInfo: a.roiInfo });
  },
  remove: ({ cypher }, types, random) =>
    cypher('MATCH (n:sample_Neuron {type: $type}) WITH n LIMIT 3 DETACH DELETE n', { type: pick(types, random) }),
  add: ({ cypher }, types, random) =>
    cypher(
      `MATCH (n:sample_Neuron {type: $type}) WITH n LIMIT 1
       CREATE (c:sample_Neuron) SET c = n {.*, bodyId: $bodyId, type: $name}`,
      {
        type: pick(types, random),
        bodyId: BigInt(Math.floor(random() * 2 ** 50)),
        name: pick([...types, 'added'], random),
      },
    ),
  rois: ({ cypher }, _types, random) =>
    cypher('MATCH (m:Meta) SET m.primaryRois = m.primaryRois[1..] + m.primaryRois[0], m.roiInfo = $roiInfo', {
      roiInfo: JSON.stringify({ GNG: { pre: Math.floor(3 * random()) } }),
    }),
};

function flagsOf(types: readonly string[], random: Random): Flags {
  const always = { batchWeight: 100 + Math.floor(900 * random()), sums: pick(['server', 'client', 'auto'], random) };
  return {
    ...always,
    ...pick<NonNullable<Flags>>(
      [
        {},
        {},
        {},
        { quick: true },
        { types: some(types, random) },
        { match: pick(['^[A-K]', '[02468]$', '.'], random) },
        { fresh: true },
        { fresh: true, types: some(types, random) },
        { preset: 'hemibrain' },
        { preset: 'optic-lobe', quick: true },
      ],
      random,
    ),
  } as Flags;
}

await describeEdited('any order of edits and runs in a Neo4j', { version: '5.26' }, (edited) => {
  test.each(SEEDS)('gives what a first run gives (seed %i)', { timeout: 600_000 }, async (seed) => {
    const random = mulberry32(seed);
    const folder = temporaryFolder();
    const steps: string[] = [];
    onTestFinished(() => edited.script(undefined));
    for (let step = 0; step < STEPS; step++) {
      const types = await edited.typeNames();
      const edits = Array.from({ length: Math.floor(3 * random()) }, () => pick(Object.keys(EDITS), random));
      for (const name of edits) await EDITS[name]?.(edited, await edited.typeNames(), random);
      // Where the dataset does not tell of edits, it need not tell of this one either.
      if (random() < 0.15) await edited.setMeta({ lastDatabaseEdit: null });
      else if (edits.length > 0 || random() < 0.2) await edited.renew();
      const flags = flagsOf(
        await edited.typeNames().then((names) => names.filter((name) => types.includes(name))),
        random,
      );
      const isCutShort = random() < 0.25;
      steps.push(`${edits.join(', ')}: ${JSON.stringify(flags)}${isCutShort ? ' cut short' : ''}`);
      const output = join(folder, random() < 0.7 ? 'site' : 'other site');
      if (isCutShort) {
        const n = 1 + Math.floor(4 * random());
        edited.script(nth(isRoiQuery, (i) => (i >= n ? failure('Neo.ClientError.Statement.SyntaxError') : undefined)));
        await edited.run(folder, { ...flags, output }).catch(() => undefined);
        edited.script(undefined);
      }
      const { index, report } = await edited.run(folder, { ...flags, output });
      const cold = await edited.coldIndex(flags);
      expect(index === cold, steps.join('\n')).toBe(true);
      expect(report.cache.l2.faults).toBe(0);
    }
  });
});
