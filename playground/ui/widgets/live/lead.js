// What leads from a run to the next thing: to a training of one's own, or to another tab with this run.

import { part, parts, setText } from '../lib/dom.js';
import { openDrawer } from '../lib/drawer.js';
import { getParameter, goTo, setParameter } from '../lib/place.js';
import { readingText, trainLabel } from './status.js';

/** @typedef {import('./status.js').Status} Status */
/** @typedef {import('./status.js').About} About */
/** @typedef {import('./record.js').Session} Session */

/** Which tab each way leads to. @type {Record<string, string>} */
const WAYS = { decode: 'decoding', write: 'generate', evaluate: 'evaluate', compare: 'runs', whatif: 'runs' };

export class Lead {
  #view;
  #recorded;
  #trigger;
  #run = '';

  /**
   * @param {HTMLElement} view
   * @param {string} recorded  name of the run that comes with the page
   * @param {(event: string) => void} trigger
   */
  constructor(view, recorded, trigger) {
    this.#view = view;
    this.#recorded = recorded;
    this.#trigger = trigger;
    for (const way of parts(view, '[data-way]', HTMLButtonElement)) {
      way.addEventListener('click', () => this.#go(way.dataset.way ?? ''));
    }
    for (const button of parts(view, '[data-drawer]', HTMLButtonElement)) {
      button.addEventListener('click', () => openDrawer(button.dataset.drawer === 'text' ? 'text' : 'train'));
    }
  }

  /** Another run is shown, of which nothing is known yet. @param {string} run */
  open(run) {
    this.#run = run;
    part(this.#view, '.lv-recorded').hidden = run !== this.#recorded;
    setText(part(this.#view, '.lv-read'), '');
  }

  /**
   * @param {Status} status
   * @param {About | null} about
   * @param {Session | null} session
   * @param {boolean} isFinished  whether there is something to lead on with
   */
  draw(status, about, session, isFinished) {
    setText(part(this.#view, '.lv-read'), readingText(about, session, status));
    setText(part(this.#view, '.lv-recorded [data-drawer=train]'), trainLabel(status));
    part(this.#view, '.lv-ways').classList.toggle('lv-away', !isFinished);
  }

  /** @param {string} way */
  #go(way) {
    if (way === 'decode') this.#trigger('decode');
    goTo({ tab: WAYS[way], run: this.#run, step: 'last' });
    if (way === 'compare') setParameter('compare', withRun(getParameter('compare'), this.#run));
    if (way === 'whatif') setParameter('whatif', this.#run);
  }
}

/** The runs that an address compares, this one among them. @param {string | null} compared @param {string} run */
function withRun(compared, run) {
  const names = (compared ?? '').split(',').filter(Boolean);
  return (names.includes(run) ? names : [...names, run]).join(',');
}
