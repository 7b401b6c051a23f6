import { equal, test } from '/tests/check.js';
import { answerText, onGuess, stepOf } from '/widgets/lesson/guess.js';

test('a choice is right, or repeated', () => {
  const asked = { answers: ['one', 'two'], right: 1 };
  equal([onGuess(asked, 1), onGuess(asked, 0), onGuess(asked, null)], ['Right.', 'You guessed “one”.', '']);
  equal(onGuess({ answers: ['little', 'much'], right: null }, 0), 'You guessed “little”.');
  equal(onGuess(null, 1), '');
});

test('a number is exact, close or neither', () => {
  const asked = { right: 43, near: 15, unit: 'times', max: 1000 };
  equal([43, 58, 59].map((guess) => onGuess(asked, guess)), ['Exactly: you guessed 43.', 'Close: you guessed 58.', 'You guessed 59.']);
});

test('a place on the chart is exact, close or neither', () => {
  const asked = { step: 61, near: 20, last: 180 };
  equal([61, 41, 1].map((guess) => onGuess(asked, guess)), ['Exactly: you chose step 61.', 'Close: you chose step 41.', 'You chose step 1.']);
  equal([stepOf('61', 180), stepOf(null, 180), stepOf('', 180)], [61, 180, 180]);
});

test('the answer is a sentence, what the page shows in it, or the right one of those to choose from', () => {
  const guess = { answers: ['one', 'two'], right: 1 };
  equal(answerText({ answer: 'It is two.', guess }), 'It is two.');
  equal(answerText({ answer: '{} is copied.', guess }, '$& 20 %'), '$& 20 % is copied.');
  equal(answerText({ answer: '{} is copied.', guess }), '');
  equal(answerText({ answer: '', guess }), 'two');
  equal(answerText({ answer: '', guess: null }), '');
});
