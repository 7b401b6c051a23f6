import { close, equal, test } from '/tests/check.js';
import { HISTORY } from '/tests/learning/fixtures.js';
import {
  learnedAt, learnedSentence, likenessSentence, probabilities, shadesOf, tokenSentence, tokensAt,
} from '/widgets/learning/history.js';

test('a token is learned at the first step from which it stays likelier than the mark', () => {
  equal([1, 2, 3].map((at) => learnedAt(HISTORY, at, 0.5)), [20, 10, null]);
  equal([1, 2, 3].map((at) => learnedAt(HISTORY, at, 0.95)), [null, null, null]);
  equal(learnedAt(HISTORY, 1, 0.05), 0);
});

test('a passage and a token are put into a sentence', () => {
  equal(learnedSentence(HISTORY, 0.5), '2 of 3 tokens learned, half of them by step 10.');
  equal(learnedSentence(HISTORY, 0.95), '0 of 3 tokens learned.');
  equal(tokenSentence(HISTORY, 1, 0.5), '“·rain” is learned at step 20: 90.0 % at the end.');
  equal(tokenSentence(HISTORY, 3, 0.5), '“.” is not learned: 10.0 % at the end.');
  equal(tokenSentence(HISTORY, 0, 0.5), '“The” comes first: nothing stands before it, so it is not predicted.');
});

test('what the model resembles most is said for each step', () => {
  equal([0, 1, 2].map((index) => likenessSentence(HISTORY, index)), [
    'At step 0 it resembles blind guessing most.', 'At step 10 it resembles a bigram model most.', 'At step 20 it resembles the finished model most.',
  ]);
});

test('the text at a step has the probabilities of that step', () => {
  const tokens = tokensAt(HISTORY, 2);
  equal(tokens.map(({ t }) => t), ['The', ' rain', ' had', '.']);
  equal('p' in tokens[0], false);
  close(probabilities(HISTORY, 1)[2], 0.9, 1e-6);
});

test('colours are whole bits of surprise, nine at most', () => {
  equal(shadesOf(HISTORY), [[3, 3, 9], [1, 0, 0], [0, 0, 3]]);
});
