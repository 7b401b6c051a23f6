// The content of a run's page, for tests.

import { SERIES, evaluated, newsOf, stepsOf } from '/tests/live/fixtures.js';

/** @typedef {import('/widgets/one_page/content.js').Content} Content */

const LOG = [
  { kind: 'desk', run: 'river', step: 40, weights: 'float32', vocab_size: 300 },
  { kind: 'branch', branch: 0, parent: null, at: 0, settings: {} },
  { i: 7, t: 'Every', by: 'prompt' },
  { i: 8, t: ' effort', by: 'prompt', p: 0.5, r: 1, h: 2, a: [[8, ' effort', 0.5], [9, ' day', 0.25]] },
  { i: 10, t: ' <b>', p: 0.01, q: 0.02, r: 3, h: 2, a: [[8, ' effort', 0.5, 0.6], [9, ' day', 0.25, 0.2]] },
  { kind: 'end', reason: 'length' },
];

/** The log of a text of three tokens. */
export const TEXT = LOG.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A run of three evaluations. @param {Partial<Content>} [changes] @returns {Content} */
export function contentOf(changes) {
  const { about, ...gain } = newsOf({
    steps: stepsOf(40),
    evals: [
      evaluated(10, 4, 4, [[' sea', 0.75]]),
      evaluated(20, 3, 3.5, [[' river', 0.5]]),
      evaluated(40, 1, 3.6, [[' moves', 0.25]]),
    ],
    samples: [{ step: 10, epoch: 1, text: 'Every effort the the' }, { step: 40, epoch: 4, text: 'Every effort moves' }],
  });
  return {
    run: 'river',
    about: /** @type {NonNullable<typeof about>} */ (about),
    series: SERIES,
    gains: [gain],
    facts: [['Text', 'river'], ['Epochs', '4']],
    text: TEXT,
    text_error: '',
    ...changes,
  };
}
