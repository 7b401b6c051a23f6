// The curves of one training: both losses over epochs with tokens seen on top, and three small plots beneath.
// All share one cursor; its values are read in the line above, which keeps its place.

import { part, setText } from '../lib/dom.js';
import { epochs, isNumber, loss, rate, short, whole } from '../lib/format.js';
import { Plot } from '../lib/plot.js';
import { horizon, nearest } from '../lib/scale.js';
import { exponentialMean, keepOverSteps } from '../lib/smoothing.js';
import { verdict } from './verdict.js';

/** @typedef {import('./record.js').RunRecord} RunRecord */

const TRAIN = 'var(--pg-1)';
const VAL = 'var(--pg-2)';
const SMALL = /** @type {const} */ ([['lr', 'lr'], ['grad', 'grad_norm'], ['speed', 'tokens_per_s']]);

export class Curves {
  #view;
  #losses;
  #small;
  /** @type {{ record: RunRecord, smoothed: (number | null)[] } | null} */ #shown = null;
  /** Where the cursor is. @type {number | null} */ #at = null;

  /** @param {HTMLElement} view  holds the figure `.cv` */
  constructor(view) {
    this.#view = view;
    const onCursor = (/** @type {number | null} */ x) => this.#move(x);
    this.#losses = new Plot(this.#part('losses'), {
      label: 'Training and validation loss over epochs',
      height: (width) => (width < 520 ? 240 : 320),
      yFormat: String,
      xTitle: 'Epochs',
      fromZero: true,
      onCursor,
    });
    this.#small = SMALL.map(([name, column]) => {
      const host = this.#part(name);
      const yFormat = name === 'lr' ? rate : short;
      const settings = { label: host.dataset.label ?? '', height: () => 92, yFormat, small: true, fromZero: true, onCursor };
      return { column, plot: new Plot(host, settings) };
    });
  }

  /** @param {RunRecord} record @param {{ epochs?: number, pin: number | null }} about  planned epochs, and one to mark */
  draw(record, { epochs: planned, pin }) {
    const { steps, evals, session } = record;
    /** @type {[number, number]} */
    const xRange = [0, horizon(planned || 1, steps.epoch.at(-1) ?? 0)];
    const found = verdict(evals);
    const memory = Math.min(50, Math.max(3, (session?.total_steps ?? 0) / 40));
    const smoothed = exponentialMean(steps.loss, keepOverSteps(steps.step, memory));
    const evalX = evals.map((row) => row.epoch);
    this.#shown = { record, smoothed };
    this.#losses.draw({
      xRange,
      xWhole: xRange[1] >= 2,
      top: { title: 'Tokens seen', per: session ? session.tokens_per_step * session.steps_per_epoch : 0 },
      series: [
        { name: 'each step', kind: 'thin', colour: TRAIN, x: steps.epoch, y: steps.loss },
        { name: 'smoothed', kind: 'faint', colour: TRAIN, x: steps.epoch, y: smoothed },
        { name: 'training', kind: 'bold', colour: TRAIN, x: evalX, y: evals.map((row) => row.train_loss) },
        { name: 'validation', kind: 'dash', colour: VAL, x: evalX, y: evals.map((row) => row.val_loss) },
      ],
      marks: found
        ? [{ x: found.best.epoch, y: found.best.val_loss, colour: VAL, title: `Best validation loss: ${loss(found.best.val_loss)}` }]
        : [],
      pin,
    });
    for (const { plot, column } of this.#small) {
      plot.draw({ xRange, xWhole: true, series: [{ name: 'value', colour: 'var(--pg-6)', x: steps.epoch, y: steps[column] }] });
    }
    setText(this.#part('verdict'), found?.text ?? 'The curve begins with the first steps.');
    this.#part('verdict').classList.toggle('cv-memorising', Boolean(found?.memorising));
    this.#losses.svg.setAttribute('aria-label', `Training and validation loss over epochs. ${found?.text ?? ''}`);
    this.#read();
  }

  /** @param {number | null} x */
  #move(x) {
    this.#at = x;
    for (const plot of [this.#losses, ...this.#small.map((small) => small.plot)]) plot.cursor(x);
    this.#read();
  }

  /** Write the values at the cursor, or the latest. */
  #read() {
    if (!this.#shown) return;
    const { record: { steps, evals }, smoothed } = this.#shown;
    const at = this.#at;
    const i = at === null ? steps.epoch.length - 1 : nearest(steps.epoch, at);
    const row = at === null ? evals.at(-1) : evals[nearest(evals.map((each) => each.epoch), at)];
    const norm = steps.grad_norm[i];
    const where = i < 0 ? '' : `${at === null ? 'Now' : 'At'} epoch ${epochs(steps.epoch[i])}, step ${whole(steps.step[i])}`;
    const readings = {
      'r-where': where,
      'r-thin': loss(steps.loss[i]),
      'r-smooth': loss(smoothed[i]),
      'r-train': loss(row?.train_loss),
      'r-val': loss(row?.val_loss),
      'v-lr': rate(steps.lr[i]),
      'v-grad': isNumber(norm) ? norm.toFixed(2) : '–',
      'v-speed': whole(steps.tokens_per_s[i]),
    };
    for (const [name, text] of Object.entries(readings)) setText(this.#part(name), text);
  }

  /** @param {string} name */
  #part(name) {
    return part(this.#view, `.cv-${name}`);
  }
}
