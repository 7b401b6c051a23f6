import { equal, ok, test } from '/tests/check.js';
import { answerOf } from '/tests/text_view/fixtures.js';
import { batchText, columnsFor, numberOf, segments, splitRows, vocabularyText, wellFormed, windowText } from '/widgets/text_view/answer.js';

const { split, window, batch } = answerOf();

test('the vocabulary is named with its size', () => {
  ok(vocabularyText({ kind: 'compact', size: 1690 }).includes('The vocabulary has 1,690 of them'), 'its size');
  ok(vocabularyText({ kind: 'gpt2', size: 50257 }).includes('50,257 of them: all tokens of GPT-2'), 'its kind');
});

test('the bar of the text has all its tokens in their order', () => {
  equal(segments(split).map(({ kind, tokens }) => [kind, tokens]), [['train', 297], ['unused', 3], ['val', 33], ['unused', 1]]);
  equal(segments(split).reduce((sum, { tokens }) => sum + tokens, 0), split.train.tokens + split.val.tokens);
});

test('both parts are told in characters, tokens and windows, and what is unused', () => {
  equal(splitRows(split).map(({ name, text }) => `${name}: ${text}`), [
    'Training: 900 characters, 300 tokens, 70 windows',
    'Validation: 100 characters, 34 tokens, 8 windows',
    'Of these unused: 10 characters, 4 tokens at the ends, too few for another window',
  ]);
  const uncounted = { ...split, train: { ...split.train, unused_characters: null } };
  equal(splitRows(uncounted)[2].text, '4 tokens at the ends, too few for another window');
  const full = { train: { ...split.train, unused: 0 }, val: { ...split.val, unused: 0 } };
  equal(splitRows(full)[2].text, 'none');
});

test('a window says which tokens of which part it has', () => {
  if (window.missing !== undefined) throw new Error('no window');
  ok(windowText(window).startsWith('Tokens 5 to 8 of the training part; the targets end one later.'), 'training');
  ok(windowText({ ...window, part: 'val' }).includes('of the validation part'), 'validation');
});

test('a batch says its shape, its order, and what is left out', () => {
  if (batch.missing !== undefined) throw new Error('no batch');
  equal(batchText(batch), 'Batch 3 is a matrix of ids of shape (B, T) = (2, 4): 2 windows of the training part, in the shuffled order of epoch 1.');
  ok(batchText({ ...batch, is_shuffled: false, left_out: 1 }).endsWith('in the order of the text. 1 window of each epoch fills no batch.'), 'left out');
});

test('as many ids are shown as fit, with room for how many more there are', () => {
  equal([columnsFor(1200, 4, 4), columnsFor(340, 64, 128), columnsFor(10, 64, 128), columnsFor(9000, 64, 128)], [4, 3, 1, 64]);
});

test('what is typed becomes a number that exists', () => {
  equal(['5', '', '-3', '99', '2.6', 'x'].map((typed) => numberOf(typed, 9)), [5, 1, 1, 9, 3, 1]);
});

test('halves of surrogate pairs are replaced, whole pairs are kept', () => {
  equal([wellFormed('a\ud800b'), wellFormed('😀中')], ['a\ufffdb', '😀中']);
});
