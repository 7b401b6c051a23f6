// Plays a finished training: moves the moment from the first evaluation to the last.

import { setText } from '../lib/dom.js';

const DURATION_MS = 12_000;
const FRAME_MS = 40;
const CALM_STOPS = 6; // with reduced motion: few changes, two seconds apart

/**
 * The evaluation to show some time after the start.
 * @param {number} elapsed_ms
 * @param {number} count  of the evaluations
 * @param {boolean} isCalm  whether the reader wants little motion
 */
export function replayIndex(elapsed_ms, count, isCalm) {
  const share = Math.min(1, Math.max(0, elapsed_ms / DURATION_MS));
  const stepped = isCalm ? Math.floor(share * CALM_STOPS) / CALM_STOPS : share;
  return Math.round(stepped * Math.max(0, count - 1));
}

export class Replay {
  #button;
  #move;
  #isCalm;
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;
  #count = 0;

  /**
   * @param {HTMLButtonElement} button
   * @param {(index: number) => void} move
   * @param {() => boolean} isCalm  whether the reader wants little motion
   */
  constructor(button, move, isCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches) {
    this.#isCalm = isCalm;
    this.#button = button;
    this.#move = move;
    button.addEventListener('click', () => (this.#timer === null ? this.#start() : this.stop()));
  }

  /** Offer the replay of a run with so many evaluations, or do not. @param {boolean} isFinished @param {number} count */
  draw(isFinished, count) {
    this.#count = count;
    const isOffered = isFinished && count > 1;
    this.#button.classList.toggle('lv-away', !isOffered);
    if (!isOffered) this.stop();
  }

  stop() {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    setText(this.#button, 'Replay');
    for (const kind of TOUCHES) document.removeEventListener(kind, this.#onTouch, true);
  }

  #start() {
    const isCalm = this.#isCalm();
    const start_ms = performance.now();
    let shown = -1;
    const turn = (elapsed_ms = performance.now() - start_ms) => {
      if (!this.#button.isConnected) return this.stop();
      const index = replayIndex(elapsed_ms, this.#count, isCalm);
      if (index !== shown) this.#move(index);
      shown = index;
      if (index >= this.#count - 1) this.stop();
      else this.#timer = setTimeout(() => turn(), FRAME_MS);
    };
    setText(this.#button, 'Stop replay');
    for (const kind of TOUCHES) document.addEventListener(kind, this.#onTouch, true);
    turn(0); // the first evaluation is shown even where this line is reached late
  }

  #onTouch = (/** @type {Event} */ { target }) => {
    if (target !== this.#button) this.stop(); // the button's own click stops it
  };
}

const TOUCHES = ['pointerdown', 'keydown', 'wheel'];
