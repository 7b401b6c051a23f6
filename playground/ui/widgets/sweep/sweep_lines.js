// The layout of the sweep: scales, lines, labels that do not overlap, and the sentence below. No DOM here.

import { share, visible } from '../lib/format.js';
import { linePath } from '../lib/plot/plot_geometry.js';

/**
 * The answer of the server function `sweep`.
 * @typedef {object} Sweep
 * @property {number[]} temperatures  ascending
 * @property {{ word: string, p: number[] }[]} lines  probabilities at each temperature
 * @property {number[]} entropy  in bits, at each temperature
 * @property {number} now  the current temperature
 * @property {number[]} here  probabilities at the current temperature
 * @property {number} entropy_here
 */

/**
 * Sizes in pixels: probabilities are drawn from `top` to `split`, the entropy from `low` to `bottom`.
 * @typedef {{ width: number, height: number, left: number, right: number, top: number, split: number, low: number, bottom: number }} Layout
 */

/**
 * @typedef {object} Scales
 * @property {(temperature: number) => number} toX  logarithmic
 * @property {(p: number) => number} toY
 * @property {(bits: number) => number} toBitsY
 * @property {number} mostBits  end of the entropy's axis
 */

const DASHES = ['', '7 3', '2 3', '10 3 2 3', '4 2', '1 2', '12 4', '6 2 1 2', '3 5'];
const SAME_PX = 2.5; // lines that are nowhere farther apart would hide each other
const APART_PX = 3.5;
const LABEL_GAP = 13;
const MAX_LABEL_CHARS = 9;

/** @param {number} width @returns {Layout} */
export function layoutFor(width) {
  const height = width < 480 ? 400 : 486;
  const split = height - 132;
  return { width, height, left: 42, right: width - 78, top: 8, split, low: split + 30, bottom: height - 34 };
}

/**
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @returns {Scales}
 */
export function scalesFor({ temperatures, entropy }, { left, right, top, split, low, bottom }) {
  const [first] = temperatures;
  const span = Math.log(temperatures[temperatures.length - 1] / first);
  const mostBits = Math.max(1, Math.ceil(Math.max(...entropy)));
  return {
    toX: (temperature) => left + ((right - left) * Math.log(Math.max(temperature, first) / first)) / span,
    toY: (p) => split - (split - top) * p,
    toBitsY: (bits) => bottom - ((bottom - low) * bits) / mostBits,
    mostBits,
  };
}

/**
 * Each line with its dashes, its path, how far it is moved up, and where its label belongs.
 * @param {Sweep} sweep
 * @param {Layout} layout
 * @param {Scales} scales
 */
export function drawnLines({ temperatures, lines }, { top, split }, { toX, toY }) {
  const lifts = liftsOf(lines.map(({ p }) => p.map(toY)));
  const ends = lines.map(({ p }, i) => toY(p[p.length - 1]) - lifts[i]);
  const labels = spread(ends.map((end) => end + 4), LABEL_GAP, top + 8, split + 12);
  return lines.map(({ word, p }, i) => ({
    label: visible(word).slice(0, MAX_LABEL_CHARS),
    dashes: DASHES[i % DASHES.length],
    path: linePath({ x: temperatures, y: p }, { toX, toY }),
    lift: lifts[i],
    end: ends[i],
    labelY: labels[i],
  }));
}

/**
 * The `d` of the entropy's line.
 * @param {Sweep} sweep
 * @param {Scales} scales
 */
export const entropyPath = ({ temperatures, entropy }, { toX, toBitsY }) =>
  linePath({ x: temperatures, y: entropy }, { toX, toY: toBitsY });

/**
 * How many pixels each line is moved up, so that lines that are the same are drawn beside each other.
 * @param {number[][]} heights  of each line at each temperature, in pixels
 */
export function liftsOf(heights) {
  const areSame = (/** @type {number[]} */ one, /** @type {number[]} */ other) =>
    one.every((height, i) => Math.abs(height - other[i]) <= SAME_PX);
  return heights.map((line, i) => APART_PX * heights.slice(0, i).filter((before) => areSame(line, before)).length);
}

/**
 * Move places apart, none nearer than `gap` to the next, in their order, within `top` and `bottom` if they fit.
 * @param {number[]} places
 * @param {number} gap
 * @param {number} top
 * @param {number} bottom
 */
export function spread(places, gap, top, bottom) {
  const order = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place);
  let last = top - gap;
  for (const item of order) {
    item.place = Math.max(item.place, last + gap);
    last = item.place;
  }
  let limit = bottom + gap;
  for (const item of order.reverse()) {
    item.place = Math.min(item.place, limit - gap);
    limit = item.place;
  }
  /** @type {number[]} */
  const moved = [];
  for (const { place, i } of order) moved[i] = place;
  return moved;
}

/** What the plot shows, in words. @param {Sweep} sweep */
export function sweepTitle({ temperatures }) {
  const [first, last] = [temperatures[0], temperatures[temperatures.length - 1]].map((t) => +t.toPrecision(3));
  return `Probabilities and entropy at temperatures from ${first} to ${last}`;
}

/** The likeliest word at the current temperature. @param {Sweep} sweep */
export function hereText({ now, lines, here, entropy_here }) {
  const best = here.indexOf(Math.max(...here));
  return `At T = ${+now.toPrecision(4)}: ${lines[best].word.trim()} ${share(here[best])}, ${entropy_here.toFixed(3)} bits.`;
}
