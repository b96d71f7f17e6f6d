/** What a second run asks of a Neo4j after each kind of edit, and that its index is the one that a first run would make. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/cache/stores.ts';
import { type PartnersResult, partners } from '../../src/commands/partners.ts';
import { loadConfig } from '../../src/config.ts';
import { reportText } from '../../src/summary.ts';
import { isRoiQuery } from '../fault/script.ts';
import type { AskedQuery } from '../support/boltRelay.ts';
import { temporaryFolder } from '../support/cli.ts';
import { neo4jVersions } from '../support/neo4j/versions.ts';
import { type Cell, describeEdited, type Edited, expectAsked, type Flags, filesIn, questionsOf } from './edited.ts';

const NOTHING_CHANGED = ['edit'];
const NO_COUNTS_CHANGED = ['catalogue', 'description', 'edit', 'fingerprints', 'probe', 'sizes'];

function typesIn(index: string): string[] {
  return (JSON.parse(index) as { types: { name: string }[] }).types.map(({ name }) => name);
}

function changes(edited: Edited): void {
  test('nothing: one question, no file touched', async () => {
    const folder = temporaryFolder();
    const first = await edited.run(folder);
    const names = await edited.typeNames();
    expectAsked(first, names);
    expect(first.report.kept).toBeNull();
    const before = filesIn(join(folder, 'site'));
    const second = await edited.run(folder);
    expect(questionsOf(second)).toEqual(NOTHING_CHANGED);
    expect(second.report).toMatchObject({
      roundTrips: 1,
      queries: 1,
      rows: 1,
      kept: { unchanged: names.length, changed: 0, added: 0, asked: 0, gone: 0 },
      filesWritten: [],
      cache: { l2: { misses: 0, faults: 0 } },
    });
    expect(filesIn(join(folder, 'site'))).toEqual(before);
    expect(second.index).toBe(await edited.coldIndex());
  });

  test('the counts of one type in a hundred: those are asked, and only they', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    const names = await edited.typeNames();
    const altered = names.filter((_, i) => i % 100 === 50);
    await edited.alter(altered);
    await edited.renew();
    const ran = await edited.run(folder);
    expectAsked(ran, altered);
    const [changed, unchanged] = [altered.length, names.length - altered.length];
    expect(ran.report.kept).toEqual({ unchanged, changed, added: 0, asked: 0, gone: 0 });
    expect(ran.index).toBe(await edited.coldIndex());
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test('an annotation: no ROI counts are asked', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    const names = await edited.typeNames();
    await edited.cypher('MATCH (n:sample_Neuron {type: $type}) SET n.class = "Renowned"', { type: names[7] });
    await edited.renew();
    const ran = await edited.run(folder);
    expect(questionsOf(ran).sort()).toEqual(NO_COUNTS_CHANGED);
    expect(ran.report.kept).toEqual({ unchanged: names.length, changed: 0, added: 0, asked: 0, gone: 0 });
    expect(ran.index).toContain('Renowned');
    expect(ran.index).toBe(await edited.coldIndex());
  });

  test('types that are added, renamed and removed', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    const names = await edited.typeNames();
    const [renamed, removed, copied] = names.slice(20) as [string, string, string];
    await edited.cypher('MATCH (n:sample_Neuron {type: $renamed}) SET n.type = "renamed type"', { renamed });
    await edited.cypher('MATCH (n:sample_Neuron {type: $removed}) DETACH DELETE n', { removed });
    await edited.cypher(
      `MATCH (n:sample_Neuron {type: $copied}) WITH n LIMIT 1
       CREATE (c:sample_Neuron) SET c = n {.*, bodyId: 1, type: "added type"}`,
      { copied },
    );
    await edited.renew();
    const ran = await edited.run(folder);
    expectAsked(ran, ['added type', 'renamed type']);
    expect(ran.report.kept).toEqual({ unchanged: names.length - 2, changed: 0, added: 2, asked: 0, gone: 2 });
    expect(reportText(ran.report, { cache: 'cache', output: 'site' })).toContain(
      `kept   ${names.length - 2} types unchanged, 2 new, 2 gone\n`,
    );
    expect(typesIn(ran.index)).not.toContain(renamed);
    expect(typesIn(ran.index)).not.toContain(removed);
    expect(ran.index).toBe(await edited.coldIndex());
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test('the primary ROIs, or how much the dataset has in an ROI: all counts are asked again', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    const names = await edited.typeNames();
    const [[rois, roiInfo] = []] = await edited.cypher('MATCH (m:Meta) RETURN m.primaryRois, m.roiInfo');
    onTestFinished(() => edited.setMeta({ primaryRois: rois, roiInfo }));
    for (const properties of [
      { primaryRois: (rois as string[]).slice(1) },
      { roiInfo: '{"GNG":{"pre":1,"post":2}}' },
      { roiInfo: '{"GNG":{"pre":2,"post":1}}' },
    ]) {
      await edited.setMeta(properties);
      await edited.renew();
      const ran = await edited.run(folder);
      expectAsked(ran, names);
      expect(ran.index).toBe(await edited.coldIndex());
      expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
    }
  });
}

/** What a type's sums, and how many cells it has, do not tell. */
interface EvenEdit {
  title: string;
  /** Makes the data such that the edit is even. */
  before?: (edited: Edited, types: Even) => Promise<void>;
  edit: (edited: Edited, types: Even) => Promise<void>;
  /** In types.csv and the other files nobody sees it: only that it was asked for tells that it was noticed. */
  changed: (types: Even) => string[];
  needsApoc?: true;
}

