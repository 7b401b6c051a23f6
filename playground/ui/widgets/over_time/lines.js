// The lines of the pictures, and what they say. No DOM here.

import { loss, percent, whole } from '../lib/format.js';

/** @typedef {{ low: number, high: number, n: number, loss: number }} Group */
/** @typedef {{ errors: number[], places: Group[][] }} Part */

/**
 * The server's answer.
 * @typedef {object} OverTime
 * @property {[step: number, share: number][]} copied  of the samples written while training
 * @property {[step: number, train: number, validation: number][]} evals
 * @property {number[]} steps  whose weights were kept
 * @property {{ train: Part, validation: Part }} parts  at these steps
 */

/** @typedef {import('../lib/plot/plot_geometry.js').Series} Series */

const COLOURS = { train: 'var(--pg-1)', validation: 'var(--pg-2)', gap: 'var(--pg-muted)' };
const HALF = 0.5;

/** The number of nats at the top of the picture: 1, 2, 5 or 10, whichever has room for the largest gap. @param {OverTime} found */
export function gapTop({ evals }) {
  const most = Math.max(0, ...evals.map(([, train, validation]) => validation - train));
  return [1, 2, 5, 10, 20].find((top) => top >= most) ?? most;
}

/** The share of copied tokens, and the gap of the losses as a share of `gapTop`. @param {OverTime} found @returns {Series[]} */
export function memoryLines(found) {
  const top = gapTop(found);
  return [
    { name: 'gap', colour: COLOURS.gap, kind: 'dash', x: found.evals.map(([step]) => step), y: found.evals.map(([, train, validation]) => Math.max(0, validation - train) / top) },
    { name: 'copied', colour: COLOURS.train, x: found.copied.map(([step]) => step), y: found.copied.map(([, share]) => share) },
  ];
}

/** The calibration error of both parts. @param {OverTime} found @returns {Series[]} */
export const errorLines = ({ steps, parts }) =>
  /** @type {const} */ (['train', 'validation']).map((name) => ({ name, colour: COLOURS[name], x: steps, y: parts[name].errors }));

/**
 * One line for each group of places, those with more context darker.
 * @param {OverTime} found
 * @param {'train' | 'validation'} part
 * @returns {(Series & { shown: string })[]}
 */
export function placeLines({ steps, parts }, part) {
  const rows = parts[part].places;
  const groups = rows[0] ?? [];
  return groups.map(({ low, high }, i) => ({
    name: `${low}`,
    shown: low === high ? `${low}` : `${low}–${high}`,
    colour: `color-mix(in srgb, ${COLOURS[part]} ${Math.round(25 + (75 * (i + 1)) / groups.length)}%, var(--pg-surface))`,
    x: steps,
    y: rows.map((row) => row[i]?.loss ?? null),
  }));
}

/** From and to which step the pictures go. @param {OverTime} found @returns {[number, number]} */
export function span({ evals, copied, steps }) {
  const all = [...evals.map(([step]) => step), ...copied.map(([step]) => step), ...steps];
  return all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
}

/** When memorising began, in a sentence. @param {OverTime} found */
export function memorySentence({ evals, copied }) {
  if (evals.length < 3) return 'There are too few evaluations to say when memorising began.';
  const best = evals.reduce((low, row) => (row[2] < low[2] ? row : low));
  const last = evals[evals.length - 1];
  const half = copied.find(([, share]) => share >= HALF);
  const end = copied[copied.length - 1];
  const isMemorising = last[0] > best[0] && last[1] < best[1] && last[2] > best[2] * 1.005;
  const began = isMemorising
    ? `Memorising begins at step ${whole(best[0])}: there the validation loss is lowest, ${loss(best[2])}; afterwards it rises to ${loss(last[2])} while the `
      + `training loss falls from ${loss(best[1])} to ${loss(last[1])}, because the model remembers sentences that the validation part does not have.`
    : `No memorising so far: the validation loss, lowest at step ${whole(best[0])} with ${loss(best[2])}, has not risen while the training loss fell.`;
  if (!end) return began;
  const copies = half
    ? `At step ${whole(half[0])} half of a sample or more is copied for the first time; of the last one it is ${percent(end[1])}.`
    : `Of its last sample ${percent(end[1])} is copied.`;
  return `${began} ${copies}`;
}

/** What both lines are near a step, in a sentence. @param {OverTime} found @param {number} at */
export function momentSentence({ evals, copied }, at) {
  const nearest = (/** @type {[number, ...number[]][]} */ rows) =>
    rows.reduce((/** @type {[number, ...number[]] | null} */ near, row) => (!near || Math.abs(row[0] - at) < Math.abs(near[0] - at) ? row : near), null);
  const [evaluated, sample] = [nearest(evals), nearest(copied)];
  return [
    evaluated ? `Step ${whole(evaluated[0])}: training ${loss(evaluated[1])}, validation ${loss(evaluated[2])}, a gap of ${loss(evaluated[2] - evaluated[1])}.` : '',
    sample ? `The sample of step ${whole(sample[0])} is ${percent(sample[1])} copied.` : '',
  ].join(' ').trim();
}

/** How the calibration changed, in a sentence; an untrained model promises nothing, and does not count. @param {OverTime} found */
export function errorSentence({ steps, parts }) {
  const rows = steps.map((step, i) => ({ step, error: parts.validation.errors[i] })).filter(({ step }) => step > 0);
  const end = rows[rows.length - 1];
  const best = rows.reduce((low, row) => (row.error < low.error ? row : low), end);
  if (!end) return '';
  if (best === end) return `On the validation part it is most honest at the end, ${percent(end.error)} off.`;
  return `On the validation part it is most honest at step ${whole(best.step)}, ${percent(best.error)} off; at the end it is ${percent(end.error)} off, because a `
    + 'model that remembers is sure of itself everywhere.';
}
