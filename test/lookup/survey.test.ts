/** What a run may take from the cache, and what it may keep there, whatever is edited between and during runs. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type BuildParts, buildCatalog } from '../../src/build.ts';
import { openStore } from '../../src/cache/stores.ts';
import { createCache } from '../../src/cache/twoLevel.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { systemClock as clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config.ts';
import { ConfigError, QueryError } from '../../src/errors.ts';
import { fetchPartners } from '../../src/partners.ts';
import { createRun } from '../../src/report.ts';
import type { Settings } from '../../src/settings.ts';
import { verifyKept } from '../../src/verifyKept.ts';
import { temporaryFolder } from '../support/cli.ts';
import { createEditable, type Editable, type EditableCell } from '../support/editable.ts';

const cellsAt = (count: number, classOf: string): EditableCell[] =>
  ['T1', 'T2'].map((type, i) => ({ bodyId: i, type, class: classOf, rois: { B: { pre: count, post: count } } }));

/** A source and the folder of its cache; each run opens the cache anew, as a process does. */
interface Lab {
  source: Editable;
  run<T>(work: (parts: BuildParts) => Promise<T>, flags?: Partial<Settings>): Promise<T>;
  build(flags?: Partial<Settings>): Promise<Catalog>;
  /** What a run without a cache makes of the source as it is. */
  cold(): Promise<Catalog>;
}

function createLab(cells = cellsAt(1, 'a')): Lab {
  const source = createEditable(cells);
  const folder = temporaryFolder();
  const lab: Lab = {
    source,
    async run(work, flags = {}) {
      const { settings } = loadConfig({ flags: {} });
      const cache = createCache(await openStore(folder, () => undefined), { isFresh: flags.fresh });
      try {
        const run = createRun('test', clock.now);
        return await work({ connectome: source.connectome, cache, settings: { ...settings, ...flags }, run, clock });
      } finally {
        await cache.close();
      }
    },
    build: (flags) => lab.run(buildCatalog, flags),
    cold: async () => {
      const { settings } = loadConfig({ flags: {} });
      const parts = { cache: createCache(null), settings, run: createRun('cold', clock.now), clock };
      const catalog = await buildCatalog({ connectome: source.connectome, ...parts });
      source.asked();
      return catalog;
    },
  };
  return lab;
}

/** Replaces a question of the source until the test is over. */
function answerBy<Question extends keyof Editable['connectome']>(
  { source }: Lab,
  question: Question,
  wrap: (original: Editable['connectome'][Question]) => Editable['connectome'][Question],
): void {
  const original = source.connectome[question];
  source.connectome[question] = wrap(original);
  onTestFinished(() => {
    source.connectome[question] = original;
  });
}

describe('an edit in the middle of a first run', () => {
  test('before a description that had to be asked for twice: the catalogue is not kept under the new edit', async () => {
    const lab = createLab();
    let isFirst = true;
    answerBy(lab, 'describe', (original) => async (ask) => {
      if (!isFirst) return original(ask);
      isFirst = false;
      await new Promise((done) => setImmediate(done));
      lab.source.cells = cellsAt(1, 'b');
      lab.source.stamp('second');
      throw new QueryError('the connection was reset', { failure: 'passing' });
    });
    await lab.build();
    expect(await lab.build()).toEqual(await lab.cold());
  });

  test('before a description that comes after the catalogue: it is not kept under the new edit either', async () => {
    const lab = createLab();
    answerBy(lab, 'describe', (original) => async (ask) => {
      for (let i = 0; i < 5; i++) await new Promise((done) => setImmediate(done));
      lab.source.cells = cellsAt(1, 'b');
      lab.source.stamp('second');
      return original(ask);
    });
    await lab.build();
    expect(await lab.build()).toEqual(await lab.cold());
  });
});

