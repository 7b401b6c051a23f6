// The numbers of the picture and the texts made from them. No DOM here.

import { choices, scientific, visible, whole } from '../lib/format.js';

/**
 * One candidate token.
 * @typedef {object} Row
 * @property {number} id
 * @property {string} word
 * @property {number} logit
 * @property {number} rank  by probability before the stages, from 1
 * @property {number} before  probability before the stages
 * @property {number} after
 * @property {string | null} cut  title of the stage that removed it
 * @property {boolean} pinned  whether it is the token that was searched for
 */

/**
 * The distribution after one stage; the first step is the softmax of the logits.
 * @typedef {object} Step
 * @property {string} label
 * @property {string} setting
 * @property {string} chip  short label for the path
 * @property {boolean} start  whether this is the first step
 * @property {number[]} p  probability of each row, and of all other tokens together if there are any
 * @property {boolean[]} cut  whether this stage removed it
 * @property {number} cut_count  tokens that this stage removed
 * @property {number} cut_mass  their probability
 * @property {number} moved  probability that moved between tokens
 * @property {number} kept  tokens that are left
 * @property {number} entropy  in bits
 * @property {number} choices  effective number of choices
 */

/**
 * All tokens without a row.
 * @typedef {object} Tail
 * @property {number} count
 * @property {number} kept  how many of them the stages have left
 * @property {number} before  probability of those before the stages
 * @property {number} cut_before  probability of those that were cut
 * @property {number} after
 */

/**
 * The answer of the server function `trace`.
 * @typedef {object} Picture
 * @property {'toy' | 'model'} kind
 * @property {number} size  of the vocabulary
 * @property {Row[]} rows
 * @property {Tail} tail
 * @property {number} scale  end of the axis of the bars
 * @property {Step[]} steps
 * @property {{ entropy: number, choices: number }} before
 * @property {{ entropy: number, choices: number }} after
 * @property {string[]} notes
 */

/** The label of tokens without a row that can still be drawn. @param {number} count */
export const othersLabel = (count) => `${whole(count)} others`;

/** The label of tokens without a row that a stage has cut. @param {number} count */
export const cutLabel = (count) => `${whole(count)} cut`;

/** The way from logits to a token, as short labels. @param {Picture} picture */
export function pathLabels({ steps }) {
  const labels = steps.slice(1).flatMap((step) => (step.cut_count ? [step.chip, 'cut: −∞'] : [step.chip]));
  return ['logits', ...labels, 'softmax', 'draw'];
}

/**
 * Headings and rows of the table: one row for each candidate, one column for each step.
 * @param {Picture} picture
 */
export function pictureTable({ kind, rows, steps, tail }) {
  const [softmax, ...stages] = steps;
  const cells = (/** @type {number} */ i) => [
    scientific(softmax.p[i]),
    ...stages.map(({ p, cut }) => (cut[i] && p[i] === 0 ? 'cut' : scientific(p[i]))),
  ];
  const body = rows.map((row, i) => [visible(row.word), String(row.logit), ...cells(i)]);
  if (tail.count) body.push([(tail.kept ? othersLabel : cutLabel)(tail.count), '', ...cells(rows.length)]);
  body.push(['entropy in bits', '', ...steps.map(({ entropy }) => entropy.toFixed(3))]);
  const head = [kind === 'toy' ? 'word' : 'token', 'logit', 'softmax', ...stages.map(({ label, setting }) => `${label} ${setting}`)];
  return { head, rows: body };
}

/** The entropy in words, and where the token is that was searched for. @param {Picture} picture */
export function summary({ before, after, rows, size }) {
  const found = rows.find((row) => row.pinned);
  const entropy = `Entropy ${before.entropy.toFixed(3)} → ${after.entropy.toFixed(3)} bits: as unsure as a fair `
    + `draw among ${choices(before.choices)} → ${choices(after.choices)}.`;
  if (!found) return entropy;
  return `${entropy} ${visible(found.word)} is token ${found.id}, number ${whole(found.rank)} of ${whole(size)} by probability.`;
}
