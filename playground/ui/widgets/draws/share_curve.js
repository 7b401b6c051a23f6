// How the share of one token converges to its probability: the range, the curve, and its 95 % funnel. No DOM here.

import { linePath } from '../lib/plot/plot_geometry.js';

/** @typedef {import('./counts.js').Follow} Follow */

/**
 * The inner edges of the plot, in pixels.
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Edges
 */

const FUNNEL_POINTS = 61;
const LOWEST_TOP = 0.002;

/**
 * The end of the share's axis: room for the curve, but not for the jumps of its first draws.
 * @param {Follow} follow
 */
export function highestShare({ p, share }) {
  const settled = share.slice(Math.floor(share.length / 3));
  return Math.min(1, Math.max(2.2 * p, 1.1 * Math.max(...settled), LOWEST_TOP));
}

/**
 * The places of draws (logarithmic) and shares.
 * @param {Follow} follow
 * @param {number} n  the number of draws
 * @param {Edges} edges
 */
export function shareScales(follow, n, { left, right, top, bottom }) {
  const end = Math.max(Math.log10(n), 1);
  const highest = highestShare(follow);
  return {
    toX: (/** @type {number} */ draws) => left + ((right - left) * Math.log10(draws)) / end,
    toY: (/** @type {number} */ share) => bottom - (bottom - top) * Math.min(1, Math.max(0, share / highest)),
    highest,
    powers: Array.from({ length: Math.floor(end + 1e-9) + 1 }, (_, power) => 10 ** power),
  };
}

/**
 * The `d` of the area in which the share lies in 95 of 100 experiments.
 * @param {Follow} follow
 * @param {number} n
 * @param {ReturnType<typeof shareScales>} scales
 */
export function funnelPath({ p, z }, n, { toX, toY }) {
  const draws = Array.from({ length: FUNNEL_POINTS }, (_, i) => n ** (i / (FUNNEL_POINTS - 1)));
  const point = (/** @type {number} */ at, /** @type {-1 | 1} */ side) =>
    `${toX(at).toFixed(1)} ${toY(p + side * z * Math.sqrt((p * (1 - p)) / at)).toFixed(1)}`;
  const upper = draws.map((at) => point(at, 1));
  const lower = draws.map((at) => point(at, -1)).reverse();
  return `M${[...upper, ...lower].join('L')}Z`;
}

/**
 * The `d` of the curve.
 * @param {Follow} follow
 * @param {ReturnType<typeof shareScales>} scales
 */
export const curvePath = ({ n, share }, scales) => linePath({ x: n, y: share }, scales);

/**
 * What the plot shows, in words.
 * @param {Follow} follow
 * @param {number} n
 */
export function curveTitle({ word, p, share }, n) {
  const last = share[share.length - 1].toPrecision(3);
  return `Share of ${word} in 1 to ${n} draws, closing in on ${last}; its probability is ${p.toPrecision(3)}`;
}
