import { close, equal, test } from '/tests/check.js';
import { picture } from '/tests/distribution/pictures.js';
import { axisMarks, barLength, barRows } from '/widgets/distribution/bar_scale.js';

test('linear bars are a share of the scale and end at it', () => {
  equal([0, 0.1, 0.2, 0.9].map((p) => barLength(p, 0.2, false)), [0, 50, 100, 100]);
});

test('logarithmic bars lose a sixth of the axis for each factor of ten', () => {
  for (const [p, length] of [[1, 100], [1e-3, 50], [1e-6, 0], [1e-9, 0], [0, 0]]) close(barLength(p, 0.2, true), length);
});

test('marks name the probabilities at their places', () => {
  equal(axisMarks(0.2, false), [
    { at: 0, text: '0 %' }, { at: 25, text: '5 %' }, { at: 50, text: '10 %' }, { at: 75, text: '15 %' }, { at: 100, text: '20 %' },
  ]);
  equal(axisMarks(0.2, true).map(({ text }) => text), ['0.0001 %', '0.01 %', '1 %', '100 %']);
  for (const log of [false, true]) {
    for (const { at, text } of axisMarks(0.2, log).slice(1)) close(barLength(Number.parseFloat(text) / 100, 0.2, log), at, 1e-6);
  }
});

test('rows are the words, all others together, and the sum', () => {
  const rows = barRows(picture({ tail: { count: 1234, kept: 1234, before: 0.5, cut_before: 0, after: 0.25 } }));
  equal(rows.map(({ kind, label, cut }) => [kind, label, cut]), [
    ['token', 'you', null], ['token', 'a·b', null], ['token', 'pizza', 'Top-k'], ['tail', '1,234 others', null], ['sum', 'sum', null],
  ]);
  equal([rows[1].title, rows[3].title], ['a b (token 1)', '']);
  close(rows[4].before, 1.5);
  close(rows[4].after, 1.25);
});

test('tokens that were cut are no others, and have exactly nothing', () => {
  const rows = barRows(picture({ tail: { count: 1670, kept: 0, before: 0, cut_before: 0.3, after: 0 } }));
  equal(rows.slice(3, -1).map(({ label, before, after }) => [label, before, after]), [['1,670 cut', 0.3, 0]]);
  const both = barRows(picture({ tail: { count: 1670, kept: 180, before: 0.2, cut_before: 0.1, after: 0.3 } }));
  equal(both.slice(3, -1).map(({ label, before, after }) => [label, before, after]), [['180 others', 0.2, 0.3], ['1,490 cut', 0.1, 0]]);
});

test('a vocabulary that is shown in full has no row for others', () => {
  equal(barRows(picture()).map(({ kind }) => kind), ['token', 'token', 'token', 'sum']);
});
