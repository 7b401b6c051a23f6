// The state of a run, the buttons that change it, and the learning rate.

import { part, setText } from '../lib/dom.js';
import { mainAction, stateText } from './status.js';

/** @typedef {import('./status.js').Status} Status */

export class Controls {
  #view;
  #rate;
  #isTyped = false; // a learning rate that the user typed stays until it is taken
  #main;
  #step;
  #stop;
  #change;

  /**
   * @param {HTMLElement} view
   * @param {(action: string) => void} act  called when a button is pressed
   */
  constructor(view, act) {
    const button = (/** @type {string} */ action) => part(view, `[data-action=${action}]`, HTMLButtonElement);
    this.#view = view;
    this.#rate = part(view, '.lv-lr-value', HTMLInputElement);
    this.#main = button('pause');
    this.#step = button('step');
    this.#stop = button('stop');
    this.#change = button('set_lr');
    for (const each of [this.#main, this.#step, this.#stop, this.#change]) {
      each.addEventListener('click', () => act(each.dataset.action ?? ''));
    }
    this.#rate.addEventListener('input', () => { this.#isTyped = true; });
    this.#rate.addEventListener('keydown', (event) => event.key === 'Enter' && act('set_lr'));
  }

  /** What is in the field of the learning rate; NaN for an empty one. */
  get learningRate() {
    return this.#rate.valueAsNumber;
  }

  /** The typed learning rate is in force: show from now on what the run reports. */
  learningRateTaken() {
    this.#isTyped = false;
  }

  /** Say what the state is, apart from what the run reports. @param {string} text */
  sayState(text) {
    setText(part(this.#view, '.lv-state-text'), text);
  }

  /** @param {Status} status */
  draw(status) {
    const { state, live, may_control = true, has_text = true } = status;
    const isOthers = live && !may_control;
    this.#view.dataset.state = state;
    this.sayState(stateText(status));
    const { action, label, title } = mainAction(state);
    this.#main.dataset.action = action;
    this.#main.title = title;
    setText(this.#main, label);
    this.#main.disabled = state === 'queued' || isOthers || !has_text;
    this.#step.disabled = state !== 'paused' || isOthers;
    this.#stop.disabled = !live || isOthers;
    this.#change.disabled = this.#rate.disabled = !live || state === 'queued' || isOthers;
  }

  /** @param {number} lr @param {boolean} isScheduled */
  drawLearningRate(lr, isScheduled) {
    if (document.activeElement !== this.#rate && !this.#isTyped) this.#rate.value = String(+lr.toPrecision(6) || '');
    setText(part(this.#view, '.lv-lr-label'), isScheduled ? 'Peak learning rate' : 'Learning rate');
  }
}
