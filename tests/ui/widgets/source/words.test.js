import { equal, test } from '/tests/check.js';
import { withNewWord, withWord, withoutWord, wordProblem, wordsName } from '/widgets/source/words.js';

/** @type {[string, number][]} */
const WORDS = [['a', 1], ['b', 2], ['word 3', 3]];

test('changes make a new list and leave the old one as it is', () => {
  equal(withWord(WORDS, 1, ['c', 9]), [['a', 1], ['c', 9], ['word 3', 3]]);
  equal(withoutWord(WORDS, 0), [['b', 2], ['word 3', 3]]);
  equal(WORDS, [['a', 1], ['b', 2], ['word 3', 3]]);
});

test('a new word has a name that no other word has', () => {
  equal(withNewWord(WORDS).at(-1), ['word 4', 0]);
  equal(withNewWord(WORDS.slice(1)).at(-1), ['word 4', 0]);
  equal(withNewWord([]).at(-1), ['word 1', 0]);
});

test('an empty word and one that appears twice are refused', () => {
  equal(wordProblem(WORDS, 0, ''), 'A word needs a character.');
  equal(wordProblem(WORDS, 0, 'b'), 'This word is there already.');
  equal([wordProblem(WORDS, 1, 'b'), wordProblem(WORDS, 1, 'c')], ['', '']);
});

test('words are named by their number', () => {
  const some = (/** @type {number} */ count) => Array.from({ length: count }, (_, i) => /** @type {[string, number]} */ ([`${i}`, i]));
  equal([9, 1, 3].map((count) => wordsName(some(count))), ['Nine words', '1 word', '3 words']);
});
