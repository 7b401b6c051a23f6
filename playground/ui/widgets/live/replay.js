// Plays a finished training: moves the moment from the first evaluation to the last. For someone who has no run of their
// own yet, the page opens on a replay of the recorded run.

import { setText } from '../lib/dom.js';
import { knownRuns } from '../lib/storage.js';

const DURATION_MS = 12_000;
const FRAME_MS = 40;
const CALM_STOPS = 6; // with reduced motion: few changes, two seconds apart
/** What stops it. */
const TOUCHES = ['pointerdown', 'keydown', 'wheel'];
/** Parameters of the address that say what is to be shown. */
const NAMED = ['moment', 'step', 'lesson', 'lab'];

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

const wantsCalm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Replay {
  #button;
  #move;
  #ended;
  #isCalm;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #count = 0;
  isPlaying = false;

  /**
   * @param {HTMLButtonElement} button
   * @param {(index: number) => void} move
   * @param {() => void} [ended]  called when it has reached the last evaluation, or was stopped
   * @param {() => boolean} [isCalm]  whether the reader wants little motion
   */
  constructor(button, move, ended = () => {}, isCalm = wantsCalm) {
    this.#ended = ended;
    this.#isCalm = isCalm;
    this.#button = button;
    this.#move = move;
    button.addEventListener('click', () => (this.isPlaying ? this.stop() : this.start()));
  }

  /** Offer the replay of a run with so many evaluations, or do not. @param {boolean} isFinished @param {number} count */
  draw(isFinished, count) {
    this.#count = count;
    const isOffered = isFinished && count > 1;
    this.#button.classList.toggle('lv-away', !isOffered);
    if (!isOffered) this.stop();
  }

  stop() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    clearTimeout(this.#timer);
    setText(this.#button, 'Replay');
    for (const kind of TOUCHES) document.removeEventListener(kind, this.#onTouch, true);
    this.#ended();
  }

  /** Play once from the first evaluation to the last, until the reader touches anything. */
  start() {
    if (this.isPlaying || this.#count < 2) return;
    this.isPlaying = true;
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

/**
 * Whether the page opens on a replay.
 * @param {object} opened
 * @param {string} opened.run  the run that the page opens on
 * @param {string} opened.recorded  name of the run that comes with the page
 * @param {string[]} opened.known  the runs that this browser has opened
 * @param {string} opened.address
 * @param {boolean} opened.isCalm  whether the reader wants little motion
 */
export function opensOnReplay({ run, recorded, known, address, isCalm }) {
  const named = new URL(address).searchParams;
  const isOnTrain = (named.get('tab') ?? 'train') === 'train';
  return !isCalm && run === recorded && known.every((name) => name === recorded) && isOnTrain && !NAMED.some((name) => named.has(name));
}

/** Keeps whether the run that the page opens on is still to be replayed; a reader who touches the page has taken over. */
export class Opening {
  #recorded;
  #isFirst = true;
  #isDue = false;

  /** @param {string} recorded  name of the run that comes with the page */
  constructor(recorded) {
    this.#recorded = recorded;
    const touched = () => { this.#isFirst = this.#isDue = false; };
    for (const kind of TOUCHES) document.addEventListener(kind, touched, { capture: true, once: true });
  }

  /** A run is shown; '' for none. @param {string} run */
  open(run) {
    this.#isDue = this.#isFirst
      && opensOnReplay({ run, recorded: this.#recorded, known: knownRuns(), address: location.href, isCalm: wantsCalm() });
    if (run) this.#isFirst = false;
  }

  /** Whether the replay is to start now; it is due once. */
  take() {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }
}
