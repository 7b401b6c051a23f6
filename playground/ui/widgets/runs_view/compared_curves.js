// Curves of several runs as the series of one plot. No DOM here.

import { isNumber, loss } from '../lib/format.js';
import { exponentialMean } from '../lib/plot/smoothing.js';

/** @typedef {import('../lib/plot/plot_geometry.js').Series} Series */
/** @typedef {{ x: number[], y: (number | null)[] }} Curve */

/**
 * The server's answer about several runs.
 * @typedef {object} Answer
 * @property {string} over  the axis
 * @property {string[]} runs
 * @property {string[]} titles  what they are called
 * @property {string} verdict  the difference between two runs, in a sentence; else ''
 * @property {Record<string, Curve>[]} curves  one a run, in their order: its curves by their names
 * @property {{ setting: string, values: string[] }[]} differences  values in the order of the runs
 */

const COLOURS = ['1', '2', '3', '4', '5', '6'].map((n) => `var(--pg-${n})`);

/** A series, and `same`: the run whose curve it hides, '' if none. @typedef {Series & { same: string }} RunSeries */

/**
 * One series a run; colours repeat with dashes. One that equals an earlier one is dashed, so that both are seen.
 * @param {Answer} answer
 * @param {string} curve  which one of each run
 * @param {number} keep  the part of the exponential mean that survives a point; 0: not smoothed
 * @returns {RunSeries[]}
 */
export function seriesOf({ titles, curves }, curve, keep) {
  return curves.map(({ [curve]: own }, i) => {
    const earlier = own.y.length ? curves.slice(0, i).findIndex(({ [curve]: other }) => isSame(own, other)) : -1;
    return {
      name: titles[i],
      colour: COLOURS[i % COLOURS.length],
      kind: i < COLOURS.length && earlier < 0 ? 'bold' : 'dash',
      x: own.x,
      y: keep ? exponentialMean(own.y, () => keep) : own.y,
      same: earlier < 0 ? '' : titles[earlier],
    };
  });
}

/** Whether one curve covers the other as far as both go. @param {Curve} a @param {Curve} b */
function isSame(a, b) {
  const length = Math.min(a.y.length, b.y.length);
  for (let i = 0; i < length; i++) {
    if (a.x[i] !== b.x[i] || a.y[i] !== b.y[i]) return false;
  }
  return length > 0;
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
export function sentenceOf({ runs, differences, verdict }, series) {
  if (verdict) return verdict;
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
