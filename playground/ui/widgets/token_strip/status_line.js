// The line under the text. No DOM here.

import { plural, whole } from '../lib/format.js';
import { partsSentence } from '../inside/parts_off.js';
import { sightOf } from './token_log.js';

/** @typedef {import('./token_log.js').Branch} Branch */
/** @typedef {import('./token_log.js').Token} Token */

/** Seconds of writing before the speed is shown. */
const SETTLED_S = 0.3;
/** Smallest probability in the mean, so that one impossible token does not make it infinite. */
const LEAST_P = 1e-30;

/**
 * Length, speed, perplexity, why writing ended, the weights, and how much of the text the model sees.
 * @param {Branch} branch
 * @param {{ busy: boolean, weights: string, now_ms: number }} now
 * @returns {string[]}
 */
export function statusParts(branch, { busy, weights, now_ms }) {
  const drawn = branch.tokens.slice(branch.shared).filter((token) => !token.by);
  const parts = [];
  if (drawn.length || busy) {
    parts.push(plural(drawn.length, 'token'));
    const rate = branch.end?.tokens_per_s ?? liveRate(branch, now_ms);
    if (rate) parts.push(`${whole(rate)} tokens/s`);
    if (drawn.length && !busy) parts.push(`perplexity ${(+perplexity(drawn).toPrecision(3)).toLocaleString('en-US')}`);
    const why = endOf(branch);
    if (why) parts.push(why);
  }
  if (drawn.length && weights !== 'float32') parts.push(`${weights} weights`);
  const off = partsSentence(String(branch.settings.switched_off ?? ''), branch.tokens);
  if (drawn.length && off) parts.push(`without ${off}`);
  const { first, size } = sightOf(branch);
  if (first) parts.push(`the model still sees the last ${whole(size)} tokens`);
  return parts;
}

/** Tokens a second since writing began. @param {Branch} branch @param {number} now_ms */
export function liveRate({ tokens, given, began_ms }, now_ms) {
  const seconds = (now_ms - began_ms) / 1000;
  return seconds > SETTLED_S ? (tokens.length - given) / seconds : 0;
}

/** exp of the mean negative log probability. @param {Token[]} tokens */
export function perplexity(tokens) {
  const sum = tokens.reduce((total, token) => total + Math.log(Math.max(token.p ?? 1, LEAST_P)), 0);
  return Math.exp(-sum / tokens.length);
}

/** Why writing ended, where it is not the length. @param {Branch} branch */
function endOf({ end }) {
  if (end?.reason === 'stopped') return 'stopped';
  if (end?.reason === 'end') return 'the model ended the text';
  return end?.reason === 'stop' ? `stopped at “${end.stop}”` : '';
}
