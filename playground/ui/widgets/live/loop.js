// The strip of the eight parts of the training loop: what each last came to, and which one was just at work.

import { part, parts, setText } from '../lib/dom.js';
import { loopTexts } from './readings.js';

/** @typedef {import('./readings.js').LoopPart} LoopPart */

/** Those that every step goes through. @type {LoopPart[]} */
const EACH_STEP = ['epoch', 'batch', 'zero', 'loss', 'backward', 'update'];

export class Loop {
  /** @type {Map<string, HTMLElement>} */ #items;

  /** @param {HTMLElement} view */
  constructor(view) {
    const items = parts(view, '.lv-loop li');
    const help = part(view, '.lv-help');
    const usual = help.textContent ?? '';
    this.#items = new Map(items.map((item) => [item.dataset.part ?? '', item]));
    for (const item of items) {
      for (const kind of ['pointerenter', 'focus']) item.addEventListener(kind, () => setText(help, item.dataset.help ?? ''));
      for (const kind of ['pointerleave', 'blur']) item.addEventListener(kind, () => setText(help, usual));
    }
  }

  /** @param {import('./record.js').RunRecord} record @param {number | undefined} plannedEpochs */
  draw(record, plannedEpochs) {
    for (const [name, text] of Object.entries(loopTexts(record, plannedEpochs))) setText(part(this.#item(name), 'b'), text);
  }

  /** Light up one part. @param {LoopPart} name */
  blink(name) {
    const item = this.#item(name);
    item.classList.remove('lv-on');
    void item.offsetWidth; // restarts the animation
    item.classList.add('lv-on');
  }

  /** After a single step: light up its parts in turn. */
  walk() {
    for (const [i, name] of EACH_STEP.entries()) setTimeout(() => this.blink(name), 140 * i);
  }

  /** @param {string} name */
  #item(name) {
    return /** @type {HTMLElement} */ (this.#items.get(name));
  }
}
