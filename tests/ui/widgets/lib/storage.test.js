import { equal, test } from '/tests/check.js';
import { knownRuns } from '/widgets/lib/storage.js';

test('runs are remembered once, in the order of their first visit', () => {
  localStorage.clear();
  knownRuns('a');
  knownRuns('b');
  knownRuns('a');
  equal(knownRuns(), ['a', 'b']);
});

test('damaged storage is passed over', () => {
  localStorage.setItem('pg-runs', '{');
  equal(knownRuns('a'), ['a']);
  localStorage.clear();
});
