import { equal, ok, test } from '/tests/check.js';
import { SERIES, SESSION, evaluated, newsOf, stepsOf } from '/tests/live/fixtures.js';
import { RunRecord } from '/widgets/live/record.js';

test('news are appended', () => {
  const record = new RunRecord(SERIES);
  record.add(newsOf());
  record.add(newsOf({ sitting: null, steps: stepsOf(2, 5), evals: [evaluated(6, 4, 4)], samples: [{ step: 6, epoch: 0.6, text: 'a' }] }));
  equal(record.steps.step, [1, 2, 3, 4, 5, 6]);
  equal([record.evals.length, record.samples.length], [2, 1]);
  equal(record.session, SESSION);
});

test('the learning rate is the last one that it was changed to', () => {
  const record = new RunRecord(SERIES);
  equal(record.lr, null);
  record.add(newsOf({ lr: 0.1 }));
  record.add(newsOf({ lr: null }));
  equal(record.lr, 0.1);
});

test('what a resumed run undid is cut away before its news are added', () => {
  const record = new RunRecord(SERIES);
  record.add(newsOf({ steps: stepsOf(8), evals: [evaluated(2, 1, 1), evaluated(7, 1, 1)], samples: [{ step: 8, epoch: 0.8, text: 'a' }] }));
  record.add(newsOf({ cut: 4, steps: stepsOf(1, 5), evals: [] }));
  equal(record.steps.step, [1, 2, 3, 4, 5]);
  equal(record.steps.loss.length, 5);
  equal([record.evals.map((row) => row.step), record.samples], [[2], []]);
});

test('a cut to the start leaves nothing', () => {
  const record = new RunRecord(SERIES);
  record.add(newsOf());
  record.cut(0);
  equal([record.steps, record.evals], [stepsOf(0), []]);
});

test('halving keeps the last step of each pair and the mean of its losses', () => {
  const record = new RunRecord(SERIES);
  record.add(newsOf({ steps: { ...stepsOf(5), loss: [5, 3, 2, 1, 9] } }));
  record.halve();
  equal([record.steps.step, record.steps.loss, record.steps.epoch], [[2, 4, 5], [4, 1.5, 9], [0.2, 0.4, 0.5]]);
});

test('a long record is thinned, and ends at the last step', () => {
  const record = new RunRecord(SERIES);
  for (let from = 1; from < 5000; from += 500) record.add(newsOf({ steps: stepsOf(500, from) }));
  ok(record.steps.step.length <= 1200, `${record.steps.step.length} points`);
  equal(record.steps.step.at(-1), 5000);
  equal(new Set(Object.values(record.steps).map((column) => column.length)).size, 1);
});
