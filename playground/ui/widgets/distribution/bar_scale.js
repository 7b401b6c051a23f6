// Rows and lengths of the bars, and the marks of their axis. No DOM here.

import { visible } from '../lib/format.js';
import { cutLabel, othersLabel } from './picture.js';

/** @typedef {import('./picture.js').Picture} Picture */

/**
 * A row of bars: a candidate, the tail (all other tokens, those that were cut apart), or the sum of the rows.
 * @typedef {object} BarRow
 * @property {'token' | 'tail' | 'sum'} kind
 * @property {string} label
 * @property {string} title  tooltip
 * @property {number} before
 * @property {number} after
 * @property {string | null} cut  title of the stage that removed it
 * @property {boolean} pinned
 */

const DECADES = 6; // the logarithmic axis goes from one in a million to one
const LINEAR_MARKS = [0, 0.25, 0.5, 0.75, 1];
const LOG_MARKS = [0, 2, 4, 6]; // decades from the left end

/**
 * The length of a bar in percent of the axis, which ends at `scale`.
 * @param {number} p
 * @param {number} scale
 * @param {boolean} log
 */
export function barLength(p, scale, log) {
  if (log) return 100 * Math.max(0, 1 + Math.log10(Math.max(p, 1e-300)) / DECADES);
  return 100 * Math.min(1, p / scale);
}

/**
 * The marks of the axis: places in percent of its length, and texts.
 * @param {number} scale
 * @param {boolean} log
 */
export function axisMarks(scale, log) {
  const marks = log
    ? LOG_MARKS.map((decade) => ({ at: (100 * decade) / DECADES, value: 100 * 10 ** (decade - DECADES) }))
    : LINEAR_MARKS.map((share) => ({ at: 100 * share, value: 100 * share * scale }));
  return marks.map(({ at, value }) => ({ at, text: `${+value.toPrecision(3)} %` }));
}

/**
 * All rows: the candidates, the other tokens that can still be drawn, those that cannot, and the sum.
 * @param {Picture} picture
 * @returns {BarRow[]}
 */
export function barRows({ rows, tail }) {
  const none = { title: '', cut: null, pinned: false };
  /** @type {BarRow[]} */
  const shown = rows.map(({ id, word, before, after, cut, pinned }) =>
    ({ kind: 'token', label: visible(word), title: `${word} (token ${id})`, before, after, cut, pinned }));
  const { count, kept, before, after } = tail;
  if (kept) shown.push({ ...none, kind: 'tail', label: othersLabel(kept), before, after });
  if (count > kept) shown.push({ ...none, kind: 'tail', label: cutLabel(count - kept), before: tail.cut_before, after: 0 });
  const total = (/** @type {'before' | 'after'} */ which) => shown.reduce((sum, row) => sum + row[which], 0);
  return [...shown, { ...none, kind: 'sum', label: 'sum', before: total('before'), after: total('after') }];
}
