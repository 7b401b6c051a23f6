// Answers of the server about a text, for tests of the text view.

/** @typedef {import('/widgets/text_view/answer.js').Answer} Answer */

/** @type {import('/widgets/text_view/answer.js').Token[]} */
const TOKENS = [['Every', 6109], [' effort', 3626], [' moves', 6100], [' you', 345], ['\n', 198]];

/** @param {Partial<Answer>} [changes] @returns {Answer} */
export const answerOf = (changes) => ({
  vocabulary: { kind: 'compact', size: 1690 },
  word: TOKENS.slice(0, 4),
  split: {
    train: { characters: 900, tokens: 300, windows: 70, batches: 35, unused: 3, unused_characters: 9 },
    val: { characters: 100, tokens: 34, windows: 8, batches: 4, unused: 1, unused_characters: 1 },
  },
  window: {
    part: 'train', number: 2, count: 70, context_length: 4, first_token: 5,
    inputs: TOKENS.slice(0, 4), targets: TOKENS.slice(1),
  },
  batch: {
    epoch: 1, number: 3, count: 35, shape: [2, 4], windows: [12, 7], ids: [[1, 2, 3, 4], [5, 6, 7, 8]],
    is_shuffled: true, left_out: 0,
  },
  ...changes,
});
