import { equal, test } from '/tests/check.js';
import { horizon, logTicks, nearest, ticks } from '/widgets/lib/plot/scale.js';

test('ticks are round and lie inside the range', () => {
  equal(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  equal(ticks(0.13, 0.87, 4), [0.2, 0.4, 0.6, 0.8]);
  equal(ticks(-1, 1, 2), [-1, 0, 1]);
});

test('an empty range has one tick', () => {
  equal(ticks(3, 3, 5), [3]);
  equal(ticks(4, 3, 5), [4]);
});

test('whole ticks are integers even in a narrow range', () => {
  equal(ticks(0, 3, 10, true), [0, 1, 2, 3]);
});

test('logarithmic ticks are 1, 2 and 5 times powers of ten', () => {
  equal(logTicks(0.1, 10), [0.1, 0.2, 0.5, 1, 2, 5, 10]);
});

test('the nearest value is found between, before and after the values', () => {
  equal([0.9, 1.4, 1.6, 9, -5].map((at) => nearest([1, 2, 4], at)), [0, 0, 1, 2, 0]);
  equal(nearest([], 1), -1);
});

test('the horizon is the planned end, or a round number ahead while little of a long way is done', () => {
  equal(horizon(20, 1), 20);
  equal(horizon(20, 22), 22);
  equal([0, 3, 6, 40, 240, 260].map((done) => horizon(1000, done)), [1, 10, 20, 100, 500, 1000]);
});
