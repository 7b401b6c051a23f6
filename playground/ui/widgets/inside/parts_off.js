// The parts of a model that are switched off, as the text that settings, receipts and the address have. No DOM here.

import { quoted } from '../lib/shades.js';

/** `attention:1`, `feed-forward:1`, `head:1.3` or `token:4`; layers, heads and places are counted from 0. @typedef {string} Part */

const KINDS = ['attention', 'feed-forward', 'head', 'token'];
const PART = /^(?:(?:attention|feed-forward|token):\d{1,9}|head:\d{1,9}\.\d{1,9})$/;

/** The parts of a text; what is none is left out. @param {unknown} text @returns {Part[]} */
export const partsOf = (text) =>
  typeof text === 'string' ? [...new Set(text.split(' ').filter((word) => PART.test(word)))].sort(byKind) : [];

/** The text with a part switched off, or on again if it was off. @param {string} text @param {Part} part */
export function toggled(text, part) {
  const parts = partsOf(text);
  return (parts.includes(part) ? parts.filter((other) => other !== part) : [...parts, part].sort(byKind)).join(' ');
}

/** @param {Part} part @returns {number[]} */
const numbersOf = (part) => part.slice(part.indexOf(':') + 1).split('.').map(Number);

/** @param {Part} one @param {Part} other */
function byKind(one, other) {
  const kind = (/** @type {Part} */ part) => KINDS.indexOf(part.slice(0, part.indexOf(':')));
  const [a, b] = [numbersOf(one), numbersOf(other)];
  return kind(one) - kind(other) || a[0] - b[0] || (a[1] ?? 0) - (b[1] ?? 0);
}

/**
 * A part in words.
 * @param {Part} part
 * @param {import('../lib/shades.js').Texts[]} [seen]  the tokens that the model saw
 */
export function partName(part, seen = []) {
  const [first, second] = numbersOf(part);
  if (part.startsWith('head:')) return `head ${second} of layer ${first}`;
  if (part.startsWith('token:')) return seen[first] ? `the token ${quoted(seen[first])} at place ${first + 1}` : `token ${first + 1}`;
  return `the ${part.startsWith('attention:') ? 'attention' : 'feed-forward'} of layer ${first}`;
}

/** Several parts in words. @param {string} text @param {import('../lib/shades.js').Texts[]} [seen] */
export function partsSentence(text, seen) {
  const names = partsOf(text).map((part) => partName(part, seen));
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
}

/** Without parts that a model of this size, having seen so many tokens, does not have. @param {string} text @param {{ layers: number, heads: number, places: number }} size */
export const existing = (text, { layers, heads, places }) =>
  partsOf(text).filter((part) => {
    const [first, second = 0] = numbersOf(part);
    return part.startsWith('token:') ? first < places - 1 : first < layers && second < heads;
  }).join(' ');

/** The same parts where places of tokens are counted from `by` places before. @param {string} text @param {number} by */
export const shifted = (text, by) =>
  partsOf(text).map((part) => (part.startsWith('token:') ? `token:${numbersOf(part)[0] + by}` : part)).join(' ');

/** Without masked tokens: at another place, other tokens have these places. @param {string} text */
export const withoutTokens = (text) => partsOf(text).filter((part) => !part.startsWith('token:')).join(' ');
