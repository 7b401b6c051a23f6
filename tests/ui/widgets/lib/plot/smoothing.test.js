import { close, equal, test } from '/tests/check.js';
import { exponentialMean, keepOverSteps } from '/widgets/lib/plot/smoothing.js';

test('a constant stays what it is from its first value on', () => {
  for (const mean of exponentialMean([3, 3, 3], () => 0.9)) close(/** @type {number} */ (mean), 3);
});

test('without memory the values are left as they are, gaps included', () => {
  equal(exponentialMean([1, null, Number.NaN, 4], () => 0), [1, null, null, 4]);
});

test('the mean is weighted towards the latest value', () => {
  const means = exponentialMean([0, 1], () => 0.5);
  close(/** @type {number} */ (means[1]), 2 / 3);
});

test('a point that stands for many steps weighs as much as they do', () => {
  const keep = keepOverSteps([1, 2, 5, 5], 10);
  equal([0, 1, 2, 3].map((i) => keep(i).toFixed(3)), ['0.900', '0.900', '0.729', '0.900']);
});
