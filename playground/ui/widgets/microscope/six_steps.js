// The six steps from logits to the loss (book, section 5.1.2), on real numbers. No DOM here.

import { choices, isNumber, perplexity, signed, whole } from '../lib/format.js';
import { tokenName } from '../lib/shades.js';

/**
 * A token of a passage; one that was predicted has `p` and all after it.
 * @typedef {object} Token
 * @property {number} i  its id
 * @property {string} t  its part of the text
 * @property {string} [d]  the token by itself, where that looks different
 * @property {number} c  tokens that the model saw before it
 * @property {number} [p]  probability
 * @property {number} [r]  rank, from 1
 * @property {number} [h]  entropy, in bits
 * @property {number} [z]  logit
 * @property {number} [l]  loss, in nats
 * @property {number} [m]  probability of the likeliest token
 * @property {[id: number, name: string, p: number][]} [a]  the likeliest tokens
 */

/** @typedef {Required<Omit<Token, 'd'>> & { d?: string }} PredictedToken */

/** @typedef {{ uniform: number, unigram?: number, bigram?: number, untrained?: number | null }} References */

/** @param {Token} token @returns {token is PredictedToken} */
export const isPredicted = (token) => token.p !== undefined;

/**
 * Up to `count` predicted tokens from `at` on; fewer at the end of the passage.
 * @param {Token[]} tokens
 * @param {number} at
 * @param {number} count
 */
export const chosenTokens = (tokens, at, count) => tokens.slice(Math.max(0, at)).filter(isPredicted).slice(0, count);

const name = (/** @type {Token} */ token) => tokenName(token.d ?? token.t);
const small = (/** @type {number} */ p) => (p >= 0.001 ? p.toFixed(4) : p.toExponential(4).replace('e-', 'e−'));

/**
 * The rows of the steps: what it is, its formula, what it means, a value for each token or one for all of them.
 * @param {PredictedToken[]} tokens
 */
export function sixSteps(tokens) {
  const mean = tokens.reduce((sum, { l }) => sum - l, 0) / tokens.length;
  return [
    { title: 'Logits', formula: 'z', why: 'the score that the model gives the right token; only differences to the others count', values: tokens.map(({ z }) => signed(z, 4)) },
    { title: 'Probabilities', formula: 'softmax(z)', why: 'here that of the likeliest token: the most that the right one could have got', values: tokens.map(({ m }) => small(m)) },
    { title: 'Probability of the target', formula: 'p', why: 'what the model gave the token that really comes', values: tokens.map(({ p }) => small(p)) },
    { title: 'Logarithm', formula: 'ln p', why: '0 for a certain token; sums take the place of products', values: tokens.map(({ l }) => signed(-l, 4)) },
    { title: 'Mean', formula: 'mean of ln p', why: 'one number for all tokens, each counting the same', values: [signed(mean, 4)] },
    { title: 'Negative mean', formula: '−mean = cross entropy', why: 'the loss: smaller is better, and training makes it smaller', values: [signed(-mean, 4)] },
  ];
}

/** The mean loss of tokens, in nats. @param {PredictedToken[]} tokens */
export const meanLoss = (tokens) => tokens.reduce((sum, { l }) => sum + l, 0) / tokens.length;

/** What the loss says, in a sentence. @param {PredictedToken[]} tokens @param {number} vocabSize */
export function perplexitySentence(tokens, vocabSize) {
  const loss = meanLoss(tokens);
  return `Perplexity is e to the loss, e^${loss.toFixed(4)} = ${exact(Math.exp(loss))}: on these tokens the model is as unsure as if it `
    + `chose among ${exact(Math.exp(loss))} equally likely tokens, of ${whole(vocabSize)} in its vocabulary.`;
}

const exact = (/** @type {number} */ value) => (value < 1000 ? choices(value) : value.toLocaleString('en-US', { maximumFractionDigits: 1 }));

const NAMES = {
  uniform: (/** @type {number} */ vocabSize) => `Blind guessing, ln ${whole(vocabSize)}`,
  untrained: () => 'This model before its training',
  unigram: () => 'Only how often each token occurs (unigram)',
  bigram: () => 'Only the token before (bigram)',
};

/**
 * The losses to compare with, largest first, this model among them.
 * @param {References} references
 * @param {number | null} loss  of the whole passage
 * @param {number} vocabSize
 */
export function comparedLosses(references, loss, vocabSize) {
  const others = /** @type {(keyof References)[]} */ (Object.keys(NAMES)).flatMap((key) => {
    const value = references[key];
    return isNumber(value) ? [{ name: NAMES[key](vocabSize), loss: value, isOwn: false }] : [];
  });
  const own = isNumber(loss) ? [{ name: 'This model, whole passage', loss, isOwn: true }] : [];
  return [...others, ...own]
    .sort((a, b) => b.loss - a.loss)
    .map((row) => ({ ...row, perplexity: perplexity(row.loss) }));
}

/** The heads of the columns. @param {PredictedToken[]} tokens */
export const heads = (tokens) => tokens.map(name);
