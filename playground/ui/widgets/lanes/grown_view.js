// The model as it grew: the lanes are steps of a run, and a slider shows any of them in large letters. All of them are
// in the browser already, so the server is not asked when it moves.

import { node, part, setText } from '../lib/dom.js';
import { whole } from '../lib/format.js';

/** @typedef {import('./lane_log.js').Lane} Lane */

/**
 * What the view draws with.
 * @typedef {object} Drawing
 * @property {(token: import('./lane_log.js').Token) => Node} token
 * @property {(lane: Lane) => Node[]} scores
 * @property {(lane: Lane) => void} chosen  called when the slider stands at another lane
 */

export class GrownView {
  #root;
  #slider;
  #text;
  #drawing;
  /** @type {Lane[]} */
  #lanes = [];
  #prompt = '';
  /** Whether the slider follows what is being written: until the reader moves it. */
  #follows = true;
  /** The lane in the large text, and how many of its tokens are drawn. */
  #shown = { lane: /** @type {Lane | null} */ (null), count: 0 };

  /** @param {HTMLElement} root @param {Drawing} drawing */
  constructor(root, drawing) {
    this.#root = root;
    this.#slider = part(root, 'input', HTMLInputElement);
    this.#text = part(root, '.grown-text');
    this.#drawing = drawing;
    this.#slider.addEventListener('input', () => {
      this.#follows = false;
      this.draw();
    });
  }

  /** Lay the slider out for new lanes; hide it for an empty list. @param {Lane[]} lanes @param {string} prompt */
  begin(lanes, prompt) {
    [this.#lanes, this.#prompt, this.#follows] = [lanes, prompt, true];
    this.#shown = { lane: null, count: 0 };
    this.#root.hidden = !lanes.length;
    if (!lanes.length) return;
    const last = lanes.length - 1;
    Object.assign(this.#slider, { min: 0, max: last, value: 0, disabled: last === 0 });
    const ticks = lanes.map(({ step }, number) =>
      node('span', { style: `--at: ${last ? number / last : 0}`, text: whole(step) }),
    );
    part(this.#root, '.grown-ticks').replaceChildren(...ticks);
  }

  /** Show the text of the chosen step, or what was added to it. */
  draw() {
    if (!this.#lanes.length) return;
    if (this.#follows) this.#slider.value = String(this.#lanes.findLastIndex((lane) => lane.tokens.length || lane.old));
    const lane = this.#lanes[Number(this.#slider.value)];
    if (lane !== this.#shown.lane) this.#change(lane);
    this.#text.append(...lane.tokens.slice(this.#shown.count).map(this.#drawing.token));
    this.#shown.count = lane.tokens.length;
    part(this.#root, '.lane-score').replaceChildren(...this.#drawing.scores(lane));
  }

  /** @param {Lane} lane */
  #change(lane) {
    this.#shown = { lane, count: 0 };
    this.#text.replaceChildren(node('span', { class: 'grown-prompt', text: this.#prompt }), lane.old);
    setText(part(this.#root, 'h3'), lane.title);
    setText(part(this.#root, '.lane-note'), lane.note);
    this.#slider.setAttribute('aria-valuetext', lane.title);
    this.#drawing.chosen(lane);
  }
}
