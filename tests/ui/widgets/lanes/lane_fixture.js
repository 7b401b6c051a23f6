// Lines of a log of texts side by side, as the server writes them.

export { logOf } from '/tests/token_strip/log_fixture.js';

/** @param {number} lane @param {number} i @param {string} t */
export const token = (lane, i, t) => ({ lane, i, t, p: 0.5, r: 1, h: 1, q: 0.5, a: [] });

export const NUMBERS = { n: 2, mean: -0.7, perplexity: 2.0138, distinct: 1, repetition: 0, copied: 0.25 };

/** @param {number} lane */
export const score = (lane) => ({ kind: 'score', lane, ...NUMBERS });

/** The first lines of an answer. @param {Record<string, unknown>[]} lanes @param {boolean} [rated] */
export const begun = (lanes, rated = false) => [
  { kind: 'start', job: 'job-1' },
  { kind: 'lanes', run: 'tale', step: 40, prompt: 'It', rated, lanes },
];

export const THREE = ['one', 'two', 'three'].map((title) => ({ title, note: `about ${title}` }));
export const STEPS = [0, 50, 100].map((step) => ({ title: `Step ${step}`, note: `Loss ${step}`, step }));
