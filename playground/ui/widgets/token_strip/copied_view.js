// The memorisation meter: how much of the text was copied, from a length that a slider sets.

import { part, setText } from '../lib/dom.js';
import { formatProbability } from '../lib/shades.js';
import { copiedShare, lossSentence, spansOf } from './copied.js';

/** @typedef {import('./copied.js').Span} Span */
/** @typedef {import('./token_log.js').Branch} Branch */

export class CopiedView {
  #root;
  #slider;
  /** @type {Span[]} */
  #spans = [];

  /** @param {HTMLElement} root @param {() => void} changed  called when the slider moved */
  constructor(root, changed) {
    this.#root = root;
    this.#slider = part(root, '.copied-least', HTMLInputElement);
    this.#slider.addEventListener('input', changed);
  }

  /** The spans of at least the chosen length in the branch shown last. */
  get spans() {
    return this.#spans;
  }

  /** @param {Branch | undefined} branch */
  show(branch) {
    const copied = branch?.copied;
    const least = this.#slider.value;
    this.#spans = spansOf(copied, Number(least));
    this.#root.hidden = !copied;
    if (!branch || !copied) return;
    const write = (/** @type {string} */ name, /** @type {string} */ text) =>
      setText(part(this.#root, `.copied-${name}`), text);
    const share = (/** @type {import('./copied.js').Part} */ of) =>
      formatProbability(copiedShare(branch.tokens, this.#spans, of));
    write('length', least);
    write('train-share', share('train'));
    write('val-share', share('val'));
    write('gap', lossSentence(copied));
  }
}
