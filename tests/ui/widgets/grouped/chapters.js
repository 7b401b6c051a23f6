// Answers of the server function `chapter` for tests.

/** @typedef {import('/widgets/grouped/chapter_table.js').Chapter} Chapter */

/**
 * Two words at three temperatures.
 * @param {Partial<Chapter>} [changes]
 * @returns {Chapter}
 */
export const twoWords = (changes = {}) => ({
  words: ['forward', 'pizza'],
  logits: [6.75, -1.89],
  columns: [
    { temperature: 1, p: [0.99982, 1.77e-4], counts: [1000, 0], entropy: 0.0024 },
    { temperature: 0.1, p: [1, 2.972e-38], counts: [1000, 0], entropy: 0 },
    { temperature: 5, p: [0.849, 0.151], counts: [1850, 150], entropy: 0.6124 },
  ],
  draws: 1000,
  seed: 123,
  k: 1,
  top_k: [1, 0],
  likeliest: 'forward',
  ...changes,
});
