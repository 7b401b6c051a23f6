// What the evaluations of a run say about its learning. No DOM here.

import { epochs, loss } from '../lib/format.js';

/** @typedef {import('./record.js').Evaluation} Evaluation */
/** @typedef {Evaluation & { train_loss: number, val_loss: number }} Known */

const WORSE = 1.005; // losses this much above the best are no noise

/**
 * @typedef {object} Verdict
 * @property {Known} best  the evaluation with the lowest validation loss
 * @property {boolean} memorising  whether the training loss fell while the validation loss rose
 * @property {string} text  one sentence
 */

/**
 * Where validation was best, and in words what it has done since; null before the first evaluation.
 * @param {Evaluation[]} evals
 * @returns {Verdict | null}
 */
export function verdict(evals) {
  const known = /** @type {Known[]} */ (evals.filter((row) => row.val_loss != null));
  if (!known.length) return null;
  const best = known.reduce((low, row) => (row.val_loss < low.val_loss ? row : low));
  const since = known.slice(known.indexOf(best) + 1);
  const last = known[known.length - 1];
  const isWorse = since.length >= 3 && since.slice(-3).every((row) => row.val_loss > best.val_loss * WORSE);
  const memorising = isWorse && last.train_loss < best.train_loss;
  return { best, memorising, text: sentence() };

  function sentence() {
    const when = `best at epoch ${epochs(best.epoch)}, with ${loss(best.val_loss)}`;
    if (memorising) {
      return `Memorising since epoch ${epochs(best.epoch)}: the training loss keeps falling, but the validation loss has risen `
        + `from ${loss(best.val_loss)} to ${loss(last.val_loss)}.`;
    }
    if (known.length < 3) return 'Both losses are measured at every evaluation, with dropout off.';
    return since.length < 3 ? `Still learning: validation was ${when}.` : `Validation was ${when}, and has hardly moved since.`;
  }
}
