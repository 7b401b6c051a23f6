// What the server says about a text, as the page words it. No DOM here.

import { plural, whole } from '../lib/format.js';

/** A token: its text and its id. @typedef {[text: string, id: number]} Token */
/** @typedef {'train' | 'val'} Part */

/**
 * The numbers of one part of a text; `unused` tokens are in no window.
 * @typedef {object} Sizes
 * @property {number} characters
 * @property {number} tokens
 * @property {number} windows
 * @property {number} batches
 * @property {number} unused
 * @property {number | null} unused_characters
 */

/**
 * @typedef {object} Window
 * @property {Part} part
 * @property {number} number
 * @property {number} count
 * @property {number} context_length
 * @property {number} first_token
 * @property {Token[]} inputs
 * @property {Token[]} targets
 */

/**
 * @typedef {object} Batch
 * @property {number} epoch
 * @property {number} number
 * @property {number} count
 * @property {[B: number, T: number]} shape
 * @property {number[]} windows  the first of them
 * @property {number[][]} ids  their first ids
 * @property {boolean} is_shuffled
 * @property {number} left_out  windows of each epoch that fill no batch
 */

/**
 * @typedef {object} Answer
 * @property {number} [number]  that of the question
 * @property {{ kind: string, size: number }} vocabulary
 * @property {Token[]} word
 * @property {{ train: Sizes, val: Sizes }} split
 * @property {(Window & { missing?: undefined }) | { part: Part, missing: string }} window
 * @property {(Batch & { missing?: undefined }) | { missing: string }} batch
 */

/** @type {Record<string, string>} */
const KINDS = {
  compact: 'the tokens of GPT-2 that this text needs, and the 256 bytes',
  gpt2: 'all tokens of GPT-2',
  bytes: 'the 256 bytes and one token for the end of a text',
};

/** @param {Answer['vocabulary']} vocabulary */
export const vocabularyText = ({ kind, size }) =>
  `The text is cut into tokens. The vocabulary has ${whole(size)} of them: ${KINDS[kind] ?? kind}. ` +
  'A token’s number is its id; · is a space and ↵ a line break.';

/**
 * The bar of the text: its segments in the order of the text, with their share of the tokens.
 * @param {Answer['split']} split
 * @returns {{ kind: Part | 'unused', tokens: number }[]}
 */
export const segments = ({ train, val }) => [
  { kind: 'train', tokens: train.tokens - train.unused },
  { kind: 'unused', tokens: train.unused },
  { kind: 'val', tokens: val.tokens - val.unused },
  { kind: 'unused', tokens: val.unused },
];

/** The legend of the bar. @param {Answer['split']} split @returns {{ kind: Part | 'unused', name: string, text: string }[]} */
export function splitRows({ train, val }) {
  const size = (/** @type {Sizes} */ sizes) =>
    `${plural(sizes.characters, 'character')}, ${plural(sizes.tokens, 'token')}, ${plural(sizes.windows, 'window')}`;
  const unused = train.unused + val.unused;
  const known = train.unused_characters != null && val.unused_characters != null;
  const characters = known ? `${plural((train.unused_characters ?? 0) + (val.unused_characters ?? 0), 'character')}, ` : '';
  return [
    { kind: 'train', name: 'Training', text: size(train) },
    { kind: 'val', name: 'Validation', text: size(val) },
    {
      kind: 'unused',
      name: 'Of these unused',
      text: unused ? `${characters}${plural(unused, 'token')} at the ends, too few for another window` : 'none',
    },
  ];
}

/** @param {Window} window */
export function windowText({ part, first_token: first, context_length: length }) {
  const of = part === 'train' ? 'training' : 'validation';
  return `Tokens ${whole(first)} to ${whole(first + length - 1)} of the ${of} part; the targets end one later. ` +
    'Upper line: what the model reads. Lower line: what it should say next.';
}

/** @param {Batch} batch */
export function batchText({ epoch, shape: [b, t], is_shuffled: isShuffled, left_out: leftOut, number }) {
  const order = isShuffled ? `in the shuffled order of epoch ${whole(epoch)}` : 'in the order of the text';
  const rest = leftOut ? ` ${plural(leftOut, 'window')} of each epoch ${leftOut === 1 ? 'fills' : 'fill'} no batch.` : '';
  return `Batch ${whole(number)} is a matrix of ids of shape (B, T) = (${whole(b)}, ${whole(t)}): ` +
    `${plural(b, 'window')} of the training part, ${order}.${rest}`;
}

const FIRST_COLUMN_PX = 84;
const LAST_COLUMN_PX = 76;
const COLUMN_PX = 46;

/**
 * How many ids of a window fit into a width. @param {number} width_px @param {number} sent  as many came @param {number} all
 */
export function columnsFor(width_px, sent, all) {
  const fit = (/** @type {number} */ rest) => Math.floor((width_px - FIRST_COLUMN_PX - rest) / COLUMN_PX);
  if (sent === all && fit(0) >= all) return all;
  return Math.max(1, Math.min(sent, fit(LAST_COLUMN_PX)));
}

/** A whole number from 1 to `most` near what was typed. @param {string} typed @param {number} most */
export function numberOf(typed, most) {
  const number = Math.round(Number(typed));
  return Math.min(Math.max(1, Number.isFinite(number) ? number : 1), Math.max(1, most));
}

/** A text that JSON and Python accept: lone halves of surrogate pairs become �. @param {string} text */
export const wellFormed = (text) => text.replace(/[\ud800-\udfff]/gu, '\ufffd');
