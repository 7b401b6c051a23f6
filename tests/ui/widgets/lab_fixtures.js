// The state of the decoding laboratory for tests.

/** @typedef {import('/widgets/lib/lab_state.js').LabState} LabState */

/**
 * The chapter's state, with changes.
 * @param {Partial<LabState>} [changes]
 * @returns {LabState}
 */
export const labState = (changes = {}) => ({
  source: 'toy',
  words: [
    ['closer', 4.51], ['every', 0.89], ['effort', -1.9], ['forward', 6.75], ['inches', 1.63],
    ['moves', -1.62], ['pizza', -1.89], ['toward', 6.28], ['you', 1.79],
  ],
  run: '',
  step: 'last',
  prompt: 'every effort moves you',
  stages: [{ name: 'top_k', on: true, k: 9 }, { name: 'temperature', on: true, temperature: 1 }],
  n: 1000,
  seed: 123,
  top: 20,
  find: '',
  follow: 'forward',
  log: false,
  lessons: [],
  ...changes,
});
