// The form of What if?: one setting of a run, its value there, another value, and from where to train with it.

import { node, part, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';
import { NO_ANSWER } from '../lib/host.js';

/** @typedef {string | number | boolean | null} Value */

/**
 * A setting that can be changed. `choices`: values and labels; null: it is typed. `from_step`: whether it may also change
 * at a step of the run.
 * @typedef {object} Offer
 * @property {string} name
 * @property {string} label
 * @property {string} help
 * @property {Value} value  in the run
 * @property {Value} suggested
 * @property {[Value, string][] | null} choices
 * @property {boolean} is_whole
 * @property {boolean} from_step
 */

/** @typedef {{ run: string, setting: string, value: Value, step: number | 'start', new_name: string }} WhatIfQuery */

export class WhatIf {
  #form;
  #detail;
  /** @type {string | null} */ #run = null;
  /** @type {Offer[]} */ #offers = [];
  /** @type {import('./fork.js').Detail['checkpoints']} */ #checkpoints = [];

  /**
   * @param {HTMLElement} root
   * @param {(query: { run: string }) => Promise<import('../lib/host.js').Reply<import('./fork.js').Detail>>} detail  asks the server
   * @param {(query: WhatIfQuery) => void} submit
   */
  constructor(root, detail, submit) {
    this.#form = part(root, '.rw', HTMLFormElement);
    this.#detail = detail;
    this.#setting.addEventListener('change', () => this.#showSetting());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (this.#run !== null) submit(this.#query(this.#run));
    });
  }

  /** Show the form for a run; answers with a sentence if that is not possible, else with ''. @param {string} run */
  async open(run) {
    this.#run = run;
    const found = await this.#detail({ run });
    if (found.error !== undefined) return found.error;
    if (this.#run !== run) return NO_ANSWER;
    this.#offers = found.what_if;
    this.#checkpoints = found.checkpoints;
    this.#setting.replaceChildren(...found.what_if.map(({ name, label }) => node('option', { value: name, text: label })));
    part(this.#form, '[name=new_name]', HTMLInputElement).value = '';
    this.#showSetting();
    this.#form.hidden = false;
    this.#setting.focus({ preventScroll: true });
    this.#form.scrollIntoView({ block: 'nearest' });
    return '';
  }

  close() {
    this.#form.hidden = true;
  }

  get #setting() {
    return part(this.#form, '[name=setting]', HTMLSelectElement);
  }

  get #offer() {
    return this.#offers[this.#setting.selectedIndex];
  }

  /** Show the chosen setting: its value in the run, a field for another one, and from where it can be changed. */
  #showSetting() {
    const offer = this.#offer;
    setText(part(this.#form, '.rw-old'), saidValue(offer, offer.value));
    setText(part(this.#form, '.rw-help'), offer.help);
    part(this.#form, '.rw-value').replaceChildren(fieldOf(offer));
    const from = part(this.#form, '[name=from]', HTMLSelectElement);
    const steps = offer.from_step ? [...this.#checkpoints].reverse() : [];
    from.replaceChildren(
      node('option', { value: 'start', text: 'the start' }),
      ...steps.map(({ step, best, last }) => {
        const marks = [last && 'last', best && 'best'].filter(Boolean).join(', ');
        return node('option', { value: step, text: `step ${whole(step)}${marks ? ` (${marks})` : ''}` });
      }),
    );
  }

  /** @param {string} run @returns {WhatIfQuery} */
  #query(run) {
    const field = part(this.#form, '[name=value]');
    const from = part(this.#form, '[name=from]', HTMLSelectElement).value;
    return {
      run,
      setting: this.#offer.name,
      value: typedValue(this.#offer, /** @type {HTMLInputElement | HTMLSelectElement} */ (field)),
      step: from === 'start' ? from : +from,
      new_name: part(this.#form, '[name=new_name]', HTMLInputElement).value,
    };
  }
}

/** A value as it is read. @param {Offer} offer @param {Value} value */
export function saidValue({ choices }, value) {
  if (value === null || value === '') return 'none';
  return choices?.find(([each]) => each === value)?.[1] ?? String(value);
}

/** The field for another value, with what is suggested in it. @param {Offer} offer */
function fieldOf({ choices, value, suggested, is_whole }) {
  if (choices) {
    const options = choices.flatMap(([each, text], i) => (each === value ? [] : [node('option', { value: i, text, selected: each === suggested })]));
    return node('select', { name: 'value' }, ...options);
  }
  return node('input', { name: 'value', type: 'number', step: is_whole ? '1' : 'any', value: suggested === null ? '' : String(suggested) });
}

/** What was typed or chosen; an empty field is null. @param {Offer} offer @param {HTMLInputElement | HTMLSelectElement} field @returns {Value} */
function typedValue({ choices }, field) {
  if (choices) return choices[+field.value][0];
  const typed = /** @type {HTMLInputElement} */ (field).valueAsNumber;
  return Number.isFinite(typed) ? typed : null;
}
