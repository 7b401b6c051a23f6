// The record of one run as the page keeps it, and the news from the server that it grows by. No DOM here.

const MAX_POINTS = 1200;

/**
 * Columns of equal length, one entry a point of the curves; a point stands for one step or for several.
 * @typedef {object} Steps
 * @property {number[]} step
 * @property {number[]} epoch
 * @property {(number | null)[]} loss
 * @property {number[]} lr
 * @property {(number | null)[]} grad_norm
 * @property {number[]} tokens_per_s
 */

/**
 * What becomes of each column where two points become one: their mean, or the last of them.
 * @typedef {Record<keyof Steps, 'mean' | 'last'>} Thinning
 */

/**
 * @typedef {object} Evaluation
 * @property {number} step
 * @property {number} epoch
 * @property {number | null} train_loss
 * @property {number | null} val_loss
 * @property {[string, number][]} [probe]  the likeliest next tokens after the start context, with their probabilities
 */

/** @typedef {{ step: number, epoch: number, text: string }} Sample */
/** @typedef {{ step: number, text: string }} Note */

/**
 * What one process reports when it starts or resumes a training.
 * @typedef {object} Session
 * @property {number} total_steps
 * @property {number} steps_per_epoch
 * @property {number} tokens_per_step
 * @property {number} n_parameters
 * @property {string} device
 * @property {string} precision
 * @property {number} threads  of each process
 * @property {number} processes
 * @property {number | null} [flop_per_token]  missing in old logs; so is the peak
 * @property {number | null} [peak_flop_per_s]  the fastest matrix product measured, in FLOP per second
 */

/**
 * What the log of a run has gained.
 * @typedef {object} Gain
 * @property {number | null} cut  everything after this step was undone: the run resumed from there
 * @property {Session | null} sitting  the session that started last
 * @property {number | null} lr  what the learning rate was last changed to
 * @property {Steps} steps
 * @property {Evaluation[]} evals
 * @property {Sample[]} samples
 * @property {Note[]} notes
 */

export class RunRecord {
  /** @type {Steps} */ steps = { step: [], epoch: [], loss: [], lr: [], grad_norm: [], tokens_per_s: [] };
  /** @type {Evaluation[]} */ evals = [];
  /** @type {Sample[]} */ samples = [];
  /** @type {Note[]} */ notes = [];
  /** @type {Session | null} */ session = null;
  /** What the learning rate was last changed to. @type {number | null} */ lr = null;
  #thinning;

  /** @param {Thinning} thinning */
  constructor(thinning) {
    this.#thinning = thinning;
  }

  /** @param {Gain} gain */
  add(gain) {
    if (gain.cut != null) this.cut(gain.cut);
    this.session = gain.sitting ?? this.session;
    this.lr = gain.lr ?? this.lr;
    for (const name of this.#columns()) /** @type {(number | null)[]} */ (this.steps[name]).push(...gain.steps[name]);
    if (this.steps.step.length > MAX_POINTS) this.halve();
    this.evals.push(...gain.evals);
    this.samples.push(...gain.samples);
    this.notes.push(...gain.notes);
  }

  /** Drop everything after a step. @param {number} step */
  cut(step) {
    const kept = this.steps.step.filter((at) => at <= step).length;
    for (const name of this.#columns()) this.steps[name].length = kept;
    this.evals = this.evals.filter((row) => row.step <= step);
    this.samples = this.samples.filter((row) => row.step <= step);
  }

  /** Merge every two points into one. */
  halve() {
    const made = Object.fromEntries(this.#columns().map((name) => {
      const merge = this.#thinning[name] === 'last' ? last : mean;
      const column = this.steps[name];
      return [name, column.flatMap((_, i) => (i % 2 ? [] : [merge(column.slice(i, i + 2))]))];
    }));
    this.steps = /** @type {Steps} */ (/** @type {unknown} */ (made));
  }

  #columns() {
    return /** @type {(keyof Steps)[]} */ (Object.keys(this.#thinning));
  }
}

/** @param {(number | null)[]} values */
const last = (values) => values[values.length - 1];

/** @param {(number | null)[]} values */
const mean = (values) => values.reduce((/** @type {number} */ sum, value) => sum + (value ?? 0), 0) / values.length;
