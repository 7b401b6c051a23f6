// One passage: its text at the chosen step, its sentence, and its picture of tokens × steps.

import { node, onResize, part, setText } from '../lib/dom.js';
import { StripView } from '../token_strip/strip_view.js';
import { cellAt, drawHeat } from './heat.js';
import { learnedSentence, shadesOf, tokensAt } from './history.js';

/** @typedef {import('./history.js').History} History */

/**
 * @typedef {object} Actions
 * @property {(view: PartView, at: number) => void} open  a token was chosen
 * @property {(index: number) => void} move  a step was chosen
 */

export class PartView {
  #root;
  #strip;
  #canvas;
  #actions;
  /** @type {number[][]} */ #shades = [];
  #index = 0;
  #at = -1;

  /** @param {string} title @param {History} history @param {Actions} actions */
  constructor(title, history, actions) {
    this.history = history;
    this.#actions = actions;
    this.#root = node('div', { class: 'le-part' },
      node('h4', { text: title }),
      node('p', { class: 'le-sentence' }),
      node('div', { class: 'le-text written', role: 'listbox', 'aria-label': title }),
      node('canvas', { class: 'le-heat', role: 'img', 'aria-label': `${title}: surprise of each token at each step` }));
    this.#strip = new StripView(part(this.#root, '.le-text'), {
      open: (i) => actions.open(this, i), walk: (i) => actions.open(this, i), close: () => actions.open(this, -1), point: () => {},
    });
    this.#canvas = part(this.#root, 'canvas', HTMLCanvasElement);
    this.#canvas.addEventListener('click', (event) => this.#press(event));
    this.#shades = shadesOf(history);
  }

  /** Put it on the page. @param {HTMLElement} host */
  show(host) {
    host.append(this.#root);
    onResize(this.#canvas, () => this.#drawHeat());
  }

  /** @param {number} index  of the step @param {number} at  the open token, or -1 @param {number} mark */
  draw(index, at, mark) {
    [this.#index, this.#at] = [index, at];
    const tokens = /** @type {any} */ (tokensAt(this.history, index));
    this.#strip.show(tokens, { look: { measure: 'surprise', spaces: false }, busy: false, anew: true });
    this.#strip.select(at);
    setText(part(this.#root, '.le-sentence'), learnedSentence(this.history, mark));
    this.#drawHeat();
  }

  #drawHeat() {
    drawHeat(this.#canvas, this.#shades, { row: this.#index, column: this.#at - 1 });
  }

  /** @param {MouseEvent} event */
  #press(event) {
    const picture = { width: this.#canvas.clientWidth, rows: this.#shades.length, columns: this.#shades[0].length };
    const { row, column } = cellAt(event, picture);
    this.#actions.move(row);
    this.#actions.open(this, column + 1);
  }
}
