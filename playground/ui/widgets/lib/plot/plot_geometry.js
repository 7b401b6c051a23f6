// Where a line plot puts its values: ranges, scales and paths. No DOM here.

import { isNumber } from '../format.js';
import { nearest, ticks } from './scale.js';

/**
 * One line of a plot.
 * @typedef {object} Series
 * @property {string} name  unique within the plot
 * @property {string} colour  a CSS colour
 * @property {number[]} x  ascending
 * @property {(number | null | undefined)[]} y  as many as `x`; the line has a gap where there is no finite number
 * @property {'thin' | 'faint' | 'bold' | 'dash'} [kind]  its look, 'bold' by default; 'thin' has no dot at the cursor
 */

/**
 * The size of a plot and the room around its lines, in pixels.
 * @typedef {object} Box
 * @property {number} width
 * @property {number} height
 * @property {{ left: number, right: number, top: number, bottom: number }} edge
 */

/**
 * What places values in a box.
 * @typedef {object} Scales
 * @property {(x: number) => number} toX
 * @property {(y: number) => number} toY
 * @property {(pixel: number) => number} fromX  the x value at a pixel, kept inside the range
 */

/** Whether a line can show a value: a logarithmic axis has no place for zero and below. @param {boolean} log */
const drawable = (log) => (/** @type {number | null | undefined} */ value) =>
  isNumber(value) && (!log || value > 0);

/**
 * The range of the y axis around all values. Its ends are round, so that the axis of a growing plot moves rarely, and
 * then by a whole tick.
 * @param {Series[]} series
 * @param {{ log?: boolean, fromZero?: boolean, tickCount?: number }} [settings]
 * @returns {[number, number]}
 */
export function valueRange(series, { log = false, fromZero = false, tickCount = 7 } = {}) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const shows = drawable(log);
  for (const { y } of series) {
    for (const value of y) {
      if (!shows(value)) continue;
      if (/** @type {number} */ (value) < low) low = /** @type {number} */ (value);
      if (/** @type {number} */ (value) > high) high = /** @type {number} */ (value);
    }
  }
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (fromZero) low = Math.min(0, low);
  if (high === low || high - low < 1e-9 * Math.abs(high)) {
    const room = Math.abs(high) * 0.1 || 1;
    return [fromZero && low === 0 ? 0 : low - room, high + room];
  }
  if (log) return [low / 1.05, high * 1.05];
  const at = ticks(low, high, tickCount);
  const step = at.length > 1 ? at[1] - at[0] : high - low;
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

/**
 * Scales that fill a box with a range of each axis.
 * @param {Box} box
 * @param {[number, number]} xRange
 * @param {[number, number]} yRange
 * @param {boolean} [log]  whether the y axis is logarithmic
 * @returns {Scales}
 */
export function scales({ width, height, edge }, [x0, x1], [y0, y1], log = false) {
  const lift = log ? Math.log : (/** @type {number} */ value) => value;
  const innerWidth = width - edge.left - edge.right;
  const innerHeight = height - edge.top - edge.bottom;
  return {
    toX: (x) => edge.left + ((x - x0) / (x1 - x0 || 1)) * innerWidth,
    toY: (y) => height - edge.bottom - ((lift(y) - lift(y0)) / (lift(y1) - lift(y0) || 1)) * innerHeight,
    fromX: (pixel) => x0 + Math.min(1, Math.max(0, (pixel - edge.left) / innerWidth)) * (x1 - x0),
  };
}

/**
 * The `d` of an SVG path along a series; a single point becomes a dot.
 * @param {Pick<Series, 'x' | 'y'>} series
 * @param {Pick<Scales, 'toX' | 'toY'>} scale
 * @param {boolean} [log]
 */
export function linePath({ x, y }, { toX, toY }, log = false) {
  const shows = drawable(log);
  let path = '';
  let isDown = false;
  for (let i = 0; i < x.length; i++) {
    const value = y[i];
    if (!shows(value)) {
      isDown = false;
      continue;
    }
    path += `${isDown ? 'L' : 'M'}${toX(x[i]).toFixed(1)} ${toY(/** @type {number} */ (value)).toFixed(1)}`;
    isDown = true;
  }
  return x.length === 1 && isDown ? `${path}h0.01` : path;
}

/**
 * The x value of the point nearest to `at` on the series with the most points; null where no series has a point.
 * @param {Series[]} series
 * @param {number} at
 */
export function snap(series, at) {
  /** @type {number[]} */
  let longest = [];
  for (const { x } of series) if (x.length > longest.length) longest = x;
  const i = nearest(longest, at);
  return i < 0 ? null : longest[i];
}

/**
 * Where a key moves the cursor; undefined for a key that does not move it, null for one that takes it away.
 * @param {string} key  as `KeyboardEvent.key` names it
 * @param {number | null} at  where the cursor is, if anywhere
 * @param {[number, number]} xRange
 */
export function cursorAfter(key, at, [x0, x1]) {
  const from = at ?? x1;
  const step = (x1 - x0) / 50;
  switch (key) {
    case 'ArrowLeft': return from - step;
    case 'ArrowRight': return from + step;
    case 'Home': return x0;
    case 'End': return x1;
    case 'Escape': return null;
    default: return undefined;
  }
}
