// The form of a fork: from which checkpoint, and with which settings from there on.

import { node, part } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { NO_ANSWER } from '../lib/host.js';

/** @typedef {string | number | null} Setting */

/**
 * The server's answer about a run at a checkpoint.
 * @typedef {object} Detail
 * @property {string} run
 * @property {number} step
 * @property {{ step: number, best: boolean, last: boolean }[]} checkpoints  oldest first
 * @property {Record<string, Setting>} settings  those that a fork may change, as they are at the checkpoint
 * @property {import('./what_if.js').Offer[]} what_if  those that What if? may change
 */

/** @typedef {{ run: string, step: number, settings: Record<string, Setting>, new_name: string }} ForkQuery */

export class Fork {
  #form;
  #detail;
  /** @type {string | null} */ #run = null;
  /** What the fields were filled with: one that differs from it was typed over. @type {Record<string, string>} */ #filled = {};
  /** The question about the checkpoint that was chosen last. @type {Promise<void>} */ #asked = Promise.resolve();

  /**
   * @param {HTMLElement} root
   * @param {(query: { run: string, step?: number }) => Promise<import('../lib/host.js').Reply<Detail>>} detail  asks the server
   * @param {(query: ForkQuery) => void} submit
   */
  constructor(root, detail, submit) {
    this.#form = part(root, '.rk', HTMLFormElement);
    this.#detail = detail;
    this.#field('step').addEventListener('change', () => { this.#asked = this.#askAgain(); });
    this.#form.addEventListener('submit', async (event) => {
      event.preventDefault();
      await this.#asked; // the settings of the checkpoint that was chosen last
      if (this.#run !== null) submit(this.#query(this.#run));
    });
  }

  /** Show the form for a run; answers with a sentence if that is not possible, else with ''. @param {string} run */
  async open(run) {
    this.#run = run;
    const found = await this.#detail({ run });
    if (found.error !== undefined) return found.error;
    if (this.#run !== run) return NO_ANSWER;
    if (!found.checkpoints.length) return `${run} has no checkpoint to fork from yet.`;
    this.#offerCheckpoints(found.checkpoints);
    this.#filled = {};
    this.#fill(found);
    this.#field('new_name').value = '';
    this.#form.hidden = false;
    this.#field('lr').focus();
    return '';
  }

  close() {
    this.#form.hidden = true;
  }

  /** @param {Detail['checkpoints']} checkpoints */
  #offerCheckpoints(checkpoints) {
    this.#field('step').replaceChildren(...[...checkpoints].reverse().map(({ step, best, last }) => {
      const marks = [last && 'last', best && 'best'].filter(Boolean).join(', ');
      return node('option', { value: step, text: `step ${whole(step)}${marks ? ` (${marks})` : ''}` });
    }));
  }

  /** Show a checkpoint and its settings; a setting that was typed over stays. @param {Detail} found */
  #fill({ run, step, settings }) {
    this.#field('step').value = String(step);
    for (const [name, setting] of Object.entries(settings)) {
      const field = this.#field(name);
      if (!(name in this.#filled) || field.value === this.#filled[name]) field.value = String(setting);
      this.#filled[name] = String(setting);
    }
    /** @type {HTMLInputElement} */ (this.#field('new_name')).placeholder = `${run}-from-${step}`;
  }

  async #askAgain() {
    const run = this.#run;
    const step = +this.#field('step').value;
    if (run === null) return;
    const found = await this.#detail({ run, step });
    if (found.error === undefined && run === this.#run && step === +this.#field('step').value) this.#fill(found);
  }

  /** @param {string} run @returns {ForkQuery} */
  #query(run) {
    const settings = Object.fromEntries(Object.keys(this.#filled).map((name) => {
      const field = this.#field(name);
      return [name, field instanceof HTMLInputElement ? finiteOrNull(field.valueAsNumber) : field.value];
    }));
    return { run, step: +this.#field('step').value, settings, new_name: this.#field('new_name').value };
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement | HTMLSelectElement} */ (this.#form.elements.namedItem(name));
  }
}

/** @param {number} value */
const finiteOrNull = (value) => (Number.isFinite(value) ? value : null);
