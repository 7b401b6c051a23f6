import { equal, ok, test } from '/tests/check.js';
import { evaluated } from '/tests/live/fixtures.js';
import { verdict } from '/widgets/live/verdict.js';

/** @param {[number, number | null][]} losses */
const after = (losses) => verdict(losses.map(([train, val], i) => evaluated(10 * (i + 1), train, val)));

test('there is no verdict before an evaluation with a finite loss', () => {
  equal([verdict([]), after([[1, null]])], [null, null]);
});

test('two evaluations say nothing yet', () => {
  const found = after([[4, 4], [3, 3]]);
  ok(found?.text.startsWith('Both losses are measured'), found?.text ?? '');
  equal(found?.best.step, 20);
});

test('a model whose validation was best lately is still learning', () => {
  equal(after([[4, 4], [3, 3], [2, 2.5]])?.text, 'Still learning: validation was best at epoch 3, with 2.500.');
});

test('a model is memorising once training falls while validation rose for three evaluations', () => {
  const found = after([[4, 4], [3, 3], [2, 3.1], [1.5, 3.2], [1, 3.3]]);
  ok(found?.memorising, 'not memorising');
  equal(found?.text, 'Memorising since epoch 2: the training loss keeps falling, but the validation loss has risen '
    + 'from 3.000 to 3.300.');
});

test('losses within half a percent of the best are no memorising, nor is a rise of both', () => {
  const flat = after([[4, 4], [3, 3], [2, 3.001], [1.5, 3.002], [1, 3.003]]);
  equal([flat?.memorising, flat?.text], [false, 'Validation was best at epoch 2, with 3.000, and has hardly moved since.']);
  equal(after([[4, 4], [3, 3], [3.1, 3.1], [3.2, 3.2], [3.3, 3.3]])?.memorising, false);
});
