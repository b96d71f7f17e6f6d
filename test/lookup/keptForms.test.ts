import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/errors.ts';
import { keptRowsOf, rowsIn } from '../../src/lookup/keptCatalogue.ts';
import { cellsForm, partnersForm, roiCountsForm } from '../../src/lookup/keptForms.ts';

const count = fc.nat({ max: 2 ** 40 });
const name = fc.string({ unit: 'grapheme' });

describe('ROI counts as they are kept', () => {
  const rois = ['ME(R)', 'a "quoted", one', '🧠'];
  const form = roiCountsForm(rois, 'digest');

  test('come back as they were', () => {
    const rows = fc
      .subarray(rois)
      .chain((some) => fc.tuple(...some.map((roi) => fc.tuple(fc.constant(roi), count, count))));
    fc.assert(
      fc.property(name, rows, (type, kept) => {
        const answer = kept.map(([roi, pre, post]) => ({ type, roi, pre, post }));
        expect(form.answerIn(form.textOf(answer), type)).toEqual(answer);
      }),
    );
  });

  test.each(['', '{}', '[1,2]', '[3,1,1]', '[0,-1,1]', '[0,1.5,1]', '["0",1,1]', '[0,1,1'])(
    'are not read from %j',
    (text) => {
      expect(() => form.answerIn(text, 'T')).toThrow(DecodeError);
    },
  );
});

describe('partners as they are kept', () => {
  const form = partnersForm();

  test('come back as they were', () => {
    const row = fc.record({
      direction: fc.constantFrom('upstream' as const, 'downstream' as const),
      partner: fc.option(name),
      pairs: count,
      weight: count,
    });
    fc.assert(
      fc.property(name, fc.array(row), (type, rows) => {
        const answer = rows.map((row) => ({ type, ...row }));
        expect(form.answerIn(form.textOf(answer), type)).toEqual(answer);
      }),
    );
  });

  test.each(['', '[["sideways","T",1,1]]', '[["upstream","T",1]]', '[["upstream",1,1,1]]'])(
    'are not read from %j',
    (text) => {
      expect(() => form.answerIn(text, 'T')).toThrow(DecodeError);
    },
  );
});

describe('cells as they are kept', () => {
  const form = cellsForm();

  test('come back as they were', () => {
    const cell = fc.record({ bodyId: fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String), instance: fc.option(name) });
    fc.assert(
      fc.property(name, fc.array(cell), (type, cells) => {
        const answer = cells.map((cell) => ({ type, ...cell }));
        expect(form.answerIn(form.textOf(answer), type)).toEqual(answer);
      }),
    );
  });

  test.each(['', '[]', '[["1"]]', '[["1"],[]]', '[[1],["T_L"]]', '[["1"],[2]]'])('are not read from %j', (text) => {
    expect(() => form.answerIn(text, 'T')).toThrow(DecodeError);
  });

  test('say in words what differs', () => {
    const rows = [
      { type: 'T', bodyId: '12', instance: 'T_L' },
      { type: 'T', bodyId: '13', instance: null },
    ];
    expect([...form.shown(rows)]).toEqual([
      ['bodyId 12', '"T_L"'],
      ['bodyId 13', 'no instance'],
    ]);
  });
});

describe('a catalogue as it is kept', () => {
  const properties = ['class', 'constructor', 'side'];
  const row = fc.record({
    type: fc.option(name),
    cells: count,
    pre: count,
    post: count,
    values: fc.tuple(fc.option(name), fc.constant(null), fc.option(fc.constantFrom('L', 'R'))),
  });

  test('comes back as it was, through JSON, with as many of its properties as are wanted', () => {
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const kept: unknown = JSON.parse(JSON.stringify(keptRowsOf(rows, properties)));
        expect(rowsIn(kept, properties)).toEqual(rows);
        const some = rows.map((one) => ({ ...one, values: [one.values[2], one.values[0]] }));
        expect(rowsIn(kept, ['side', 'class'])).toEqual(some);
      }),
    );
  });

  test('is none where a property was not asked for then, or a part of it is missing', () => {
    const kept = keptRowsOf([{ type: 'T', cells: 1, pre: 1, post: 1, values: ['a', null, 'L'] }], properties);
    expect(rowsIn(kept, ['class', 'somaSide'])).toBeNull();
    expect(rowsIn({ ...kept, cells: [1, 2] }, properties)).toBeNull();
    expect(rowsIn({ ...kept, types: { values: [], at: [1] } }, properties)).toBeNull();
    expect(rowsIn({ ...kept, pre: ['1'] }, properties)).toBeNull();
    expect(rowsIn('anything', properties)).toBeNull();
  });
});
