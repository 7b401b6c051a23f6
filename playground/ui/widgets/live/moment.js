// The moment of the training that the prose and the guesses show: one of its evaluations. No DOM here.

import { nearest } from '../lib/plot/scale.js';

export class Moment {
  index = 0;
  #count = 0;
  /** Whether it stays at the newest evaluation. */ follows = true;

  /** There are so many evaluations now. @param {number} count */
  setCount(count) {
    this.#count = count;
    if (this.follows || this.index > this.#last) this.index = this.#last;
  }

  /** Go to an evaluation; from the last one on it follows the newest. @param {number} index */
  move(index) {
    this.index = Math.min(this.#last, Math.max(0, Math.round(index)));
    this.follows = this.index === this.#last;
  }

  get #last() {
    return Math.max(0, this.#count - 1);
  }
}

/**
 * The evaluation nearest to an epoch.
 * @param {{ epoch: number }[]} evals
 * @param {number} epoch
 */
export const evaluationAt = (evals, epoch) => Math.max(0, nearest(evals.map((row) => row.epoch), epoch));

/**
 * Which evaluation a key leads to; undefined for any other key.
 * @param {string} key  as `KeyboardEvent.key` names it
 * @param {number} index
 * @param {number} count  of the evaluations
 */
export function evaluationAfter(key, index, count) {
  switch (key) {
    case 'ArrowLeft': return Math.max(0, index - 1);
    case 'ArrowRight': return Math.min(count - 1, index + 1);
    case 'Home': return 0;
    case 'End': case 'Escape': return count - 1;
    default: return undefined;
  }
}