/** Types of several cells. */
interface Even {
  one: string;
  other: string;
}

const countsOf = ({ pre, post, roiInfo }: Cell): object => ({ pre, post, roiInfo });

const EVEN_EDITS: EvenEdit[] = [
  {
    title: 'two cells of a type swap all their counts',
    edit: async ({ cellsOf, setCell }, { one }) => {
      const [a, b] = (await cellsOf(one)) as [Cell, Cell];
      await setCell(a.bodyId, countsOf(b));
      await setCell(b.bodyId, countsOf(a));
    },
    changed: ({ one }) => [one],
  },
  {
    title: 'a synapse goes from one cell of a type to another',
    edit: async ({ cellsOf, setCell }, { one }) => {
      const [a, b] = (await cellsOf(one)) as [Cell, Cell];
      await setCell(a.bodyId, { pre: (a.pre ?? 0n) - 1n });
      await setCell(b.bodyId, { pre: (b.pre ?? 0n) + 1n });
    },
    changed: ({ one }) => [one],
  },
  {
    title: 'a cell is given another bodyId',
    edit: async ({ cellsOf, setCell }, { one }) => {
      const [a] = (await cellsOf(one)) as [Cell];
      await setCell(a.bodyId, { bodyId: a.bodyId + 1n });
    },
    changed: ({ one }) => [one],
  },
  {
    title: 'a cell goes to another type',
    edit: async ({ cellsOf, setCell }, { one, other }) => {
      const [a] = (await cellsOf(one)) as [Cell];
      await setCell(a.bodyId, { type: other });
    },
    changed: ({ one, other }) => [one, other],
  },
  {
    title: 'two cells that are alike change places between types',
    before: async ({ cellsOf, setCell }, { one, other }) => {
      const [[a], [b]] = (await Promise.all([cellsOf(one), cellsOf(other)])) as [[Cell], [Cell]];
      await setCell(b.bodyId, countsOf(a));
    },
    edit: async ({ cellsOf, setCell }, { one, other }) => {
      const [[a], [b]] = (await Promise.all([cellsOf(one), cellsOf(other)])) as [[Cell], [Cell]];
      await setCell(a.bodyId, { type: other });
      await setCell(b.bodyId, { type: one });
    },
    changed: ({ one, other }) => [one, other],
  },
  {
    title: 'synapses of a cell go from one ROI to another, the text as long as before',
    before: async ({ cellsOf, setCell }, { one }) => {
      const [a] = (await cellsOf(one)) as [Cell];
      await setCell(a.bodyId, { roiInfo: '{"GNG":{"pre":3100,"post":4400},"FB":{"pre":1300,"post":2200}}' });
    },
    edit: async ({ cellsOf, setCell }, { one }) => {
      const [a] = (await cellsOf(one)) as [Cell];
      await setCell(a.bodyId, { roiInfo: '{"GNG":{"pre":1300,"post":2200},"FB":{"pre":3100,"post":4400}}' });
    },
    changed: ({ one }) => [one],
    needsApoc: true,
  },
];

