// What the model writes and guesses at one moment of its training: the sample, and the likeliest tokens after the start
// context. A slider below moves the moment.


import { node, part, setText } from '../lib/dom.js';
import { epochs, percent, plural, visible, whole } from '../lib/format.js';
import { splitPieces } from '../lib/recited.js';

/** @typedef {import('./record.js').RunRecord} RunRecord */
/** @typedef {import('./record.js').Evaluation} Evaluation */
/** @typedef {import('./record.js').Sample} Sample */
/** @typedef {import('../lib/recited.js').Piece} Piece */
/** @typedef {import('../lib/recited.js').Source} Source */

/** The passages of the recited pieces that are shown. @type {WeakMap<Element, Source>} */
const sources = new WeakMap();

const TOKENS = 8;

export class Probe {
  #view;
  #slider;
  #rows;
  #startContext = '';
  #piecesOf;
  /** The pieces that are shown, so that they are not made again. */ #shown = '';

  /**
   * @param {HTMLElement} view
   * @param {(index: number) => void} onMove  the slider was moved to an evaluation
   * @param {(text: string) => Piece[] | null} [piecesOf]  the pieces of a sample, where they are known
   */
  constructor(view, onMove, piecesOf = () => null) {
    this.#view = view;
    this.#piecesOf = piecesOf;
    const box = part(view, '.pb-sample');
    for (const kind of ['mouseover', 'focusin', 'click']) box.addEventListener(kind, (event) => this.#showSource(event.target));
    for (const kind of ['mouseleave', 'focusout']) box.addEventListener(kind, () => this.#showSource(null));
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#showSource(null);
    });
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
    const pieces = sample && (this.#piecesOf(sample.text) ?? [{ text: sample.text, source: null }]);
    const shown = JSON.stringify([pieces ?? isLater, this.#startContext]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#showSource(null);
    part(this.#view, '.pb-legend').classList.toggle('lv-away', !pieces?.some(({ source }) => source));
    if (!sample || !pieces) {
      const text = isLater ? 'The first sample comes later in this run.' : 'The model writes a sample after every epoch.';
      box.replaceChildren(node('span', { class: 'pb-none', text }));
      return;
    }
    const given = sample.text.startsWith(this.#startContext) ? this.#startContext.length : 0;
    const [before, written] = splitPieces(pieces, given);
    box.replaceChildren(
      node('span', { class: 'pb-given' }, ...before.map(pieceNode)),
      node('span', {}, ...written.map(pieceNode)),
    );
  }

  /** Show where a recited piece stands in the training text. @param {EventTarget | null} target */
  #showSource(target) {
    const source = target instanceof Element ? sources.get(target) : undefined;
    const card = part(this.#view, '.pb-source');
    card.hidden = !source;
    if (!source) return;
    setText(part(card, '.pb-source-head'), `${plural(source.tokens, 'token')} that stand in the training text:`);
    setText(part(card, '.pb-source-before'), `… ${source.before}`);
    setText(part(card, '.pb-source-text'), source.text);
    setText(part(card, '.pb-source-after'), `${source.after} …`);
  }
}

/** A recited piece can be pointed at, tapped and reached by keyboard. @param {Piece} piece */
function pieceNode({ text, source }) {
  if (!source) return document.createTextNode(text);
  const made = node('u', { class: 'pb-recited', tabindex: 0, 'aria-describedby': 'pb-source', text });
  sources.set(made, source);
  return made;
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
