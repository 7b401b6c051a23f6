// What each stage did to each candidate, as heights and sentences of the waterfall. No DOM here.

import { choices, plural, share, visible } from '../lib/format.js';

/** @typedef {import('./picture.js').Picture} Picture */
/** @typedef {import('./picture.js').Step} Step */

/**
 * A column of one stage: what stays at the bottom, and on it what the stage removed, added or took away.
 * @typedef {object} Cell
 * @property {number} kept  height in percent
 * @property {'gone' | 'up' | 'down'} kind  removed, raised or lowered
 * @property {number} change  height in percent
 */

const FULL_HEIGHTS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1];

/**
 * The probability of a full column: one of a few, so that the scale seldom changes.
 * @param {Step[]} steps
 */
export function fullHeight(steps) {
  const highest = Math.max(...steps.flatMap((step) => step.p));
  return FULL_HEIGHTS.find((height) => highest <= height * 1.0001) ?? 1;
}

/**
 * The column of a token whose probability went from `before` to `after`.
 * @param {number} before
 * @param {number} after
 * @param {boolean} cut
 * @param {number} full
 * @returns {Cell}
 */
export function cellOf(before, after, cut, full) {
  const height = (/** @type {number} */ p) => Math.min(100, (100 * p) / full);
  const kept = height(Math.min(before, after));
  const change = height(Math.max(before, after)) - kept;
  return { kept, kind: cut ? 'gone' : after > before ? 'up' : 'down', change };
}

/**
 * What a stage did, in words.
 * @param {Step} step
 * @param {string} unit  word or token
 */
export function effectText(step, unit) {
  if (step.start) return `${plural(step.kept, unit)} in play`;
  const parts = [];
  if (step.cut_count) parts.push(`cuts ${plural(step.cut_count, unit)}, ${share(step.cut_mass)}`);
  if (step.moved > 0) parts.push(`moves ${share(step.moved)}`);
  return parts.join('; ') || 'changes nothing here';
}

/** @param {Step} step */
export const entropyText = (step) => `${step.entropy.toFixed(3)} bits = ${choices(step.choices)} choices`;

/** The names of the columns. @param {Picture} picture */
export const columnNames = ({ rows, tail }) => [...rows.map((row) => visible(row.word)), ...(tail.count ? ['others'] : [])];