function evenEdits(edited: Edited, hasApoc: boolean): void {
  test.each(EVEN_EDITS.map((edit) => [edit.title, edit] as const))('%s', async (_title, given) => {
    const { before, edit, changed, needsApoc } = given;
    const rows = await edited.cypher(
      'MATCH (n:sample_Neuron) WITH n.type AS type, count(*) AS cells WHERE cells > 3 RETURN type ORDER BY type LIMIT 2',
    );
    const [one, other] = rows.flat() as [string, string];
    await before?.(edited, { one, other });
    const folder = temporaryFolder();
    await edited.run(folder);
    await edit(edited, { one, other });
    await edited.renew();
    const ran = await edited.run(folder);
    const isMissed = needsApoc === true && !hasApoc;
    expectAsked(ran, isMissed ? [] : changed({ one, other }));
    const cold = await edited.coldIndex();
    expect(ran.index === cold).toBe(!isMissed);
    expect((await edited.run(folder, { fresh: true })).index).toBe(cold);
  });
}

/** Data as a database of somebody else's may hold them. */
async function makeHostile({ cypher, typeNames }: Edited): Promise<void> {
  const [type] = await typeNames();
  const add = 'MATCH (n:sample_Neuron {type: $type}) WITH n LIMIT 1 CREATE (c:sample_Neuron) SET c = n';
  for (const change of [
    '{.somaSide, bodyId: 11, type: n.type}',
    '{.somaSide, bodyId: -13, type: n.type, pre: 1, roiInfo: "{}"}',
    '{.somaSide, bodyId: 9223372036854775807, type: n.type, pre: 4000000000, post: 4000000000, roiInfo: $odd}',
    '{.somaSide, type: n.type, pre: 2, post: 3, roiInfo: $odd}',
  ]) {
    await cypher(`${add} ${change}`, { type, odd: '{"Ünï🧠/\\"(R)":{"pre":1},"GNG":{"post":7}}' });
  }
}

function fingerprintsAgree(edited: Edited, wanted: readonly NonNullable<Flags>['sums'][]): void {
  test('a fingerprint is the same however the ROI counts were added up', async () => {
    await makeHostile(edited);
    for (const sums of wanted) {
      const folder = temporaryFolder();
      expectAsked(await edited.run(folder, { sums }), await edited.typeNames());
      await edited.renew();
      expectAsked(await edited.run(folder, { sums }), []);
    }
  });
}

const WITHOUT = ['lastDatabaseEdit', 'uuid'] as const;

function untold(edited: Edited): void {
  test.each(WITHOUT)('without %s nothing is taken for unchanged, and only what changed is asked', async (property) => {
    const [[value] = []] = await edited.cypher(`MATCH (m:Meta) RETURN m.${property}`);
    onTestFinished(() => edited.setMeta({ [property]: value }));
    await edited.setMeta({ [property]: null });
    const folder = temporaryFolder();
    const names = await edited.typeNames();
    await edited.run(folder);
    for (const altered of [[], [names[5] as string, names[9] as string], []]) {
      await edited.alter(altered);
      const ran = await edited.run(folder);
      expect(new Set(questionsOf(ran))).toContain('catalogue');
      expectAsked(ran, altered);
      expect(ran.index).toBe(await edited.coldIndex());
    }
    await edited.cypher('MATCH (n:sample_Neuron {type: $type}) SET n.class = "Told"', { type: names[3] });
    const ran = await edited.run(folder);
    expectAsked(ran, []);
    expect(ran.index).toContain('Told');
    expect(ran.index).toBe(await edited.coldIndex());
  });

  test.each(WITHOUT)('without %s a full cache is enough for --offline', async (property) => {
    const [[value] = []] = await edited.cypher(`MATCH (m:Meta) RETURN m.${property}`);
    onTestFinished(() => edited.setMeta({ [property]: value }));
    await edited.setMeta({ [property]: null });
    const folder = temporaryFolder();
    const { index } = await edited.run(folder);
    expect((await edited.run(folder, { offline: true })).index).toBe(index);
  });
}

