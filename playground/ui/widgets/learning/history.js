// What a passage's losses over the steps of a training say. No DOM here.

import { plural, whole } from '../lib/format.js';
import { bits, formatProbability, quoted } from '../lib/shades.js';

/**
 * The server's answer for one passage.
 * @typedef {object} History
 * @property {{ i: number, t: string, d?: string }[]} tokens
 * @property {number[]} steps  ascending
 * @property {number[][]} losses  for each step those of all tokens but the first, in nats
 * @property {{ uniform: number[], unigram: number[], bigram: number[], finished: number[] }} divergences
 */

/** The probability of token `at` ≥ 1 at each step. @param {History} history @param {number} at */
export const probabilities = ({ losses }, at) => losses.map((row) => Math.exp(-row[at - 1]));

/**
 * The first step from which token `at` stays likelier than `mark`; null if there is none.
 * @param {History} history
 * @param {number} at
 * @param {number} mark
 */
export function learnedAt(history, at, mark) {
  const over = probabilities(history, at).map((p) => p > mark);
  const first = over.lastIndexOf(false) + 1;
  return first < over.length ? history.steps[first] : null;
}

/** One sentence about a passage. @param {History} history @param {number} mark */
export function learnedSentence(history, mark) {
  const all = history.tokens.slice(1).map((_, i) => learnedAt(history, i + 1, mark));
  const learned = all.filter((step) => step !== null).sort((a, b) => a - b);
  const share = `${whole(learned.length)} of ${plural(all.length, 'token')} learned`;
  if (!learned.length) return `${share}.`;
  const half = learned[Math.ceil(learned.length / 2) - 1];
  return `${share}, half of them by step ${whole(half)}.`;
}

/** One sentence about a token. @param {History} history @param {number} at @param {number} mark */
export function tokenSentence(history, at, mark) {
  const name = quoted(history.tokens[at]);
  if (at === 0) return `${name} comes first: nothing stands before it, so it is not predicted.`;
  const p = formatProbability(probabilities(history, at).at(-1));
  const step = learnedAt(history, at, mark);
  return step === null ? `${name} is not learned: ${p} at the end.` : `${name} is learned at step ${whole(step)}: ${p} at the end.`;
}

/** The tokens at a step, as the coloured text needs them. @param {History} history @param {number} index  of the step */
export const tokensAt = ({ tokens, losses }, index) =>
  tokens.map((token, i) => (i ? { ...token, p: Math.exp(-losses[index][i - 1]), r: 0, h: 0 } : token));

/** The colour steps, 0 to 9, of all tokens but the first at every step: whole bits of surprise. @param {History} history */
export const shadesOf = ({ losses }) =>
  losses.map((row) => row.map((loss) => Math.min(9, Math.floor(bits(Math.exp(-loss))))));

/** What the model resembles most at a step, in a sentence. @param {History} history @param {number} index */
export function likenessSentence({ divergences, steps }, index) {
  const names = { uniform: 'blind guessing', unigram: 'a unigram model', bigram: 'a bigram model', finished: 'the finished model' };
  const [name] = /** @type {(keyof typeof names)[]} */ (Object.keys(names))
    .sort((a, b) => divergences[a][index] - divergences[b][index]);
  return `At step ${whole(steps[index])} it resembles ${names[name]} most.`;
}
