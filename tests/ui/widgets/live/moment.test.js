import { equal, test } from '/tests/check.js';
import { evaluated } from '/tests/live/fixtures.js';
import { Moment, evaluationAfter, evaluationAt } from '/widgets/live/moment.js';

test('the moment follows the newest evaluation until it is moved', () => {
  const moment = new Moment();
  moment.setCount(3);
  equal([moment.index, moment.follows], [2, true]);
  moment.move(1);
  moment.setCount(5);
  equal([moment.index, moment.follows], [1, false]);
});

test('moved to the last evaluation it follows again', () => {
  const moment = new Moment();
  moment.setCount(3);
  moment.move(0);
  moment.move(9);
  moment.setCount(4);
  equal([moment.index, moment.follows], [3, true]);
});

test('where evaluations were undone it is the last that is left', () => {
  const moment = new Moment();
  moment.setCount(9);
  moment.move(6);
  moment.setCount(4);
  equal(moment.index, 3);
});

test('an epoch leads to the evaluation nearest to it', () => {
  const evals = [evaluated(1, 1, 1), evaluated(10, 1, 1), evaluated(20, 1, 1)];
  equal([0, 0.9, 1.6, 99].map((epoch) => evaluationAt(evals, epoch)), [0, 1, 2, 2]);
  equal(evaluationAt([], 1), 0);
});

test('keys move by one evaluation or to an end, and stay inside', () => {
  const keys = ['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Escape', 'a'];
  equal(keys.map((key) => evaluationAfter(key, 2, 5)), [1, 3, 0, 4, 4, undefined]);
  equal([evaluationAfter('ArrowLeft', 0, 5), evaluationAfter('ArrowRight', 4, 5)], [0, 4]);
});