function partialRuns(edited: Edited): void {
  test('some types, then all: only the rest is asked, and what was kept of the others stays', async () => {
    const folder = temporaryFolder();
    const names = await edited.typeNames();
    const some = names.slice(30, 40);
    expectAsked(await edited.run(folder, { types: some }), some);
    const rest = await edited.run(folder);
    expectAsked(
      rest,
      names.filter((name) => !some.includes(name)),
    );
    expect(rest.report.kept).toEqual({ unchanged: 10, changed: 0, added: 0, asked: names.length - 10, gone: 0 });
    expect(rest.index).toBe(await edited.coldIndex());
    await edited.alter([some[0] as string, names[0] as string]);
    await edited.renew();
    const matched = await edited.run(folder, { match: '^KC' });
    expectAsked(matched, []);
    expect(matched.index).toBe(await edited.coldIndex({ match: '^KC' }));
    const all = await edited.run(folder);
    expectAsked(all, [some[0] as string, names[0] as string]);
    expect(all.index).toBe(await edited.coldIndex());
  });

  test('some types anew: their older answers give way, and the others are not forgotten', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    for (const type of (await edited.typeNames()).slice(0, 4)) {
      // An edit that nothing tells: the reason for asking anew.
      await edited.alter([type]);
      expectAsked(await edited.run(folder, { types: [type], fresh: true }), [type]);
      const all = await edited.run(folder);
      expect(questionsOf(all)).toEqual(NOTHING_CHANGED);
      expect(all.index).toBe(await edited.coldIndex());
    }
  });

  test('quick, then full: the ROI counts are asked; full, then quick: nothing is', async () => {
    const folder = temporaryFolder();
    expect(questionsOf(await edited.run(folder, { quick: true })).sort()).toEqual(['catalogue', 'description']);
    const full = await edited.run(folder);
    expectAsked(full, await edited.typeNames());
    expect(new Set(questionsOf(full))).toEqual(new Set(['edit', 'probe', 'ROI counts']));
    expect(full.index).toBe(await edited.coldIndex());
    const quick = await edited.run(folder, { quick: true });
    expect(questionsOf(quick)).toEqual(NOTHING_CHANGED);
    expect(quick.index).toBe(await edited.coldIndex({ quick: true }));
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test('quick between an edit and a full run does not hide what changed', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    const [altered] = (await edited.typeNames()) as [string];
    await edited.alter([altered]);
    await edited.renew();
    await edited.run(folder, { quick: true });
    const full = await edited.run(folder);
    expectAsked(full, [altered]);
    expect(full.index).toBe(await edited.coldIndex());
  });

  test('with other rules, of sides or of what is listed: no ROI counts are asked', async () => {
    const folder = temporaryFolder();
    await edited.run(folder);
    for (const flags of [{ preset: 'hemibrain' }, { preset: 'optic-lobe' }, {}, { 'rois.minSharePercent': 10 }]) {
      const ran = await edited.run(folder, flags);
      expectAsked(ran, []);
      expect(ran.index).toBe(await edited.coldIndex(flags));
    }
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test('with a site that somebody touched: it is made again, and nothing asked for that', async () => {
    const folder = temporaryFolder();
    const { index } = await edited.run(folder);
    const types = join(folder, 'site/data/types.csv');
    const csv = readFileSync(types, 'utf8');
    rmSync(types);
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
    expect(readFileSync(types, 'utf8')).toBe(csv);
    writeFileSync(join(folder, 'site/data/index.json'), index.replace('"AN0', '"BN0'));
    const mended = await edited.run(folder);
    expect(questionsOf(mended)).toEqual(NOTHING_CHANGED);
    expect(mended.report.filesWritten).toEqual(['data/index.json']);
    expect(mended.index).toBe(index);
  });

  test('from another source by turns: the site is always that of the one that was named', async () => {
    const folder = temporaryFolder();
    const [type] = (await edited.typeNames()) as [string];
    const { index } = await edited.run(folder);
    // A copy that says it were the same.
    await edited.alter([type]);
    const copy = await edited.run(folder, { source: edited.server.uri });
    expect(copy.index).not.toBe(index);
    expect(copy.index).toBe(await edited.coldIndex());
    expect((await edited.run(folder)).index).toBe(index);
  });

  test('anew: everything is asked, kept once, and nothing is asked after that', async () => {
    const folder = temporaryFolder();
    const cold = await edited.run(folder);
    const fresh = await edited.run(folder, { fresh: true });
    expectAsked(fresh, await edited.typeNames());
    expect(new Set(questionsOf(fresh))).toEqual(new Set(questionsOf(cold)));
    expect(fresh.report).toMatchObject({ kept: null, cache: { l2: { hits: 0 } } });
    expect(fresh.index).toBe(cold.index);
    const entriesOf = async (): Promise<number> => {
      const store = await openStore(join(folder, 'cache'), () => undefined);
      const entries = await store?.list('answers/');
      await store?.close();
      return entries?.length ?? 0;
    };
    const batches = questionsOf(fresh).filter((question) => question === 'ROI counts').length;
    expect(await entriesOf()).toBe(batches);
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });
}

function editsInBetween(edited: Edited): void {
  /** So that each batch is asked when the one before it has landed. */
  const inTurn: Flags = { concurrency: 1, batchWeight: 300 };

  /** What happens once the first query of a kind has been asked, before its answer comes. */
  const during = (isMeant: (query: AskedQuery) => boolean, work: () => Promise<void>): (() => Promise<void>) => {
    let done: Promise<void> | undefined;
    onTestFinished(() => edited.script(undefined));
    edited.script((query) => {
      if (done !== undefined || !isMeant(query)) return undefined;
      done = work();
      return { delayMs: 700 };
    });
    return async () => {
      edited.script(undefined);
      expect(done).toBeDefined();
      await done;
    };
  };
  const isEditQuery = ({ cypher }: AskedQuery): boolean => cypher.includes('(m:Meta)') && !cypher.includes('roiHier');

  test('while a first run asks for ROI counts: the next run shows it', async () => {
    const folder = temporaryFolder();
    const altered = await edited.typeNames();
    const edit = during(isRoiQuery, async () => {
      await edited.alter(altered);
      await edited.renew();
    });
    await edited.run(folder, inTurn);
    await edit();
    const ran = await edited.run(folder);
    expect(ran.types.length).toBeGreaterThan(0);
    expect(ran.types.length).toBeLessThan(altered.length);
    expect(ran.index).toBe(await edited.coldIndex());
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test.each([
    ['asks for ROI counts', isRoiQuery],
    ['asks whether there was one', isEditQuery],
  ])('while a run on what is kept %s: the next run shows it', async (_title, isMeant) => {
    const folder = temporaryFolder();
    const names = await edited.typeNames();
    await edited.run(folder);
    await edited.alter(names.slice(0, 20));
    await edited.renew();
    const edit = during(isMeant, async () => {
      await edited.alter(names.slice(10, 30));
      await edited.cypher('MATCH (n:sample_Neuron {type: $type}) SET n.class = $edit', {
        type: names[9],
        edit: _title,
      });
      await edited.renew();
    });
    await edited.run(folder, { concurrency: 1, batchWeight: 20 });
    await edit();
    expect((await edited.run(folder)).index).toBe(await edited.coldIndex());
    expect(questionsOf(await edited.run(folder))).toEqual(NOTHING_CHANGED);
  });

  test('that moves a cell while a run asks: both types are marked or the run ends; the next one shows it', async () => {
    const folder = temporaryFolder();
    const names = await edited.typeNames();
    const rows = await edited.cypher(
      'MATCH (n:sample_Neuron) WITH n.type AS type, count(*) AS cells WHERE cells = 5 RETURN type ORDER BY type LIMIT 2',
    );
    const [one, other] = rows.flat() as [string, string];
    const edit = during(isRoiQuery, async () => {
      const [cell] = (await edited.cellsOf(one)) as [Cell];
      await edited.setCell(cell.bodyId, { type: other });
      await edited.renew();
    });
    // Whether the catalogue was read by then is a matter of milliseconds.
    const outcome = await edited.run(folder, inTurn).then(
      ({ report }) => report.failedTypes.join(),
      ({ message }: Error) => message,
    );
    expect([`${one},${other}`, expect.stringContaining('was edited while it was read')]).toContainEqual(outcome);
    await edit();
    const ran = await edited.run(folder);
    expect(ran.types.length).toBeLessThan(names.length);
    expect(ran.index).toBe(await edited.coldIndex());
  });
}

function partnerRuns(edited: Edited): void {
  const partnersOf = async (
    folder: string,
    types: string[],
    flags: Flags = {},
  ): Promise<PartnersResult & { asked: string[] }> => {
    const given = { source: edited.uri, cache: join(folder, 'cache'), ...flags };
    const before = edited.relay.queries.length;
    const view = { directions: ['upstream', 'downstream'] as const, minWeight: 1, top: 100 };
    const result = await partners(types, view, loadConfig({ flags: given }).settings, edited.context());
    return { ...result, asked: questionsOf({ queries: edited.relay.queries.slice(before) }) };
  };

  test('partners are kept until the next edit, which may retype a cell of another type', async () => {
    const folder = temporaryFolder();
    const [[type] = []] = await edited.cypher(
      `MATCH (n:sample_Neuron)-[:ConnectsTo]->(m:sample_Neuron) WHERE n.type < m.type AND m.type <> 'retyped'
       RETURN n.type ORDER BY n.type LIMIT 1`,
    );
    const first = await partnersOf(folder, [type as string]);
    expect(first.asked).toContain('partners');
    // An index keeps the catalogue as well; without one an unchanged dataset takes a question more.
    await edited.run(folder);
    const again = await partnersOf(folder, [type as string]);
    expect(again).toEqual({ ...first, asked: NOTHING_CHANGED });
    await edited.cypher(
      `MATCH (n:sample_Neuron {type: $type})-[:ConnectsTo]->(m:sample_Neuron) WHERE m.type <> $type
       WITH m ORDER BY m.bodyId LIMIT 1 SET m.type = 'retyped'`,
      { type },
    );
    await edited.renew();
    const after = await partnersOf(folder, [type as string]);
    expect(after.asked).toContain('partners');
    expect(JSON.stringify(after.lists)).toContain('"retyped"');
    const { asked: _, ...lists } = after;
    const { asked: __, ...uncached } = await partnersOf(folder, [type as string], { cache: 'none' });
    expect(lists).toEqual(uncached);
  });
}

for (const version of neo4jVersions) {
  await describeEdited(`what changed in Neo4j ${version}`, { version }, (edited) => {
    describe('of what a reader sees', () => changes(edited));
    describe('though its sums are the same', () => evenEdits(edited, true));
    describe('in a source that does not tell', () => untold(edited));
    describe('where a run wants less, or more, than the one before', () => partialRuns(edited));
    // The rest is for the cache to get right, whatever the server is.
    if (version === '5.26') describe('by an edit', () => editsInBetween(edited));
    partnerRuns(edited);
    fingerprintsAgree(edited, ['server', 'client']);
  });
}

await describeEdited('what changed in a Neo4j without APOC', { version: '5.26', allowApoc: false }, (edited) => {
  describe('though its sums are the same', () => evenEdits(edited, false));
  fingerprintsAgree(edited, ['client']);
});
