// The form that trains a run's weights on another text.

import { part } from '../lib/dom.js';

/** @typedef {{ lr: number | null, epochs: number | null, batch_size: number | null, recompute: boolean }} Tuning */
/** @typedef {{ run: string, text: string, tuning: Tuning, new_name: string }} TuneQuery */

export class Tune {
  #form;
  /** @type {string | null} */ #run = null;

  /** @param {HTMLElement} root @param {(query: TuneQuery) => void} submit */
  constructor(root, submit) {
    this.#form = part(root, '.rt', HTMLFormElement);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#run !== null) submit(this.#query(this.#run));
    });
  }

  /** Show the form for a run. @param {string} run */
  async open(run) {
    this.#run = run;
    this.#form.hidden = false;
    part(this.#form, 'textarea').focus();
    return '';
  }

  /** @param {string} run @returns {TuneQuery} */
  #query(run) {
    const number = (/** @type {string} */ name) => {
      const { valueAsNumber } = part(this.#form, `[name=${name}]`, HTMLInputElement);
      return Number.isFinite(valueAsNumber) ? valueAsNumber : null;
    };
    return {
      run,
      text: part(this.#form, 'textarea', HTMLTextAreaElement).value,
      tuning: {
        lr: number('lr'),
        epochs: number('epochs'),
        batch_size: number('batch_size'),
        recompute: part(this.#form, '[name=recompute]', HTMLInputElement).checked,
      },
      new_name: part(this.#form, '[name=new_name]', HTMLInputElement).value,
    };
  }
}
