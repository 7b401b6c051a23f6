// Three pictures over the steps of the current run, computed when they come into view.

import { node, part, parts, setText } from '../lib/dom.js';
import { ask } from '../lib/host.js';
import { goTo, onPlace, readPlace } from '../lib/place.js';
import { Plot } from '../lib/plot/plot.js';
import { isUsable } from '../lib/problem.js';
import { askUntilDone } from '../lib/unfinished.js';
import { whenSeen } from '../lib/when_seen.js';
import { errorLines, errorSentence, gapTop, memoryLines, memorySentence, momentSentence, placeLines, span } from './lines.js';

/** @typedef {import('./lines.js').OverTime} Found */
/** @typedef {import('../lib/host.js').Host} Host */

const HEIGHT = 200;
const wholePercent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;
const ONE_STEP = 'This run kept the weights of one step only, so that two more pictures cannot be drawn: train one yourself, it keeps copies while it trains.';

/** @param {Host} host */
export function mount({ element, server }) {
  const view = new OverTimeView(part(element, '.ot'), server);
  const request = whenSeen(element, (/** @type {string} */ run) => view.load(run));
  const follow = () => request(readPlace().run);
  onPlace(element, follow);
  follow();
}

class OverTimeView {
  #root;
  #server;
  #memory;
  #errors;
  #places;
  #part;
  #wanted = '';
  /** @type {Found | null} */ #found = null;

  /** @param {HTMLElement} root @param {Host['server']} server */
  constructor(root, server) {
    this.#root = root;
    this.#server = server;
    const options = { height: () => HEIGHT, xTitle: 'Steps', fromZero: true };
    this.#memory = new Plot(part(root, '.ot-memory'), {
      ...options, label: 'Share of copied tokens in samples and gap of the losses, over the steps', yFormat: wholePercent,
      onCursor: (at) => this.#say(at), onPick: (at) => this.#show(at),
    });
    this.#errors = new Plot(part(root, '.ot-errors'), { ...options, label: 'Calibration error over the steps', yFormat: wholePercent });
    this.#places = new Plot(part(root, '.ot-places'), {
      ...options, fromZero: false, label: 'Loss by number of tokens before, over the steps', yFormat: (value) => String(+value.toFixed(1)),
    });
    this.#part = part(root, '.ot-part', HTMLSelectElement);
    this.#part.addEventListener('change', () => this.#drawPlaces());
    part(root, '.ot-cancel').addEventListener('click', () => this.#cancel());
  }

  /** @param {string} run */
  async load(run) {
    if (this.#wanted === run) return;
    this.#wanted = run;
    if (!run) return;
    const busy = part(this.#root, '.ot-busy');
    /** @type {import('../lib/host.js').Reply<Found> | null} */
    const answer = await askUntilDone(this.#server.over_time, { run }, (progress) => {
      busy.hidden = this.#wanted !== run;
      part(busy, 'progress', HTMLProgressElement).value = progress;
      return this.#wanted === run;
    });
    if (this.#wanted !== run || !answer) return;
    busy.hidden = true;
    this.#found = isUsable(answer, part(this.#root, '.ot-problem')) ? answer : null;
    part(this.#root, '.ot-grid').hidden = !this.#found;
    if (this.#found) this.#draw(this.#found);
  }

  async #cancel() {
    const run = this.#wanted;
    this.#wanted = '';
    part(this.#root, '.ot-busy').hidden = true;
    this.#explain('Cancelled. Choose the run again to look once more.');
    await ask(this.#server.cancel_over_time, { run });
  }

  /** @param {Found} found */
  #draw(found) {
    const xRange = span(found);
    const isBare = found.steps.length < 2;
    part(this.#root, '.ot-grid').classList.toggle('bare', isBare);
    if (isBare) this.#explain(ONE_STEP);
    this.#memory.draw({ series: memoryLines(found), xRange, levels: [{ y: 1, text: `the gap of ${gapTop(found)} nats stands here` }] });
    this.#say(null);
    if (isBare) return;
    this.#errors.draw({ series: errorLines(found), xRange });
    setText(parts(this.#root, '.ot-said')[1], errorSentence(found));
    this.#drawPlaces();
  }

  #drawPlaces() {
    if (!this.#found) return;
    const lines = placeLines(this.#found, /** @type {'train' | 'validation'} */ (this.#part.value));
    this.#places.draw({ series: lines, xRange: span(this.#found) });
    part(this.#root, '.ot-names').replaceChildren('Tokens before: ', ...lines.map(({ colour, shown }) =>
      node('span', { class: 'ot-key', style: `--key:${colour}`, text: shown })));
  }

  /** @param {number | null} at  a step, or none for the whole training */
  #say(at) {
    if (!this.#found) return;
    setText(parts(this.#root, '.ot-said')[0], at === null ? memorySentence(this.#found) : momentSentence(this.#found, at));
    this.#memory.cursor(at);
  }

  /** Look at the kept step that is nearest. @param {number} at */
  #show(at) {
    const { steps = [] } = this.#found ?? {};
    if (steps.length < 2) return;
    const nearest = steps.reduce((near, step) => (Math.abs(step - at) < Math.abs(near - at) ? step : near));
    goTo({ step: nearest === steps[steps.length - 1] ? 'last' : String(nearest) });
  }

  /** @param {string} sentence */
  #explain(sentence) {
    const problem = part(this.#root, '.ot-problem');
    setText(problem, sentence);
    problem.hidden = false;
  }
}
