import { close, equal, test } from '/tests/check.js';
import { pointedAt, pointedText, temperatureAfter, temperatureAt, withNow } from '/widgets/sweep/chart_place.js';
import { layoutFor, scalesFor } from '/widgets/sweep/sweep_lines.js';

const SWEEP = {
  temperatures: [0.05, 0.5, 5],
  lines: [{ word: ' forward', p: [1, 0.8, 0.4] }, { word: 'pizza', p: [0, 0.2, 0.6] }],
  entropy: [0, 0.7, 0.97],
  now: 1,
  here: [0.7, 0.3],
  entropy_here: 0.88,
};
const LAYOUT = layoutFor(620);

test('a place of the chart is a temperature with two decimals, its ends are the bounds', () => {
  const { toX } = scalesFor(SWEEP, LAYOUT);
  for (const temperature of [0.05, 0.1, 0.73, 1, 5]) equal(temperatureAt(SWEEP, LAYOUT, toX(temperature)), temperature);
  equal([-50, 9999].map((x) => temperatureAt(SWEEP, LAYOUT, x)), [0.05, 5]);
});

test('arrows change the temperature by at least a hundredth, within the bounds', () => {
  const after = (/** @type {string} */ key, /** @type {number} */ now) => temperatureAfter(key, { ...SWEEP, now });
  equal([after('ArrowRight', 1), after('ArrowLeft', 1), after('ArrowUp', 0.06), after('ArrowDown', 0.06)], [1.08, 0.93, 0.07, 0.05]);
  equal([after('ArrowRight', 4.9), after('ArrowLeft', 0.05), after('Home', 1), after('End', 1), after('a', 1)], [5, 0.05, 0.05, 5, undefined]);
});

test('another current temperature has values between those of its neighbours', () => {
  const { now, here, entropy_here } = withNow(SWEEP, 0.5);
  equal([now, here, entropy_here], [0.5, [0.8, 0.2], 0.7]);
  close(withNow(SWEEP, Math.sqrt(0.5 * 5)).here[0], 0.6);
  equal([withNow(SWEEP, 0).here, withNow(SWEEP, 9).here], [[1, 0], [0.4, 0.6]]);
});

test('the pointer is at the nearest line', () => {
  const { toX, toY } = scalesFor(SWEEP, LAYOUT);
  const at = (/** @type {number} */ temperature, /** @type {number} */ p) =>
    pointedAt(SWEEP, scalesFor(SWEEP, LAYOUT), [0, 0], { x: toX(temperature), y: toY(p) });
  equal([at(0.6, 0.75), at(4, 0.9), at(0.05, 0.1)], [{ at: 1, line: 0 }, { at: 2, line: 1 }, { at: 0, line: 1 }]);
});

test('a line that is moved up is found where it is drawn', () => {
  const same = { ...SWEEP, lines: [SWEEP.lines[0], { ...SWEEP.lines[0], word: 'other' }] };
  const scales = scalesFor(same, LAYOUT);
  const place = { x: scales.toX(0.5), y: scales.toY(0.8) - 4 };
  equal(pointedAt(same, scales, [0, 3.5], place).line, 1);
});

test('the values there are in the sentence', () => {
  equal(pointedText(SWEEP, { at: 1, line: 0 }), 'At T = 0.5: forward 80.00 %, 0.700 bits.');
});
