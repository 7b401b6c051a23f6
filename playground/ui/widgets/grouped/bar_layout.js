// Where the grouped bars and their labels are drawn. No DOM here.

import { share } from '../lib/format.js';

/** @typedef {import('./chapter_table.js').Chapter} Chapter */

const HEIGHT = 250;
const LEFT = 44;
const TOP = 8;
const GROUP_SHARE = 0.78; // of a word's width that its bars fill
const NARROW = 58; // narrower words have slanted labels
const MAX_LABEL_CHARS = 12;

/**
 * Bars, labels and grid of the figure, in pixels.
 * @param {Chapter} chapter
 * @param {number} width
 */
export function barLayout({ words, columns }, width) {
  const right = width - 4;
  const step = (right - LEFT) / words.length;
  const isNarrow = step < NARROW;
  const bottom = HEIGHT - (isNarrow ? 62 : 24);
  const barWidth = (step * GROUP_SHARE) / columns.length;
  const toY = (/** @type {number} */ p) => bottom - (bottom - TOP) * p;
  return {
    width,
    height: HEIGHT,
    left: LEFT,
    right,
    bottom,
    isNarrow,
    toY,
    bars: words.flatMap((word, w) => columns.map(({ temperature, p }, series) => ({
      series,
      x: LEFT + step * (w + (1 - GROUP_SHARE) / 2) + series * barWidth,
      y: toY(p[w]),
      width: Math.max(1, barWidth - 1),
      height: Math.max(0, bottom - toY(p[w])),
      title: `${word} at T = ${temperature}: ${share(p[w])}`,
    }))),
    labels: words.map((word, w) => ({ x: LEFT + step * (w + 0.5), text: shortened(word) })),
  };
}

/** A word cut to the length of a label. @param {string} word */
export const shortened = (word) => (word.length > MAX_LABEL_CHARS ? `${word.slice(0, MAX_LABEL_CHARS - 1)}…` : word);
