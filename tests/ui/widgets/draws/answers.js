// Answers of the server function `draws` for tests.

/** @typedef {import('/widgets/draws/counts.js').Draws} Draws */

/**
 * A hundred draws of three words, the last of which cannot be drawn.
 * @param {Partial<Draws>} [changes]
 * @returns {Draws}
 */
export const hundredDraws = (changes = {}) => ({
  n: 100,
  seed: 123,
  rows: [
    { word: 'heads', count: 60, expected: 50, low: 50.2, high: 69.1 },
    { word: 'on edge', count: 40, expected: 50, low: 30.9, high: 50 },
    { word: 'never', count: 0, expected: 0, low: 0, high: 3.7 },
  ],
  tail: { tokens: 0, count: 0, expected: 0, low: 0, high: 3.7 },
  follow: {
    word: 'on edge', p: 0.5, n: [1, 10, 100], share: [1, 0.3, 0.4], z: 2, text: 'on edge came 40 times where 50.0 were expected.',
  },
  ...changes,
});
