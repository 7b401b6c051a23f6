// Four tokens at three steps: one learned at the end, one earlier, one forgotten.

const loss = (/** @type {number} */ p) => -Math.log(p);

export const HISTORY = {
  tokens: [{ i: 0, t: 'The' }, { i: 1, t: ' rain' }, { i: 2, t: ' had' }, { i: 3, t: '.' }],
  steps: [0, 10, 20],
  losses: [[0.1, 0.1, 0.0001], [0.5, 0.6, 0.9], [0.9, 0.7, 0.1]].map((row) => row.map(loss)),
  divergences: { uniform: [0.1, 2, 4], unigram: [1, 0.9, 3], bigram: [2, 0.5, 2], finished: [4, 1.5, 0] },
};
