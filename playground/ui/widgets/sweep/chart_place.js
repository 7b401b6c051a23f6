// What is at a place of the chart: a temperature, a line, values; and where a key leads. No DOM here.

import { share, visible } from '../lib/format.js';
import { nearest } from '../lib/plot/scale.js';

/** @typedef {import('./sweep_lines.js').Sweep} Sweep */
/** @typedef {import('./sweep_lines.js').Layout} Layout */
/** @typedef {import('./sweep_lines.js').Scales} Scales */

const KEY_FACTOR = 1.08;
const SMALLEST_STEP = 0.01;

/**
 * The temperature at a place, as it is set: with two decimals.
 * @param {Sweep} sweep
 * @param {Pick<Layout, 'left' | 'right'>} layout
 * @param {number} x
 */
export function temperatureAt({ temperatures }, { left, right }, x) {
  const [first, last] = ends(temperatures);
  const way = Math.min(1, Math.max(0, (x - left) / (right - left)));
  return rounded(first * (last / first) ** way);
}

/**
 * The temperature after a key; undefined for a key that does not change it.
 * @param {string} key  as `KeyboardEvent.key` names it
 * @param {Sweep} sweep
 * @returns {number | undefined}
 */
export function temperatureAfter(key, { temperatures, now }) {
  const [first, last] = ends(temperatures);
  const bounded = (/** @type {number} */ value) => rounded(Math.min(last, Math.max(first, value)));
  switch (key) {
    case 'ArrowRight': case 'ArrowUp': return bounded(Math.max(now * KEY_FACTOR, now + SMALLEST_STEP));
    case 'ArrowLeft': case 'ArrowDown': return bounded(Math.min(now / KEY_FACTOR, now - SMALLEST_STEP));
    case 'Home': return bounded(first);
    case 'End': return bounded(last);
    default: return undefined;
  }
}

/**
 * The sweep with another current temperature; its values there lie between those of the neighbours.
 * @param {Sweep} sweep
 * @param {number} now
 * @returns {Sweep}
 */
export function withNow(sweep, now) {
  const { temperatures, lines, entropy } = sweep;
  const found = temperatures.findIndex((temperature) => temperature >= now);
  const right = found < 0 ? temperatures.length - 1 : found;
  const left = Math.max(0, right - 1);
  const [low, high] = [temperatures[left], temperatures[right]];
  const way = high > low ? Math.min(1, Math.max(0, Math.log(Math.max(now, low) / low) / Math.log(high / low))) : 0;
  const between = (/** @type {number[]} */ values) => values[left] + (values[right] - values[left]) * way;
  return { ...sweep, now, here: lines.map(({ p }) => between(p)), entropy_here: between(entropy) };
}

/**
 * What the pointer is at: the index of the nearest temperature that was computed, and of the line nearest there.
 * @param {Sweep} sweep
 * @param {Scales} scales
 * @param {number[]} lifts  how many pixels each line is moved up
 * @param {{ x: number, y: number }} place
 */
export function pointedAt({ temperatures, lines }, { toX, toY }, lifts, { x, y }) {
  const at = nearest(temperatures.map(toX), x);
  const distances = lines.map(({ p }, i) => Math.abs(toY(p[at]) - lifts[i] - y));
  return { at, line: distances.indexOf(Math.min(...distances)) };
}

/**
 * The values where the pointer is.
 * @param {Sweep} sweep
 * @param {{ at: number, line: number }} pointed
 */
export function pointedText({ temperatures, lines, entropy }, { at, line }) {
  const { word, p } = lines[line];
  return `At T = ${+temperatures[at].toPrecision(2)}: ${visible(word.trim())} ${share(p[at])}, ${entropy[at].toFixed(3)} bits.`;
}

const ends = (/** @type {number[]} */ temperatures) => [temperatures[0], temperatures[temperatures.length - 1]];
const rounded = (/** @type {number} */ temperature) => +temperature.toFixed(2);
