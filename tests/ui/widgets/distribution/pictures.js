// Answers of the server function `trace` for tests.

/** @typedef {import('/widgets/distribution/picture.js').Picture} Picture */
/** @typedef {import('/widgets/distribution/picture.js').Step} Step */

/** @param {Partial<Step>} changes @returns {Step} */
export const step = (changes) => ({
  label: 'Top-k', setting: 'k = 2', chip: 'Top-k 2', start: false, p: [0.25, 0.75, 0], cut: [false, false, true],
  cut_count: 1, cut_mass: 0.2, moved: 0, kept: 2, entropy: 0.8113, choices: 1.755, ...changes,
});

/**
 * Three words, of which top-k of 2 cuts the last.
 * @param {Partial<Picture>} [changes]
 * @returns {Picture}
 */
export const picture = (changes = {}) => ({
  kind: 'toy',
  size: 3,
  rows: [
    { id: 0, word: 'you', logit: 0.69, rank: 2, before: 0.2, after: 0.25, cut: null, pinned: false },
    { id: 1, word: 'a b', logit: 1.79, rank: 1, before: 0.6, after: 0.75, cut: null, pinned: false },
    { id: 2, word: 'pizza', logit: -1.9, rank: 3, before: 0.2, after: 0, cut: 'Top-k', pinned: false },
  ],
  tail: { count: 0, kept: 0, before: 0, cut_before: 0, after: 0 },
  scale: 1,
  steps: [
    step({
      label: 'Softmax', setting: 'of the logits', chip: 'softmax', start: true, p: [0.2, 0.6, 0.2],
      cut: [false, false, false], cut_count: 0, cut_mass: 0, kept: 3, entropy: 1.371, choices: 2.586,
    }),
    step({}),
  ],
  before: { entropy: 1.371, choices: 2.586 },
  after: { entropy: 0.8113, choices: 1.755 },
  notes: [],
  ...changes,
});
