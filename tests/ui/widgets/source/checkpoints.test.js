import { equal, test } from '/tests/check.js';
import { stepChoices, stepOf } from '/widgets/source/checkpoints.js';

test('checkpoints are offered newest first, after the last and the best', () => {
  equal(stepChoices([0, 500, 1500], 'last'), [
    { value: 'last', label: 'the last' }, { value: 'best', label: 'the best' }, { value: '1500', label: 'step 1,500' },
    { value: '500', label: 'step 500' }, { value: '0', label: 'step 0, untrained' },
  ]);
});

test('a chosen step stays among the choices of a run that does not have it', () => {
  equal(stepChoices([], 999).map(({ value }) => value), ['last', 'best', '999']);
  equal(stepChoices([999], 999).length, 3);
});

test('a choice is read as a step', () => {
  equal(['last', 'best', '0', '1500'].map(stepOf), ['last', 'best', 0, 1500]);
});
