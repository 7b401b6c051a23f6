// Curves of several runs as the series of one plot. No DOM here.

import { isNumber, loss } from '../lib/format.js';
import { exponentialMean } from '../lib/smoothing.js';

/** @typedef {import('../lib/plot_geometry.js').Series} Series */
/** @typedef {{ x: number[], y: (number | null)[] }} Curve */

/**
 * The server's answer about several runs.
 * @typedef {object} Answer
 * @property {string} over  the axis
 * @property {string[]} runs
 * @property {Record<string, Curve>[]} curves  one a run, in their order: its curves by their names
 * @property {{ setting: string, values: string[] }[]} differences  values in the order of the runs
 */

const COLOURS = ['1', '2', '3', '4', '5', '6'].map((n) => `var(--pg-${n})`);

/**
 * One series a run; colours repeat with dashes.
 * @param {Answer} answer
 * @param {string} curve  which one of each run
 * @param {number} keep  the part of the exponential mean that survives a point; 0: not smoothed
 * @returns {Series[]}
 */
export function seriesOf({ runs, curves }, curve, keep) {
  return curves.map(({ [curve]: { x, y } }, i) => ({
    name: runs[i],
    colour: COLOURS[i % COLOURS.length],
    kind: i < COLOURS.length ? 'bold' : 'dash',
    x,
    y: keep ? exponentialMean(y, () => keep) : y,
  }));
}

/** From 0 (or lower) to the last point of all. @param {Series[]} series @returns {[number, number]} */
export function xRangeOf(series) {
  const ends = series.flatMap(({ x }) => (x.length ? [x[0], x[x.length - 1]] : []));
  return [Math.min(0, ...ends), Math.max(1e-9, ...ends)];
}

/**
 * What the curves show, as the sentence of a saved chart: where the runs differ, and their lowest values.
 * @param {Answer} answer
 * @param {Series[]} series
 */
export function sentenceOf({ runs, differences }, series) {
  const changed = differences.map(({ setting, values }) => `${setting} ${values.map((value) => value || '–').join(' / ')}`).join('; ');
  const comparison = changed ? `What differs: ${changed}.` : 'These runs have the same settings and text.';
  const lowest = series.flatMap(bestMark).map(({ title }) => title).join('; ');
  return [runs.length > 1 && comparison, lowest && `${lowest}.`].filter(Boolean).join(' ');
}

/** A mark at the lowest value of a series; none where it has no value. @param {Series} series */
export function bestMark({ name, colour, x, y }) {
  let low = -1;
  for (const [i, value] of y.entries()) {
    if (isNumber(value) && (low < 0 || value < /** @type {number} */ (y[low]))) low = i;
  }
  const value = /** @type {number} */ (y[low]);
  return low < 0 ? [] : [{ x: x[low], y: value, colour, title: `${name}: best, ${loss(value)}` }];
}
