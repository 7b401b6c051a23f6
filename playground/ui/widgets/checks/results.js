// What the checks found, as tables, lines and sentences. No DOM here.

import { whole } from '../lib/format.js';

/** @typedef {{ what: string, book: string, here: string, matches: boolean }} Figure */

/**
 * Exercise 5.4: the losses of three trainings; null where one of them had not begun.
 * @typedef {{ saved_at: number, steps: number[], whole: number[], resumed: (number | null)[], weights: (number | null)[], apart: number }} Continued
 */

/** @typedef {{ part: string, book: number, here: number }} PartLoss */

const NEAR = 1.5e-4; // the book prints four digits

/** @param {Figure[]} rows */
export const figureRows = (rows) => rows.map(({ what, book, here, matches }) => [what, book, here, matches ? '✓' : '≠']);

/** @param {Figure[]} rows */
export function figureSentence(rows) {
  const met = rows.filter(({ matches }) => matches).length;
  return met === rows.length ? `All ${rows.length} figures of the book are found again.` : `${met} of ${rows.length} figures are found again.`;
}

/** The lines of the curve: the training that was never stopped lies under the one that was. @param {Continued} found */
export const continuedLines = ({ steps, whole: never, resumed, weights }) => [
  { name: 'weights', colour: 'var(--pg-muted)', kind: /** @type {const} */ ('dash'), x: steps, y: weights },
  { name: 'whole', colour: 'var(--pg-line-strong)', x: steps, y: never },
  { name: 'resumed', colour: 'var(--pg-1)', x: steps, y: resumed },
];

/** Whether there was a jump, in a sentence. @param {Continued} found */
export function continuedSentence({ saved_at, apart, whole: never, weights }) {
  const far = Math.max(...weights.map((loss, i) => (loss === null ? 0 : Math.abs(loss - never[i]))));
  const same = apart === 0
    ? 'to the last bit as in a training that was never stopped'
    : `at most ${apart.toPrecision(2)} away from a training that was never stopped`;
  return `No jump: saved after step ${whole(saved_at)}, read from the disk by a new session, and its losses are ${same}. With the weights alone, without AdamW’s two moments `
    + `for each of them, they are up to ${far.toFixed(2)} away, because the optimizer starts again from nothing.`;
}

/** @param {PartLoss[]} rows */
export const lossRows = (rows) => rows.map(({ part, book, here }) => [part, book.toFixed(4), here.toFixed(4), Math.abs(book - here) <= NEAR ? '✓' : '≠']);

/** What the losses say, in a sentence. @param {PartLoss[]} rows */
export function lossSentence(rows) {
  const isMet = rows.every(({ book, here }) => Math.abs(book - here) <= NEAR);
  return `${isMet ? 'As in the book' : 'Not as in the book'}: both losses are close together, because the model was trained on other texts and read neither part; `
    + 'a model that was trained on this story alone has a low loss on one part only.';
}
