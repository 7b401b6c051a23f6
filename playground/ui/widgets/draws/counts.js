// Counts beside expected counts. No DOM here.

import { visible, whole } from '../lib/format.js';

/**
 * One token, or all tokens that are not shown.
 * @typedef {object} Count
 * @property {string} word
 * @property {number} count
 * @property {number} expected
 * @property {number} low  lower end of the 95 % band of the count
 * @property {number} high
 */

/**
 * The token whose share is plotted.
 * @typedef {object} Follow
 * @property {string} word
 * @property {number} p  its probability
 * @property {number[]} n  numbers of draws, ascending
 * @property {number[]} share  its share of each number of draws
 * @property {number} z  half-width of a 95 % band in standard deviations
 * @property {string} text  a sentence on its count
 */

/**
 * The answer of the server function `draws`.
 * @typedef {object} Draws
 * @property {number} n
 * @property {number} seed
 * @property {Count[]} rows
 * @property {{ tokens: number } & Omit<Count, 'word'>} tail  tokens without a row that can be drawn
 * @property {Follow} follow
 */

/**
 * A row of the list: its texts, and places in percent of the width.
 * @typedef {object} CountRow
 * @property {string} label
 * @property {string} count
 * @property {string} expected
 * @property {number} expectedAt
 * @property {number} countAt
 * @property {number} lowAt
 * @property {number} bandWidth
 * @property {boolean} isOutside  whether the expected count is outside the band
 * @property {boolean} isFollowed
 * @property {boolean} isImpossible
 */

const ROUND = [1, 2, 5, 10];

/**
 * The number of draws at a place of the slider, a power of ten: 1, 2, 5, 10, 20, 50, … up to `max`.
 * @param {number} exponent
 * @param {number} max
 */
export function roundDraws(exponent, max) {
  const power = 10 ** Math.floor(exponent);
  const lead = 10 ** exponent / power;
  const distance = (/** @type {number} */ step) => Math.abs(Math.log(step / lead));
  const nearest = ROUND.reduce((best, step) => (distance(step) < distance(best) ? step : best));
  return Math.min(max, power * nearest);
}

/** An expected count as it is written: 61.5, 12,345, <0.1. @param {number} expected */
export function expectedText(expected) {
  if (expected === 0) return '0';
  if (expected < 0.05) return '<0.1';
  return expected < 1000 ? expected.toFixed(1) : whole(expected);
}

/**
 * The rows of the list: all tokens that are shown, and the others together if there are any.
 * @param {Draws} draws
 * @returns {CountRow[]}
 */
export function countRows({ rows, tail, follow }) {
  const shown = rows.map((row) => ({ ...row, label: visible(row.word) }));
  if (tail.tokens) shown.push({ ...tail, word: '', label: `${whole(tail.tokens)} others` });
  const most = Math.max(...shown.map((row) => Math.max(row.high, row.expected, row.count)), 1);
  const at = (/** @type {number} */ count) => (100 * count) / most;
  return shown.map(({ word, label, count, expected, low, high }) => ({
    label,
    count: whole(count),
    expected: expectedText(expected),
    expectedAt: at(expected),
    countAt: at(count),
    lowAt: at(low),
    bandWidth: at(high - low),
    isOutside: expected < low || expected > high,
    isFollowed: word === follow.word,
    isImpossible: expected === 0,
  }));
}
