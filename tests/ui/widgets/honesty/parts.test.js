import { equal, test } from '/tests/check.js';
import { HONESTY } from '/tests/honesty/fixtures.js';
import { errorSentence, groupLines, spanOf, temperatureLines, temperatureSentence } from '/widgets/honesty/parts.js';

test('the error of both parts is said, and its direction', () => {
  equal(errorSentence(HONESTY), 'On the training part its promises are 1.0 % off on average, mostly too low. '
    + 'On the validation part its promises are 20.0 % off on average, mostly too high.');
});

test('the best temperature says whether the model is too sure', () => {
  equal(temperatureSentence(HONESTY),
    'Lowest loss at T = 0.96 on the training part and T = 1.80 on the validation part: it is too sure of itself on text it has not seen.');
  equal(temperatureSentence({ ...HONESTY, validation: HONESTY.train }).endsWith('it is neither too sure nor too unsure.'), true);
});

test('groups and temperatures become lines', () => {
  equal(groupLines(HONESTY, 'frequency')[0].x, [0, Math.log2(5)]);
  equal(groupLines(HONESTY, 'place')[1], { name: 'validation', colour: 'var(--pg-2)', x: [2.5, 6.5], y: [5, 4] });
  equal(temperatureLines(HONESTY)[0].x, [-1, 0, 1]);
  equal([spanOf(temperatureLines(HONESTY)), spanOf([])], [[-1, 1], [0, 1]]);
});