describe('a source that does not say when it was edited', () => {
  test.each<[string, Partial<Settings>]>([
    ['a quick one', { quick: true }],
    ['a fresh one of some types', { fresh: true, types: ['T1'] }],
  ])('offline, after an edit and %s, gives what is of one state or says what it lacks', async (_what, flags) => {
    const lab = createLab();
    lab.source.stamp(null);
    await lab.build();
    lab.source.cells = cellsAt(100, 'b');
    await lab.build(flags);
    const offline = await lab.build({ offline: true }).catch((error: unknown) => error);
    if (offline instanceof Error) expect(offline).toBeInstanceOf(ConfigError);
    else expect(offline).toEqual(await lab.cold());
  });

  test('offline gives what the last run made', async () => {
    const lab = createLab();
    lab.source.stamp(null);
    await lab.build();
    lab.source.cells = [...cellsAt(100, 'b').slice(0, 1), ...cellsAt(1, 'b').slice(1)];
    const last = await lab.build();
    lab.source.asked();
    expect(await lab.build({ offline: true })).toEqual(last);
    expect(lab.source.asked().questions).toEqual([]);
  });

  test('is asked for its edit alone once it says so', async () => {
    const lab = createLab();
    lab.source.stamp(null);
    await lab.build();
    lab.source.stamp('dated');
    await lab.build();
    lab.source.asked();
    await lab.build();
    expect(lab.source.asked().questions).toEqual(['edit']);
  });
});

test('presets that read other properties do not undo what each other kept', async () => {
  const lab = createLab();
  const asPreset = (preset: string): Partial<Settings> => ({ sides: loadConfig({ flags: { preset } }).settings.sides });
  await lab.build(asPreset('hemibrain'));
  await lab.build(asPreset('male-cns'));
  lab.source.asked();
  for (const preset of ['hemibrain', 'male-cns', 'hemibrain']) await lab.build(asPreset(preset));
  expect(lab.source.asked().questions).toEqual(['edit']);
});

test('partners are kept, and given offline where a build kept the types', async () => {
  const lab = createLab();
  await lab.build();
  const partnersOf = (flags?: Partial<Settings>): Promise<unknown> =>
    lab.run((parts) => fetchPartners(['T1'], parts), flags);
  const first = await partnersOf();
  lab.source.asked();
  expect(await partnersOf()).toEqual(first);
  expect(lab.source.asked().questions).toEqual(['edit']);
  expect(await partnersOf({ offline: true })).toEqual(first);
});

describe('what is kept, held against the source', () => {
  const verified = (lab: Lab): ReturnType<typeof verifyKept> => lab.run((parts) => verifyKept(parts, 10));

  test('is right where nothing was edited', async () => {
    const lab = createLab();
    await lab.build();
    expect(await verified(lab)).toEqual([
      { part: 'catalogue', kept: 2, asked: 2, wrong: [], failed: [] },
      { part: 'ROI counts', kept: 2, asked: 2, wrong: [], failed: [] },
    ]);
  });

  test('is wrong where an edit left no sign, and both answers are shown', async () => {
    const lab = createLab();
    await lab.build();
    const [one, other] = lab.source.cells as [EditableCell, EditableCell];
    lab.source.cells = [
      { ...one, class: 'b' },
      { ...other, rois: { 'A(L)': { pre: 1, post: 1 } } },
    ];
    const [catalogue, counts] = await verified(lab);
    expect(catalogue?.wrong.map(({ type }) => type)).toEqual(['T1']);
    expect(catalogue?.wrong[0]).toMatchObject({
      kept: expect.stringContaining('"a"'),
      source: expect.stringContaining('"b"'),
    });
    expect(counts?.wrong).toEqual([
      { type: 'T2', kept: 'B: 1 pre, 1 post; A(L): nothing', source: 'B: nothing; A(L): 1 pre, 1 post' },
    ]);
    await lab.build({ fresh: true });
    expect((await verified(lab)).flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(await lab.build()).toEqual(await lab.cold());
  });

  test('is not called wrong where the source cannot answer now', async () => {
    const lab = createLab();
    await lab.build();
    answerBy(lab, 'roiCounts', (original) => async (types, rois, ask) => {
      if (types.includes('T2')) throw new QueryError('out of memory', { failure: 'memory' });
      return original(types, rois, ask);
    });
    const counts = (await verified(lab)).find(({ part }) => part === 'ROI counts');
    expect(counts).toMatchObject({ wrong: [], failed: [{ type: 'T2', reason: 'out of memory' }] });
  });
});
