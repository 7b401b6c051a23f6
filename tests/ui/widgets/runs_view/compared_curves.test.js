import { close, equal, test } from '/tests/check.js';
import { curvesOf } from '/tests/runs_view/fixtures.js';
import { bestMark, sentenceOf, seriesOf, xRangeOf } from '/widgets/runs_view/compared_curves.js';

test('every run is one series in a colour of its own, the seventh in dashes', () => {
  const series = seriesOf(curvesOf(['a', 'b', 'c', 'd', 'e', 'f', 'g']), 'val', 0);
  equal(series.map(({ name }) => name).join(''), 'abcdefg');
  equal([series[0].kind, series[6].kind, series[6].colour === series[0].colour], ['bold', 'dash', true]);
  equal(series[1], { name: 'b', colour: 'var(--pg-2)', kind: 'bold', x: [1, 10, 20], y: [5, 2, 4], same: '' });
});

test('a curve that another one hides is dashed and says which one, however far each goes', () => {
  const answer = curvesOf(['a', 'b', 'c']);
  answer.curves[2].val = { x: [1, 10], y: [5, 3] };
  equal(seriesOf(answer, 'val', 0).map(({ kind, same }) => [kind, same]), [['bold', ''], ['bold', ''], ['dash', 'a']]);
  equal(seriesOf(answer, 'loss', 0).map(({ same }) => same), ['', 'a', 'a']);
  answer.curves[2].val = { x: [], y: [] };
  equal(seriesOf(answer, 'val', 0)[2].same, '');
});

test('smoothing changes the values, not their places', () => {
  const [{ x, y }] = seriesOf(curvesOf(['a']), 'loss', 0.5);
  equal(x, [1, 2, 20]);
  close(/** @type {number} */ (y[1]), (6 * 0.25 + 4 * 0.5) / 0.75);
});

test('the axis goes from zero to the last point of all', () => {
  const empty = { name: 'b', colour: 'red', x: [], y: [] };
  equal(xRangeOf([{ name: 'a', colour: 'red', x: [5, 9], y: [1, 1] }, empty]), [0, 9]);
  equal(xRangeOf([empty]), [0, 1e-9]);
});

test('the best point is the lowest, missing values aside', () => {
  const mark = (/** @type {(number | null)[]} */ y) => bestMark({ name: 'a', colour: 'red', x: y.map((_, i) => i), y });
  equal(mark([null, 3, 2, Number.NaN, 2.5]), [{ x: 2, y: 2, colour: 'red', title: 'a: best, 2.000' }]);
  equal([mark([]), mark([null])], [[], []]);
});

test('a saved chart says where the runs differ, and their lowest values', () => {
  const sentence = (/** @type {string[]} */ names, /** @type {object} */ changes = {}) => {
    const answer = { ...curvesOf(names), verdict: '', ...changes };
    return sentenceOf(answer, seriesOf(answer, 'val', 0));
  };
  equal(sentence(['a', 'b']), 'What differs: lr 0.001 / 0.002. a: best, 3.000; b: best, 2.000.');
  equal(sentence(['a', 'b'], { differences: [] }), 'These runs have the same settings and text. a: best, 3.000; b: best, 2.000.');
  equal(sentence(['a', 'b'], { differences: [{ setting: 'forked from', values: ['b', ''] }, { setting: 'seed', values: ['1', '2'] }] }),
    'What differs: forked from b / –; seed 1 / 2. a: best, 3.000; b: best, 2.000.');
  equal(sentence(['a']), 'a: best, 3.000.');
  equal(sentence(['a', 'b'], { verdict: 'With lr 0.002 it is better.' }), 'With lr 0.002 it is better.');
});
