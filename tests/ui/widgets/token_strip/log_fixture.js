// Lines of a log, as the server writes them.

/** @typedef {Record<string, unknown>} Line */

/** @param {Line[]} lines */
export const logOf = (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A token's line with two alternatives. @param {number} i @param {string} t @param {Line} [more] */
export const token = (i, t, more = {}) => ({
  i,
  t,
  p: 0.5,
  q: 0.8,
  r: 1,
  h: 1.5,
  a: [
    [i, t, 0.5, 0.8],
    [99, ' else', 0.25, 0],
  ],
  ...more,
});

export const START = { kind: 'start', job: 'job-1' };
export const DESK = {
  kind: 'desk',
  job: 'job-1',
  run: 'tale',
  step: 40,
  weights: 'float32',
  context_length: 8,
  vocab_size: 100,
};
export const FIRST = { kind: 'branch', branch: 0, parent: null, at: 0, settings: { seed: 5 } };
export const PROMPT = [
  { i: 1, t: 'The', by: 'prompt' },
  { i: 2, t: ' rain', by: 'prompt', p: 0.25, r: 3, h: 2, a: [[7, ' sun', 0.5]] },
];
export const END = { kind: 'end', reason: 'length', n: 3, stop: null, tokens_per_s: 120, seen_from: 0 };

/** A text of five tokens, three of them drawn. */
export const TEXT = [
  START,
  DESK,
  FIRST,
  ...PROMPT,
  token(3, ' had'),
  token(4, ' stop', { p: 0.125 }),
  token(5, 'ped'),
  END,
];

/** Another token in place of index 3, and one more: a second branch. */
export const BRANCH = [
  { kind: 'ask', branch: 0, at: 3, id: 99 },
  { kind: 'start', job: 'job-2' },
  { kind: 'branch', branch: 1, parent: 0, at: 3, settings: { seed: 6 } },
  token(99, ' else', { by: 'hand' }),
  token(6, '.'),
  { kind: 'end', reason: 'stopped', n: 1, tokens_per_s: 50 },
];
