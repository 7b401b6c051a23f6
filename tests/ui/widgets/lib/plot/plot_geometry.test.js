import { close, equal, ok, test } from '/tests/check.js';
import { cursorAfter, linePath, scales, snap, valueRange } from '/widgets/lib/plot/plot_geometry.js';

/** @param {(number | null)[]} y @param {number[]} [x] */
const series = (y, x = y.map((_, i) => i)) => [{ name: 'a', colour: 'red', x, y }];
const BOX = { width: 120, height: 110, edge: { left: 10, right: 10, top: 5, bottom: 5 } };

test('the range of values ends at round numbers outside of them', () => {
  equal(valueRange(series([1.3, 9.2, null, Number.NaN])), [0, 10]);
  equal(valueRange(series([0.4, 12]), { tickCount: 3 }), [0, 15]);
  equal(valueRange(series([-3, 12])), [-5, 15]);
});

test('the range includes zero where it is asked for', () => {
  equal(valueRange(series([7, 9]), { fromZero: true }), [0, 10]);
  equal(valueRange(series([7, 9])), [7, 9]);
});

test('nothing to show and a constant have a range, too', () => {
  equal([valueRange([]), valueRange([], { log: true })], [[0, 1], [0.1, 1]]);
  equal([valueRange(series([5])), valueRange(series([0]))], [[4.5, 5.5], [-1, 1]]);
  equal(valueRange(series([0]), { fromZero: true }), [0, 1]);
});

test('a logarithmic range leaves out what it cannot show', () => {
  const [low, high] = valueRange(series([0, -2, 1, 100]), { log: true });
  close(low, 1 / 1.05);
  close(high, 105);
});

test('scales fill the box, upwards, and lead back from a pixel', () => {
  const { toX, toY, fromX } = scales(BOX, [0, 4], [0, 10]);
  equal([toX(0), toX(4), toY(0), toY(10)], [10, 110, 105, 5]);
  equal([fromX(35), fromX(-50), fromX(999)], [1, 0, 4]);
});

test('an empty range is no division by zero', () => {
  const { toX, toY } = scales(BOX, [2, 2], [3, 3]);
  equal([toX(2), toY(3)], [10, 105]);
});

test('equal ratios are equally far apart on a logarithmic axis', () => {
  const { toY } = scales(BOX, [0, 1], [1, 100], true);
  close(toY(1) - toY(10), toY(10) - toY(100));
});

test('a path has a gap where a value is missing', () => {
  const scale = scales(BOX, [0, 4], [0, 10]);
  equal(linePath(series([0, 10, null, 5, 5])[0], scale), 'M10.0 105.0L35.0 5.0M85.0 55.0L110.0 55.0');
});

test('a path leaves out values up to zero on a logarithmic axis', () => {
  const scale = scales(BOX, [0, 2], [1, 10], true);
  ok(!linePath(series([1, 0, 10])[0], scale, true).includes('L'), 'the line goes through zero');
});

test('a single point is drawn as a dot, and none as nothing', () => {
  const scale = scales(BOX, [0, 4], [0, 10]);
  equal([linePath(series([10])[0], scale), linePath(series([])[0], scale)], ['M10.0 5.0h0.01', '']);
});

test('the cursor snaps to a point of the longest series', () => {
  const both = [...series([1, 1], [0, 10]), ...series([1, 1, 1], [0, 4, 9])];
  equal([snap(both, 4.4), snap(both, 99), snap(series([]), 1)], [4, 9, null]);
});

test('keys move the cursor by a fiftieth, to the ends, or away', () => {
  const after = (/** @type {string} */ key, /** @type {number | null} */ at) => cursorAfter(key, at, [0, 100]);
  equal(['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape', 'a'].map((key) => after(key, 50)), [48, 52, 0, 100, null, undefined]);
  equal(after('ArrowLeft', null), 98);
});
