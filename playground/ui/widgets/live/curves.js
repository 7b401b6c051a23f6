// The curves of one training: both losses over epochs with tokens seen on top, and three small plots beneath.
// All share one cursor; its values are read in the line above, which keeps its place. The chart of the losses is also the
// slider for the moment that the prose shows.

import { part, setAttributes, setText } from '../lib/dom.js';
import { epochs, isNumber, loss, rate, short, whole } from '../lib/format.js';
import { Plot } from '../lib/plot/plot.js';
import { horizon, nearest } from '../lib/plot/scale.js';
import { exponentialMean, keepOverSteps } from '../lib/plot/smoothing.js';
import { blindGuessing } from './blind.js';
import { verdict } from './verdict.js';

/** @typedef {import('./record.js').RunRecord} RunRecord */

/**
 * How the user moves the moment on the chart.
 * @typedef {object} Moved
 * @property {(epoch: number) => void} pick  pressed or dragged at an epoch
 * @property {(key: string) => boolean} key  pressed a key; false if it moves nothing
 */

/**
 * What the record does not say.
 * @typedef {object} Planned
 * @property {number} [epochs]
 * @property {number | null} pin  the epoch of the moment; null while it follows the newest
 * @property {boolean} [isPlaying]  whether it is being replayed: what comes later is faint
 * @property {number | null} [vocabularySize]
 */

const TRAIN = 'var(--pg-1)';
const VAL = 'var(--pg-2)';
/** The legend of the losses; their series have the same names. @type {import('../saving/svg_file.js').Key[]} */
const KEYS = [
  { text: 'training', colour: TRAIN, kind: 'bold' },
  { text: 'validation', colour: VAL, kind: 'dash' },
  { text: 'each batch', colour: TRAIN, kind: 'thin' },
  { text: 'smoothed', colour: TRAIN, kind: 'faint' },
];
const SMALL = /** @type {const} */ ([['lr', 'lr'], ['grad', 'grad_norm'], ['speed', 'tokens_per_s']]);

export class Curves {
  #view;
  #losses;
  #small;
  /** @type {{ record: RunRecord, smoothed: (number | null)[] } | null} */ #shown = null;
  /** Where the cursor is. @type {number | null} */ #at = null;
  /** @type {number | null} */ #pin = null;
  #verdict = '';
  /** Why blind guessing costs what it does, while that is asked for. */ #isWhyShown = false;
  /** @type {ReturnType<typeof blindGuessing>} */ #blind = null;

