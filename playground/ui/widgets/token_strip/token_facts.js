// What the panel says about one token. No DOM here.

import { signed, whole } from '../lib/format.js';
import { bits, formatProbability, tokenName } from '../lib/shades.js';

/** @typedef {import('./token_log.js').ScoredToken} ScoredToken */

/**
 * A token that could stand in this place: `q` is its probability after the stages, `here` whether it is the one there.
 * @typedef {{ id: number, name: string, p: number, q: number | undefined, here: boolean }} Choice
 */

/** The token's numbers: name, value, help. @param {ScoredToken} token @param {number} vocabSize */
export function factRows(token, vocabSize) {
  const p = formatProbability(token.p);
  return [
    [
      'Probability',
      token.q == null ? p : `${p} → ${formatProbability(token.q)}`,
      'under the model → after temperature and top-k',
    ],
    ['Rank', `${whole(token.r)} of ${whole(vocabSize)}`, 'how many tokens were at least as likely'],
    ['Log probability', signed(Math.log(token.p), 3), 'natural logarithm, under the model'],
    ['Surprise', `${bits(token.p).toFixed(2)} bits`, 'how unexpected this token was'],
    ['Entropy', `${token.h.toFixed(2)} bits`, `as unsure as a choice among ${(2 ** token.h).toFixed(1)} equal tokens`],
  ];
}

/** The likeliest tokens, and the token itself if it is none of them. @param {ScoredToken} token @returns {Choice[]} */
export function choicesOf(token) {
  const listed = token.a.map(([id, name, p, q]) => ({ id, name, p, q, here: id === token.i }));
  if (listed.some((choice) => choice.here)) return listed;
  return [...listed, { id: token.i, name: token.d ?? token.t, p: token.p, q: token.q, here: true }];
}

/** What the tokens that are not listed share, or nothing. @param {Choice[]} choices @param {number} vocabSize */
export function restSentence(choices, vocabSize) {
  const others = vocabSize - choices.length;
  const rest = 1 - choices.reduce((sum, choice) => sum + choice.p, 0);
  return others > 0 && rest > 0 ? `${whole(others)} other tokens share ${formatProbability(rest)}.` : '';
}

/** What a screen reader says of a choice. @param {Choice} choice */
export function choiceLabel({ name, p, q, here }) {
  const before = formatProbability(p);
  const probability = q == null ? before : `${before} under the model, ${formatProbability(q)} after the stages`;
  return here
    ? `“${tokenName(name)}”, the token in the text, ${probability}`
    : `Take “${tokenName(name)}” instead, ${probability}`;
}

/** The probability after the stages, as a cell of the list. @param {number | undefined} q */
export const afterStages = (q) => (q == null ? '' : q > 0 ? formatProbability(q) : 'cut');
