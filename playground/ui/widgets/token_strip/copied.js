// What of a text stands word for word in the training or in the validation text. No DOM here.

import { isNumber, loss, signed } from '../lib/format.js';

/** @typedef {import('./token_log.js').Token} Token */
/** @typedef {'train' | 'val'} Part */

/**
 * Tokens `start` to `end` (left out) of a text that stand in a part of the run's text, and their surroundings there.
 * @typedef {object} Span
 * @property {number} start
 * @property {number} end
 * @property {Part} part
 * @property {number} character  where they stand in the run's text, from 0
 * @property {string} before
 * @property {string} text
 * @property {string} after
 */

/**
 * The server's answer.
 * @typedef {object} Copied
 * @property {Span[]} spans
 * @property {number | null} train_loss
 * @property {number | null} val_loss
 */

/** The spans of at least `least` tokens. @param {Copied | null | undefined} copied @param {number} least */
export const spansOf = (copied, least) => (copied?.spans ?? []).filter((span) => span.end - span.start >= least);

/** The spans that contain token `i`. @param {Span[]} spans @param {number} i */
export const spansAt = (spans, i) => spans.filter((span) => span.start <= i && i < span.end);

/**
 * The share of the drawn tokens that lie in spans of a part.
 * @param {Token[]} tokens
 * @param {Span[]} spans
 * @param {Part} part
 */
export function copiedShare(tokens, spans, part) {
  const inside = new Set();
  for (const span of spans) {
    if (span.part === part) for (let i = span.start; i < span.end; i++) if (!tokens[i].by) inside.add(i);
  }
  return inside.size / Math.max(1, tokens.filter((token) => !token.by).length);
}

/** The losses of both parts and their difference in one sentence, or nothing. @param {Copied} copied */
export function lossSentence({ train_loss: train, val_loss: val }) {
  if (!isNumber(train) || !isNumber(val)) return '';
  return `Loss: training ${loss(train)}, validation ${loss(val)}, gap ${signed(val - train, 3)}.`;
}
