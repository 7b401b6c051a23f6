// What the colour of a token can mean, and how a token is put into words. No DOM here.

import { visible, whole } from './format.js';

/**
 * What the model said about a token when it read or chose it.
 * @typedef {object} Scores
 * @property {number} p  probability
 * @property {number} r  rank, 1 for the likeliest token
 * @property {number} h  entropy of the distribution, in bits
 */

/**
 * A token's texts: `t` is its part of the text, `d` the token by itself where that looks different.
 * @typedef {{ t: string, d?: string }} Texts
 */

/**
 * How a measure becomes one of ten steps, and what its legend shows.
 * @typedef {object} Measure
 * @property {(token: Scores) => number} step  may lie outside 0 … 9, or not be whole
 * @property {[low: string, high: string]} ends
 * @property {(step: number) => string} describe
 */

/** @typedef {'probability' | 'surprise' | 'rank' | 'entropy'} MeasureName */

const STEPS = 10;
const RANKS = [1, 2, 3, 5, 10, 20, 50, 100, 300, 1000];

/** The surprise of a probability in bits. @param {number} p */
export const bits = (p) => Math.max(0, -Math.log2(Math.max(p, 1e-30)));

const probabilityStep = (/** @type {number} */ p) => Math.round(9 * (1 - p));

/** @type {Pick<Measure, 'ends' | 'describe'>} */
const inBits = { ends: ['0 bits', '9 or more'], describe: (step) => `${step} bits${step === 9 ? ' or more' : ''}` };

/** The measures by name, in the order in which they are offered. @type {Record<MeasureName, Measure>} */
export const MEASURES = {
  probability: {
    step: (token) => probabilityStep(token.p),
    ends: ['100 %', '0 %'],
    describe: (step) => `about ${Math.round(100 - (100 * step) / 9)} %`,
  },
  surprise: { step: (token) => Math.floor(bits(token.p)), ...inBits },
  rank: {
    step: (token) => RANKS.findLastIndex((first) => token.r >= first),
    ends: ['1st', '1,000th'],
    describe: (step) => `from rank ${whole(RANKS[step])}`,
  },
  entropy: { step: (token) => Math.floor(token.h), ...inBits },
};

/** The CSS colour of a step. @param {number} step */
const colour = (step) => `var(--step-${Math.max(0, Math.min(STEPS - 1, step))})`;

/** The CSS colour of a token under a measure. @param {Scores} token @param {MeasureName} measure */
export const shadeOf = (token, measure) => colour(MEASURES[measure].step(token));

/** The CSS colour of a probability. @param {number} p */
export const probabilityShade = (p) => colour(probabilityStep(p));

/** The steps of a measure's legend. @param {MeasureName} measure */
export const legend = (measure) =>
  Array.from({ length: STEPS }, (_, step) => ({ colour: colour(step), text: MEASURES[measure].describe(step) }));

/** A probability: 43.0 %, 4.3 %, 0.04 %. @param {number | null | undefined} p */
export function formatProbability(p) {
  if (p == null) return '–';
  const value = 100 * p;
  if (value > 99.95 && value < 100) return '> 99.9 %';
  if (value > 0 && value < 0.001) return '< 0.001 %';
  return `${value >= 0.1 ? value.toFixed(1) : +value.toPrecision(2)} %`;
}

/** A token's text with visible white space; bytes that are only part of a character as ⟨E2 82⟩. @param {string} text */
export const tokenName = (text) =>
  text
    .split(/(⟨[\dA-F ]+⟩)/)
    .map((part, i) => (i % 2 ? part.replace(/ /g, '\u2009') : visible(part)))
    .join('');

/** A token's name in quotation marks. @param {Partial<Texts>} token */
export const quoted = (token) => `“${tokenName(token.d ?? token.t ?? '')}”`;

/** One sentence about a token, for the status line and for screen readers. @param {Texts & Partial<Scores>} token */
export function summary(token) {
  if (token.p == null) return `${quoted(token)}, the first token: nothing stands before it`;
  return `${quoted(token)} ${formatProbability(token.p)}, rank ${whole(token.r)}`;
}

/** The space in front of a word, which is not coloured, or nothing. @param {string} text */
export const leadingSpace = (text) => /^ (?=[^\s])/.exec(text)?.[0] ?? '';
