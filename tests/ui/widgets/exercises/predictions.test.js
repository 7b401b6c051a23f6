import { equal, test } from '/tests/check.js';
import { compareChoices, endsInProse, isComplete, withPredictions } from '/widgets/exercises/predictions.js';

test('a prediction is complete when nothing is empty', () => {
  equal([isComplete(['0', '12']), isComplete(['0', ''])], [true, false]);
});

test('predicted numbers are the second column of the result', () => {
  const result = { head: ['', 'drawn', 'expected'], rows: [['T = 1', '0', '0.1'], ['T = 5', '32', '43.0']] };
  equal(withPredictions(result, ['10', '40']), {
    head: ['', 'you said', 'drawn', 'expected'], rows: [['T = 1', '10', '0', '0.1'], ['T = 5', '40', '32', '43.0']],
  });
});

test('predicted choices are compared with the expected ones and counted', () => {
  /** @type {import('/widgets/exercises/predictions.js').ChoicesToPredict} */
  const asked = {
    kind: 'choices', labels: ['a poem', 'code', 'facts'], options: ['low', 'high'], expected: ['high', 'low', 'low'],
  };
  const { verdict, rows } = compareChoices(asked, ['high', 'high', 'low']);
  equal(verdict, '2 of 3 as expected.');
  equal(rows, [['a poem', 'high', 'high', '✓'], ['code', 'high', 'low', '≠'], ['facts', 'low', 'low', '✓']]);
});

test('a table ends in prose when its last cell is long', () => {
  equal(endsInProse({ head: [], rows: [['low', 'forward forward toward'], ['high', 'x']] }), true);
  equal(endsInProse({ head: [], rows: [['T = 0', '1,000'], ['T = 1', 'forward forward toward']] }), false);
});