  /** @param {HTMLElement} view  holds the figure `.cv` @param {Moved} moved */
  constructor(view, moved) {
    this.#view = view;
    const onCursor = (/** @type {number | null} */ x) => this.#move(x);
    this.#losses = new Plot(this.#part('losses'), {
      label: 'Training and validation loss over epochs',
      height: () => 288,
      yFormat: String,
      xTitle: 'Epochs',
      yTitle: 'Loss',
      fromZero: true,
      onCursor,
      onPick: moved.pick,
      onKey: moved.key,
    });
    setAttributes(this.#losses.svg, { role: 'slider', 'aria-valuemin': 0, 'aria-valuemax': 0, 'aria-valuenow': 0 });
    const blindKey = this.#part('key-blind');
    for (const kind of ['pointerenter', 'focus', 'click']) blindKey.addEventListener(kind, () => this.#showWhy(true));
    for (const kind of ['pointerleave', 'blur']) blindKey.addEventListener(kind, () => this.#showWhy(false));
    this.#small = SMALL.map(([name, column]) => {
      const host = this.#part(name);
      const yFormat = name === 'lr' ? rate : short;
      const settings = { label: host.dataset.label ?? '', height: () => 92, yFormat, small: true, fromZero: true, onCursor };
      return { column, plot: new Plot(host, settings) };
    });
  }

  /** @param {RunRecord} record @param {Planned} about */
  draw(record, { epochs: planned, pin, isPlaying, vocabularySize }) {
    const { steps, evals, session } = record;
    /** @type {[number, number]} */
    const xRange = [0, horizon(planned || 1, steps.epoch.at(-1) ?? 0)];
    const found = verdict(evals);
    const memory = Math.min(50, Math.max(3, (session?.total_steps ?? 0) / 40));
    const smoothed = exponentialMean(steps.loss, keepOverSteps(steps.step, memory));
    const evalX = evals.map((row) => row.epoch);
    this.#shown = { record, smoothed };
    this.#pin = pin;
    this.#blind = blindGuessing(vocabularySize);
    this.#losses.draw({
      xRange,
      xWhole: xRange[1] >= 2,
      top: { title: 'Tokens seen', per: session ? session.tokens_per_step * session.steps_per_epoch : 0 },
      series: [
        { name: 'each batch', kind: 'thin', colour: TRAIN, x: steps.epoch, y: steps.loss },
        { name: 'smoothed', kind: 'faint', colour: TRAIN, x: steps.epoch, y: smoothed },
        { name: 'training', kind: 'bold', colour: TRAIN, x: evalX, y: evals.map((row) => row.train_loss) },
        { name: 'validation', kind: 'dash', colour: VAL, x: evalX, y: evals.map((row) => row.val_loss) },
      ],
      marks: found
        ? [{ x: found.best.epoch, y: found.best.val_loss, colour: VAL, title: `Best validation loss: ${loss(found.best.val_loss)}` }]
        : [],
      pin,
      isVeiled: isPlaying,
      levels: this.#blind ? [this.#blind] : [],
    });
    for (const { plot, column } of this.#small) {
      plot.draw({ xRange, xWhole: true, series: [{ name: 'value', colour: 'var(--pg-6)', x: steps.epoch, y: steps[column] }] });
    }
    this.#part('key-blind').classList.toggle('lv-away', !this.#blind);
    this.#verdict = found?.text ?? 'The curve begins with the first steps.';
    this.#part('verdict').classList.toggle('cv-memorising', Boolean(found?.memorising));
    this.#showWhy(this.#isWhyShown);
    this.#losses.svg.setAttribute('aria-label', `Training and validation loss over epochs. ${found?.text ?? ''}`);
    this.#read();
  }

  /**
   * Mark the moment.
   * @param {number | null} pin  its epoch; null while it follows the newest
   * @param {boolean} [isPlaying]  whether it is being replayed: what comes later is faint
   */
  mark(pin, isPlaying = false) {
    this.#pin = pin;
    this.#losses.pin(pin, isPlaying);
    this.#read();
  }

  /** Say for a screen reader which of the evaluations the moment is. @param {number} index @param {number} count @param {string} text */
  sayMoment(index, count, text) {
    setAttributes(this.#losses.svg, { 'aria-valuemax': Math.max(0, count - 1), 'aria-valuenow': index, 'aria-valuetext': text });
  }

  /** The chart with its legend and its sentence, to be saved. @param {string} title @returns {import('../saving/svg_file.js').Drawing} */
  drawing(title) {
    return { svg: this.#losses.svg, title, sentence: this.#verdict, keys: KEYS };
  }

  /** Below the chart: the verdict, or why blind guessing costs what it does. @param {boolean} isShown */
  #showWhy(isShown) {
    this.#isWhyShown = isShown;
    setText(this.#part('verdict'), (isShown && this.#blind?.why) || this.#verdict);
  }

  /** @param {number | null} x */
  #move(x) {
    this.#at = x;
    for (const plot of [this.#losses, ...this.#small.map((small) => small.plot)]) plot.cursor(x);
    this.#read();
  }

  /** Write the values at the cursor, or else at the moment that is marked, or the latest. */
  #read() {
    if (!this.#shown) return;
    const { record: { steps, evals }, smoothed } = this.#shown;
    const at = this.#at ?? this.#pin;
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
