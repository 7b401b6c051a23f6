// What the model writes and guesses at one moment of its training: the sample, and the likeliest tokens after the start
// context. A slider below moves the moment.


import { node, part, setText } from '../lib/dom.js';
import { epochs, percent, visible, whole } from '../lib/format.js';

/** @typedef {import('./record.js').RunRecord} RunRecord */
/** @typedef {import('./record.js').Evaluation} Evaluation */
/** @typedef {import('./record.js').Sample} Sample */

const TOKENS = 6;

export class Probe {
  #view;
  #slider;
  #rows;
  #startContext = '';

  /** @param {HTMLElement} view @param {(index: number) => void} onMove  the slider was moved to an evaluation */
  constructor(view, onMove) {
    this.#view = view;
    this.#slider = part(view, '.pb-slider', HTMLInputElement);
    this.#rows = Array.from({ length: TOKENS + 1 }, (_, i) => makeRow(i === TOKENS));
    part(view, '.pb-rows').append(...this.#rows.map(({ line }) => line));
    this.#slider.addEventListener('input', () => onMove(+this.#slider.value));
  }

  /** Show the evaluation `index` of a record. @param {RunRecord} record @param {number} index @param {string} startContext */
  draw({ evals, samples }, index, startContext) {
    const last = Math.max(0, evals.length - 1);
    this.#startContext = startContext;
    this.#slider.max = String(last);
    this.#slider.value = String(index);
    this.#slider.disabled = last === 0;
    setText(part(this.#view, '.pb-context'), startContext);
    /** @type {Evaluation | undefined} */
    const row = evals[index];
    setText(part(this.#view, '.pb-moment'), momentText(row));
    this.#slider.setAttribute('aria-valuetext', momentText(row));
    this.#showTokens(row?.probe ?? []);
    const written = row ? samples.filter((made) => made.step <= row.step).at(-1) : undefined;
    const isLater = row !== undefined && samples.some((made) => made.step > row.step);
    this.#showSample(written, isLater);
  }

  /** @param {[string, number][]} tokens  with their probabilities */
  #showTokens(tokens) {
    let rest = 1;
    for (let i = 0; i < TOKENS; i++) {
      const [token, share] = tokens[i] ?? ['', null];
      rest -= share ?? 0;
      fill(this.#rows[i], visible(token), share);
    }
    fill(this.#rows[TOKENS], tokens.length ? 'all others' : '', tokens.length ? Math.max(0, rest) : null);
  }

  /** @param {Sample | undefined} sample @param {boolean} isLater  whether one was written later */
  #showSample(sample, isLater) {
    setText(part(this.#view, '.pb-when'), sample ? `Written after epoch ${epochs(sample.epoch)}` : 'Nothing written yet');
    const box = part(this.#view, '.pb-sample');
    if (!sample) {
      const text = isLater ? 'The first sample comes later in this run.' : 'The model writes a sample after every epoch.';
      box.replaceChildren(node('span', { class: 'pb-none', text }));
      return;
    }
    const given = sample.text.startsWith(this.#startContext) ? this.#startContext : '';
    box.replaceChildren(node('span', { class: 'pb-given', text: given }), node('span', { text: sample.text.slice(given.length) }));
  }
}

/** @param {Evaluation | undefined} row */
export const momentText = (row) => (row ? `Step ${whole(row.step)}, epoch ${epochs(row.epoch)}` : 'Not yet evaluated');

/** @param {boolean} isRest  whether it is the row of all other tokens */
function makeRow(isRest) {
  const word = node('span', { class: 'pb-word' });
  const bar = node('span', { class: 'pb-bar' });
  const share = node('span', { class: 'pb-share' });
  const line = node('li', { class: isRest ? 'pb-rest' : '' }, word, node('span', { class: 'pb-track' }, bar), share);
  return { line, word, bar, share };
}

/** @param {ReturnType<typeof makeRow>} row @param {string} text @param {number | null} value */
function fill({ word, bar, share }, text, value) {
  setText(word, text);
  bar.style.transform = `scaleX(${value ?? 0})`;
  setText(share, value == null ? '' : percent(value));
}
