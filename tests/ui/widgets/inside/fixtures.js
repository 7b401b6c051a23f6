// What the server answers for one place of "The rain had stopped": two layers of two heads.

/** @typedef {import('/widgets/inside/words.js').Look} Look */

export const SEEN = [{ t: 'The' }, { t: ' rain' }, { t: ' had' }, { t: ' stop' }];

const state = (/** @type {string} */ name, /** @type {number} */ p, /** @type {number} */ r, /** @type {string} */ likeliest) =>
  ({ name, p, r, a: /** @type {[string, number][]} */ ([[likeliest, 0.5], [' x', 0.1]]) });

/** @returns {Look} */
export const look = (more = {}) => ({
  token: { id: 9, name: 'ped', p: 0.75 },
  start: 0,
  seen: SEEN,
  layers: 2,
  heads: 2,
  states: [
    state('embedding', 0.01, 40, ' the'),
    state('layer 0 attention', 0.1, 3, ' sun'),
    state('layer 0 feed-forward', 0.2, 2, ' sun'),
    state('layer 1 attention', 0.6, 1, 'ped'),
    state('layer 1 feed-forward', 0.75, 1, 'ped'),
  ],
  columns: 4,
  thumbs: btoa(String.fromCharCode(0, 0, 255, 10, 255, 0, 0, 0, 5, 5, 255, 5, 0, 128, 0, 255)),
  most: [[[2, 0.9], [0, 1]], [[2, 0.8], [3, 0.6]]],
  row: [0.1, 0.2, 0.6, 0.1],
  model: 'tale',
  step: 40,
  ...more,
});

export const HEADS = { names: [['previous token', ''], ['induction', '']] };

export const PICTURE = {
  first: 1,
  p: [[0.1, 0.2, 0.01], [0.1, 0.2, 0.1], [0.1, 0.2, 0.2], [0.3, 0.2, 0.6], [0.9, 0.4, 0.75]],
  a: [[' a', ' b', ' the'], [' a', ' b', ' sun'], [' a', ' b', ' sun'], [' a', ' b', 'ped'], [' had', ' b', 'ped']],
};

export const EFFECT = {
  off: 'head:0.0',
  difference: -2.1,
  p: [0.75, 0.09],
  rows: [['ped', 0.75, 0.09, true], [' sun', 0.1, 0.6, false]],
  gains: [[' sun', 0.5]],
};

/** Three steps of one layer with two heads: the second becomes an induction head. */
export const HISTORY = {
  steps: [0, 10, 20],
  induction: [[[0.1, 0.1]], [[0.5, 0.2]], [[0.1, 0.7]]],
  previous: [[[0.1, 0.1]], [[0.6, 0.1]], [[0.8, 0.1]]],
};

/** The server functions that the views ask. @param {Record<string, (query: any) => object | undefined>} [more] */
export const server = (more = {}) => ({
  look: () => look(),
  attention: (/** @type {any} */ { layer, head }) => ({ row: head === undefined && layer === undefined ? [0.1, 0.2, 0.6, 0.1] : [1, 0, 0, 0] }),
  picture: () => PICTURE,
  heads: () => HEADS,
  without: (/** @type {any} */ { off }) => (off ? { ...EFFECT, off } : { ...EFFECT, off: '', difference: 0, p: [0.75, 0.75] }),
  write_on: () => ({ whole: 'ped at last.', without: ' sun, sun', json: '{"format":1}' }),
  each: () => ({ rows: [['head:0.0', -2.1, ' sun'], ['token:1', 0.4, '']], tried: 12 }),
  tokens: () => ({ tokens: [...SEEN, { t: 'ped' }], context: 16, steps: [0, 10, 20], step: 20 }),
  history: () => HISTORY,
  cancel_history: () => ({}),
  ...more,
});

/**
 * Server functions that are called without a widget, and what they were asked.
 * @param {Record<string, (query: any) => object | undefined>} [more]
 */
export function asked(more = {}) {
  /** @type {[string, any][]} */
  const questions = [];
  const functions = Object.fromEntries(Object.entries(server(more)).map(([name, answer]) => [name, async (/** @type {any} */ query) => {
    questions.push([name, query]);
    return answer(query);
  }]));
  return { functions, questions };
}
